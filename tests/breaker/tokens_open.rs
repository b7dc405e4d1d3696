use crate::fixture::{ACCOUNT_IN_USE, Fixture, error};
use client::{addresses, breaker as calls};
use solana_instruction::error::InstructionError;
use solana_program_pack::Pack;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use spl_token_interface::state;
use testkit::{Substitutions, Token, key, keypair};

#[test]
fn tokens_open_gives_the_vault_to_the_custody() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let vault = fixture.world.account(&custody.tokens).expect("the vault");
    let vault = state::Account::unpack(&vault.data).expect("a token account");
    assert_eq!(
        (vault.mint.to_bytes(), vault.owner.to_bytes()),
        (custody.token.mint.to_bytes(), custody.address.to_bytes())
    );
    assert!(vault.close_authority.is_none() && vault.delegate.is_none());
    let named = fixture.custody_state(&custody.address).vaults[0];
    assert_eq!((named.mint, named.tokens), (custody.token.mint.to_bytes(), custody.tokens.to_bytes()));
}

#[test]
fn tokens_open_of_a_third_mint_fails_custody_full() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let opens = ["SOL", "BTC"].map(|name| {
        let token = Token::new(&mut fixture.world, name, 9);
        fixture.tokens_open(custody.controller.pubkey(), token.mint)
    });
    fixture.world.ok(&opens[..1], &[]);
    fixture.world.fail(&opens[1..], &[], error("CustodyFull"));
}

#[test]
fn tokens_open_twice_fails() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let open = fixture.tokens_open(custody.controller.pubkey(), custody.token.mint);
    fixture.world.fail(&[open], &[], ACCOUNT_IN_USE);
}

#[test]
fn tokens_open_with_mint_of_another_program_fails_mint_not_spl_token() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let mut mint = fixture.world.account(&custody.token.mint).expect("the mint");
    mint.owner = Pubkey::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
    fixture.world.set_account(&key("foreign mint"), mint);
    let open = fixture.tokens_open(custody.controller.pubkey(), key("foreign mint"));
    fixture.world.fail(&[open], &[], error("MintNotSplToken"));
}

#[test]
fn tokens_open_with_token_account_as_mint_fails() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let open = fixture.tokens_open(custody.controller.pubkey(), custody.destination);
    fixture.world.fail(&[open], &[], error("MintNotSplToken"));
}

#[test]
fn tokens_open_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let controller = keypair("controller");
    let other = fixture.custody("another controller", "USDC");
    let token = Token::new(&mut fixture.world, "SOL", 9);
    let open = fixture.custody_open(controller.pubkey());
    fixture.world.ok(&[open], &[&controller]);
    let forged = fixture.forged(&addresses::custody(&controller.pubkey()));
    Substitutions::of(fixture.tokens_open(controller.pubkey(), token.mint), calls::TokensOpen::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay the rent")
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .wrong("custody", other.address, InstructionError::InvalidSeeds)
        .wrong("custody", fixture.brake, InstructionError::AccountDataTooSmall)
        .stranger("mint", InstructionError::InvalidSeeds)
        .wrong("mint", other.token.mint, InstructionError::InvalidSeeds)
        .stranger("tokens", InstructionError::InvalidSeeds)
        .wrong("tokens", addresses::tokens(&key("another controller"), &token.mint), InstructionError::InvalidSeeds)
        .stranger("token_program", 2007)
        .wrong("token_program", calls::ID, InstructionError::IncorrectProgramId)
        .stranger("system_program", 2007)
        .wrong("system_program", calls::ID, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
