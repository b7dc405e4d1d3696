//! What Anchor's output needs before it can be committed and read by the client generators.

use std::collections::BTreeSet;

use anchor_lang_idl::types::{
    Idl, IdlDefinedFields, IdlGenericArg, IdlInstructionAccountItem, IdlType, IdlTypeDef, IdlTypeDefTy,
};
use anyhow::{Context, Result, ensure};

pub fn json(idl: &Idl) -> Result<String> {
    Ok(serde_json::to_string_pretty(idl)? + "\n")
}

pub fn normalise(idl: &mut Idl) -> Result<()> {
    let mut opcodes = BTreeSet::new();
    for instruction in &mut idl.instructions {
        ensure!(
            instruction.discriminator.len() == 1,
            "`{}` has no one-byte discriminator; add #[discrim = N]",
            instruction.name
        );
        ensure!(opcodes.insert(instruction.discriminator.clone()), "`{}` reuses a discriminator", instruction.name);
        for item in &mut instruction.accounts {
            normalise_account(item);
        }
        for arg in &mut instruction.args {
            bytes_from_vec(&mut arg.ty);
        }
    }
    // One instruction per opcode, in that order: the order in which a program's history grew.
    idl.instructions.sort_by(|a, b| a.discriminator.cmp(&b.discriminator));
    for def in &mut idl.types {
        visit_types(&mut def.ty, &mut bytes_from_vec);
    }
    remove_unreferenced_types(idl)
}

/// An `address` that names a field of another account cannot be resolved by a client: keep it as documentation.
fn normalise_account(item: &mut IdlInstructionAccountItem) {
    match item {
        IdlInstructionAccountItem::Composite(group) => group.accounts.iter_mut().for_each(normalise_account),
        IdlInstructionAccountItem::Single(account) => {
            if let Some(address) = account.address.take_if(|address| !is_address(address)) {
                account.docs.push(format!("Must be `{address}`."));
            }
            // Either token program: clients fill in the usual one, and are told the other.
            if account.address.is_none() && account.name.ends_with("token_program") {
                account.address = Some(bs58::encode(abi::ids::TOKEN).into_string());
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    bs58::decode(text).into_vec().is_ok_and(|bytes| bytes.len() == 32)
}

/// The IDL has a name for `Vec<u8>`, and clients render it as bytes rather than as an array of numbers.
fn bytes_from_vec(ty: &mut IdlType) {
    match ty {
        IdlType::Vec(inner) if **inner == IdlType::U8 => *ty = IdlType::Bytes,
        IdlType::Vec(inner) | IdlType::Option(inner) | IdlType::Array(inner, _) => bytes_from_vec(inner),
        _ => {}
    }
}

/// Anchor registers an alias for each Pod scalar it meets, although fields name the plain scalar.
fn remove_unreferenced_types(idl: &mut Idl) -> Result<()> {
    let mut queue: Vec<String> = idl.accounts.iter().map(|account| account.name.clone()).collect();
    queue.extend(idl.events.iter().map(|event| event.name.clone()));
    for instruction in &mut idl.instructions {
        instruction.args.iter_mut().for_each(|arg| defined_names(&mut arg.ty, &mut queue));
        instruction.returns.iter_mut().for_each(|returned| defined_names(returned, &mut queue));
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = queue.pop() {
        if !reached.insert(name.clone()) {
            continue;
        }
        let def = type_def_mut(idl, &name)?;
        visit_types(&mut def.ty, &mut |ty| defined_names(ty, &mut queue));
    }
    idl.types.retain(|def| reached.contains(&def.name));
    Ok(())
}

fn type_def_mut<'a>(idl: &'a mut Idl, name: &str) -> Result<&'a mut IdlTypeDef> {
    idl.types
        .iter_mut()
        .find(|def| def.name == name)
        .with_context(|| format!("type `{name}` is used but not described; derive IdlType for it"))
}

fn defined_names(ty: &mut IdlType, names: &mut Vec<String>) {
    match ty {
        IdlType::Vec(inner) | IdlType::Option(inner) | IdlType::Array(inner, _) => defined_names(inner, names),
        IdlType::Defined { name, generics } => {
            names.push(name.clone());
            for generic in generics {
                if let IdlGenericArg::Type { ty } = generic {
                    defined_names(ty, names);
                }
            }
        }
        _ => {}
    }
}

fn visit_types(def: &mut IdlTypeDefTy, visit: &mut impl FnMut(&mut IdlType)) {
    match def {
        IdlTypeDefTy::Struct { fields } => visit_fields(fields, visit),
        IdlTypeDefTy::Enum { variants } => {
            for variant in variants {
                visit_fields(&mut variant.fields, visit);
            }
        }
        IdlTypeDefTy::Type { alias } => visit(alias),
    }
}

fn visit_fields(fields: &mut Option<IdlDefinedFields>, visit: &mut impl FnMut(&mut IdlType)) {
    match fields {
        Some(IdlDefinedFields::Named(fields)) => fields.iter_mut().for_each(|field| visit(&mut field.ty)),
        Some(IdlDefinedFields::Tuple(types)) => types.iter_mut().for_each(visit),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture() -> Idl {
        serde_json::from_str(include_str!("../fixtures/probe.json")).unwrap()
    }

    #[test]
    fn normalise_keeps_only_reachable_types() {
        let mut idl = fixture();
        normalise(&mut idl).unwrap();
        let names: Vec<&str> = idl.types.iter().map(|def| def.name.as_str()).collect();
        assert_eq!(names, ["Book", "BookOpened", "Item", "QuoteArgs", "Side"]);
    }

    #[test]
    fn normalise_turns_field_addresses_into_documentation() {
        let mut idl = fixture();
        normalise(&mut idl).unwrap();
        let IdlInstructionAccountItem::Single(owner) = &idl.instructions[1].accounts[0] else {
            panic!("a single account")
        };
        assert_eq!(
            (owner.address.as_deref(), owner.docs.as_slice()),
            (None, &["Must be `book.keeper`.".to_owned()][..])
        );
    }

    #[test]
    fn normalise_is_idempotent() {
        let mut idl = fixture();
        normalise(&mut idl).unwrap();
        let once = json(&idl).unwrap();
        normalise(&mut idl).unwrap();
        assert_eq!(json(&idl).unwrap(), once);
    }

    #[test]
    fn normalise_refuses_an_undescribed_type() {
        let mut idl = fixture();
        idl.types.retain(|def| def.name != "Item");
        assert!(normalise(&mut idl).unwrap_err().to_string().contains("derive IdlType"));
    }
}
