use crate::fixture::*;
use crate::fund::Pool;
use abi::breaker::Custody;
use client::{addresses, breaker, margin};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, Token, key};

#[test]
fn fund_create_opens_an_empty_fund_with_a_custody_of_its_own_once() {
    let mut desk = Desk::new();
    let pool = Pool::created(&mut desk);
    let fund = pool.state(&mut desk);
    assert_eq!((fund.version, fund.min_reader, fund.balance_atoms.get(), fund.shares.get()), (1, 1, 0, 0));
    assert_eq!(
        (fund.mint, fund.custody, fund.tokens),
        (pool.mint.to_bytes(), pool.custody.to_bytes(), pool.tokens.to_bytes())
    );
    let custody: Custody = desk.world.read(abi::ids::BREAKER, &pool.custody);
    assert_eq!((custody.controller, custody.vaults[0].tokens), (pool.fund.to_bytes(), pool.tokens.to_bytes()));
    pool.check_books(&mut desk);
    let again = pool.create(&desk);
    desk.world.fail(&[again], &[], ADDRESS_IN_USE);
}

#[test]
fn fund_create_of_an_unfit_mint_or_in_a_crisis_fails_by_name() {
    let mut desk = Desk::new();
    let other = Pool::of(desk.protocol.base.mint);
    let create = other.create(&desk);
    desk.world.fail(&[create], &[], error("QuoteDecimalsNotSix"));
    let create = Pool::of(key("no mint")).create(&desk);
    desk.world.fail(&[create], &[], error("MintOfAnotherProgram"));
    let create = Pool::of(desk.protocol.quote.mint).create(&desk);
    for level in [2, 3, 4] {
        desk.level(level);
        desk.world.fail(std::slice::from_ref(&create), &[], error("LevelForbids"));
    }
    desk.level(1);
    desk.world.ok(&[create], &[]);
}

#[test]
fn fund_create_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let pool = Pool::of(desk.protocol.quote.mint);
    let create = pool.create(&desk);
    let other = Token::new(&mut desk.world, "another six", 6).mint;
    Substitutions::of(create, margin::FundCreate::ACCOUNTS, &[])
        .any("payer", "whoever signs may pay")
        .stranger("config", InstructionError::AccountDataTooSmall)
        .wrong("config", addresses::config(&breaker::ID), InstructionError::IllegalOwner)
        // The fund's address follows from the mint.
        .stranger("mint", InstructionError::InvalidSeeds)
        .wrong("mint", other, InstructionError::InvalidSeeds)
        .stranger("fund", InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", InstructionError::InvalidSeeds)
        .stranger("tokens", InstructionError::InvalidSeeds)
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", breaker::ID, InstructionError::IncorrectProgramId)
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
