//! SPL tokens for tests: mints and holdings made by real token instructions.

use crate::{World, keypair};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_program_pack::Pack;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::create_account;
use spl_token_interface::{instruction, state};

/// A mint whose authority the tests hold.
pub struct Token {
    pub mint: Pubkey,
    pub decimals: u8,
    authority: Keypair,
}

impl Token {
    /// A new mint; its address comes from `name`.
    pub fn new(world: &mut World, name: &str, decimals: u8) -> Self {
        let mint = keypair(&format!("mint {name}"));
        let authority = keypair(&format!("mint authority {name}"));
        let program = spl_token_interface::ID;
        let create = create_account(
            &world.payer(),
            &mint.pubkey(),
            1_000_000_000,
            state::Mint::LEN as u64,
            &Pubkey::from(abi::ids::TOKEN),
        );
        let init = instruction::initialize_mint2(&program, &mint.pubkey(), &authority.pubkey(), None, decimals)
            .expect("a well-formed instruction");
        world.send(&[create, init], &[&mint]).expect("the mint is created");
        Self { mint: mint.pubkey(), decimals, authority }
    }

    /// A new token account of `owner` holding `atoms`; its address comes from mint, owner and `label`.
    pub fn account(&self, world: &mut World, owner: &Pubkey, label: &str, atoms: u64) -> Pubkey {
        let account = keypair(&format!("tokens {} {owner} {label}", self.mint));
        let program = spl_token_interface::ID;
        let create = create_account(
            &world.payer(),
            &account.pubkey(),
            1_000_000_000,
            state::Account::LEN as u64,
            &Pubkey::from(abi::ids::TOKEN),
        );
        let init = instruction::initialize_account3(&program, &account.pubkey(), &self.mint, owner)
            .expect("a well-formed instruction");
        world.send(&[create, init], &[&account]).expect("the token account is created");
        if atoms > 0 {
            self.mint_to(world, &account.pubkey(), atoms);
        }
        account.pubkey()
    }

    /// Mints `atoms` into a token account.
    pub fn mint_to(&self, world: &mut World, account: &Pubkey, atoms: u64) {
        let program = spl_token_interface::ID;
        let mint = instruction::mint_to(&program, &self.mint, account, &self.authority.pubkey(), &[], atoms)
            .expect("a well-formed instruction");
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
        let mint = world.account(&self.mint).expect("the mint exists");
        state::Mint::unpack(&mint.data).expect("a mint").supply
    }
}
