//! One instruction's builder: the accounts a caller chooses, its arguments, and tables that describe both.

use anchor_lang_idl::types::{
    Idl, IdlInstruction, IdlInstructionAccount, IdlInstructionAccountItem, IdlType, IdlTypeDefTy,
};
use anyhow::{Result, ensure};

use super::{camel_case, docs, types};

pub fn items(instruction: &IdlInstruction, idl: &Idl) -> Result<String> {
    let name = camel_case(&instruction.name);
    let mut accounts = Vec::new();
    flatten(&instruction.accounts, &mut accounts);
    let (args_type, args_item) = arguments(&name, instruction, idl)?;
    let fields: String = accounts.iter().copied().filter(|account| account.address.is_none()).map(field).collect();
    let specs: String = accounts.iter().copied().map(spec).collect();
    let metas: String = accounts.iter().copied().map(meta).collect();
    let (parameter, pass) = match &args_type {
        Some(args_type) => (format!(", args: {args_type}"), ", args"),
        None => (String::new(), ""),
    };
    let data = match &args_type {
        // BOUND: serialising into memory does not fail; the data begins with the discriminator.
        Some(_) => {
            "let mut data = Self::DISCRIMINATOR.to_vec();\nborsh::to_writer(&mut data, &args).expect(\"memory takes any bytes\");\n"
        }
        None => "let data = Self::DISCRIMINATOR.to_vec();\n",
    };
    Ok(format!(
        "{}#[derive(Clone, Debug, PartialEq, Eq)]\npub struct {name} {{\n{fields}}}\n\n\
         impl {name} {{\n\
         pub const DISCRIMINATOR: &[u8] = &{:?};\n\
         pub const ACCOUNTS: &[AccountSpec] = &[{specs}];\n\n\
         pub fn instruction(&self{parameter}) -> Instruction {{ self.instruction_of(ID{pass}) }}\n\n\
         /// The same call of another deployment of the program.\n\
         pub fn instruction_of(&self, program_id: Pubkey{parameter}) -> Instruction {{\n\
         {data}\
         let accounts = vec![{metas}];\n\
         Instruction {{ program_id, accounts, data }}\n}}\n}}\n\n{args_item}",
        docs(&instruction.docs),
        instruction.discriminator
    ))
}

fn flatten<'a>(items: &'a [IdlInstructionAccountItem], accounts: &mut Vec<&'a IdlInstructionAccount>) {
    for item in items {
        match item {
            IdlInstructionAccountItem::Composite(group) => flatten(&group.accounts, accounts),
            IdlInstructionAccountItem::Single(account) => accounts.push(account),
        }
    }
}

/// The type that `instruction` takes, and the item that defines it if the program has none: an instruction whose one
/// argument is a struct takes that struct; otherwise its arguments are gathered in `<Name>Args`.
fn arguments(name: &str, instruction: &IdlInstruction, idl: &Idl) -> Result<(Option<String>, String)> {
    if instruction.args.is_empty() {
        return Ok((None, String::new()));
    }
    let find = |name: &str| idl.types.iter().find(|def| def.name == name);
    if let [only] = instruction.args.as_slice()
        && let IdlType::Defined { name, .. } = &only.ty
        && find(name).is_some_and(|def| matches!(def.ty, IdlTypeDefTy::Struct { .. }))
    {
        return Ok((Some(name.clone()), String::new()));
    }
    let args_type = format!("{name}Args");
    ensure!(
        find(&args_type).is_none(),
        "`{}` takes several arguments but a type is already named {args_type}; take that struct alone",
        instruction.name
    );
    let item = types::structure(&args_type, &instruction.args)?;
    Ok((Some(args_type), item + "\n"))
}

fn field(account: &IdlInstructionAccount) -> String {
    let ty = if account.optional { "Option<Pubkey>" } else { "Pubkey" };
    format!("{}pub {}: {ty},\n", docs(&account.docs), account.name)
}

fn spec(account: &IdlInstructionAccount) -> String {
    let address = match &account.address {
        Some(address) => format!("Some(Pubkey::from_str_const({address:?}))"),
        None => "None".into(),
    };
    format!(
        "AccountSpec {{ name: {:?}, writable: {}, signer: {}, optional: {}, address: {address} }},",
        account.name, account.writable, account.signer, account.optional
    )
}

fn meta(account: &IdlInstructionAccount) -> String {
    let constructor = if account.writable { "new" } else { "new_readonly" };
    let key = match &account.address {
        Some(address) => format!("Pubkey::from_str_const({address:?})"),
        None => format!("self.{}", account.name),
    };
    if !account.optional || account.address.is_some() {
        return format!("AccountMeta::{constructor}({key}, {}),", account.signer);
    }
    // An absent account is the program itself, which is neither writable nor a signer.
    format!(
        "match self.{name} {{ Some({name}) => AccountMeta::{constructor}({name}, {}), \
         None => AccountMeta::new_readonly(program_id, false) }},",
        account.signer,
        name = account.name
    )
}
