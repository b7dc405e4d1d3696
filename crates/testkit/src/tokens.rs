//! SPL tokens for tests: mints and holdings made by real token instructions.

use crate::{World, keypair};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;
use spl_token_interface::{instruction, state};

/// Builders know no other program; the token programs share these instructions.
const SPL: Pubkey = spl_token_interface::ID;

/// A mint whose authority the tests hold.
pub struct Token {
    pub mint: Pubkey,
    pub decimals: u8,
    /// SPL Token or Token-2022.
    pub program: Pubkey,
    authority: Keypair,
}

impl Token {
    /// A new mint; its address comes from `name`.
    pub fn new(world: &mut World, name: &str, decimals: u8) -> Self {
        Self::of(world, name, decimals, abi::ids::TOKEN.into(), &[])
    }

    /// A new mint of Token-2022 with a metadata pointer; its address comes from `name`.
    pub fn new_2022(world: &mut World, name: &str, decimals: u8) -> Self {
        // MetadataPointer's Initialize: no authority, and the pointer itself.
        let pointer = [[39, 0].as_slice(), &[0; 32], &[7; 32]].concat();
        Self::of(world, name, decimals, abi::ids::TOKEN_2022.into(), &[(64, pointer)])
    }

    /// A mint with extensions: the length of each, and what initialises it.
    fn of(world: &mut World, name: &str, decimals: u8, program: Pubkey, extensions: &[(usize, Vec<u8>)]) -> Self {
        let mint = keypair(&format!("mint {name}"));
        let authority = keypair(&format!("mint authority {name}"));
        let entries: usize = extensions.iter().map(|(length, _)| length + 4).sum();
        let len = if entries == 0 { state::Mint::LEN } else { state::Account::LEN + 1 + entries };
        let create = create_account(&world.payer(), &mint.pubkey(), 1_000_000_000, len as u64, &program);
        let mut instructions = vec![create];
        for (_, data) in extensions {
            let accounts = vec![AccountMeta::new(mint.pubkey(), false)];
            instructions.push(Instruction { program_id: program, accounts, data: data.clone() });
        }
        let init = instruction::initialize_mint2(&SPL, &mint.pubkey(), &authority.pubkey(), None, decimals);
        instructions.push(Instruction { program_id: program, ..init.expect("a well-formed instruction") });
        world.send(&instructions, &[&mint]).expect("the mint is created");
        Self { mint: mint.pubkey(), decimals, program, authority }
    }

    /// A new token account of `owner` holding `atoms`; its address comes from mint, owner and `label`.
    pub fn account(&self, world: &mut World, owner: &Pubkey, label: &str, atoms: u64) -> Pubkey {
        let account = keypair(&format!("tokens {} {owner} {label}", self.mint));
        let len = state::Account::LEN as u64;
        let create = create_account(&world.payer(), &account.pubkey(), 1_000_000_000, len, &self.program);
        let init = instruction::initialize_account3(&SPL, &account.pubkey(), &self.mint, owner);
        let init = Instruction { program_id: self.program, ..init.expect("a well-formed instruction") };
        world.send(&[create, init], &[&account]).expect("the token account is created");
        if atoms > 0 {
            self.mint_to(world, &account.pubkey(), atoms);
        }
        account.pubkey()
    }

    /// Mints `atoms` into a token account.
    pub fn mint_to(&self, world: &mut World, account: &Pubkey, atoms: u64) {
        let mint = instruction::mint_to(&SPL, &self.mint, account, &self.authority.pubkey(), &[], atoms);
        let mint = Instruction { program_id: self.program, ..mint.expect("a well-formed instruction") };
        world.send(&[mint], &[&self.authority]).expect("tokens are minted");
    }

    /// Atoms in a token account; 0 if there is none.
    pub fn balance(world: &mut World, account: &Pubkey) -> u64 {
        world.account(account).map_or(0, |found| state::Account::unpack(&found.data).expect("a token account").amount)
    }

    /// A new account of a Token-2022 mint that asks nothing more of its accounts; its address comes from mint, owner and `label`.
    pub fn account_2022(world: &mut World, mint: &Pubkey, owner: &Pubkey, label: &str) -> Pubkey {
        let account = keypair(&format!("tokens {mint} {owner} {label}"));
        let program = Pubkey::from(abi::ids::TOKEN_2022);
        let len = state::Account::LEN as u64;
        let create = create_account(&world.payer(), &account.pubkey(), 1_000_000_000, len, &program);
        // InitializeAccount3.
        let data = [[18].as_slice(), owner.as_ref()].concat();
        let accounts = vec![AccountMeta::new(account.pubkey(), false), AccountMeta::new_readonly(*mint, false)];
        let init = Instruction { program_id: program, accounts, data };
        world.send(&[create, init], &[&account]).expect("the token account is created");
        account.pubkey()
    }

    /// Tokens of any mint in existence.
    pub fn supply_of(world: &mut World, mint: &Pubkey) -> u64 {
        let mint = world.account(mint).expect("the mint exists");
        state::Mint::unpack(&mint.data[..state::Mint::LEN]).expect("a mint").supply
    }

    /// Atoms in existence.
    pub fn supply(&self, world: &mut World) -> u64 {
        Self::supply_of(world, &self.mint)
    }
}

/// The instruction with the token programs that `tokens` are of, in the order in which it names one.
pub fn with_token_programs(mut instruction: Instruction, tokens: &[&Token]) -> Instruction {
    let usual = Pubkey::from(abi::ids::TOKEN);
    let named = instruction.accounts.iter_mut().filter(|meta| meta.pubkey == usual);
    for (meta, token) in named.zip(tokens) {
        meta.pubkey = token.program;
    }
    instruction
}
