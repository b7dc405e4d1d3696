use crate::fixture::*;
use client::margin;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{SOL, Substitutions, Token, USDC, key};

fn deposit(desk: &Desk, amount: u64) -> Instruction {
    desk.protocol.deposit(&desk.taker, desk.protocol.quote.mint, amount)
}

#[test]
fn account_deposit_of_each_token_grows_balance_and_vault() {
    let mut desk = Desk::new();
    let before = desk.taker_state();
    let quote = deposit(&desk, 5 * USDC);
    let base = desk.protocol.deposit(&desk.taker, desk.protocol.base.mint, 3 * SOL);
    desk.world.ok(&[quote, base], &[&desk.taker.keypair]);
    let after = desk.taker_state();
    assert_eq!(after.quote_atoms.get() - before.quote_atoms.get(), 5_000_000);
    assert_eq!(after.base_atoms.get() - before.base_atoms.get(), 3 * SOL);
    desk.check_books();
}

#[test]
fn account_deposit_by_anyone_credits_the_account() {
    let mut desk = Desk::new();
    let before = desk.taker_state().quote_atoms.get();
    let mut deposit = deposit(&desk, USDC);
    (deposit.accounts[0].pubkey, deposit.accounts[5].pubkey) = (desk.maker.key(), desk.maker.quote_tokens);
    desk.world.ok(&[deposit], &[&desk.maker.keypair]);
    assert_eq!(desk.taker_state().quote_atoms.get(), before + 1_000_000);
    desk.check_books();
}

#[test]
fn account_deposit_of_nothing_fails_amount_zero() {
    let mut desk = Desk::new();
    let deposit = deposit(&desk, 0);
    desk.world.fail(&[deposit], &[&desk.taker.keypair], error("AmountZero"));
}

#[test]
fn account_deposit_beyond_the_wallet_fails() {
    let mut desk = Desk::new();
    let held = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let too_much = deposit(&desk, held + 1);
    desk.world.fail(&[too_much], &[&desk.taker.keypair], TOKEN_INSUFFICIENT_FUNDS);
    let absurd = deposit(&desk, u64::MAX);
    desk.world.fail(&[absurd], &[&desk.taker.keypair], error("AmountOverflow"));
}

#[test]
fn account_deposit_stays_open_until_accounts_migrate() {
    let mut desk = Desk::new();
    for level in 1..=3 {
        desk.level(level);
        let deposit = deposit(&desk, USDC);
        desk.world.ok(&[deposit], &[&desk.taker.keypair]);
    }
    desk.level(4);
    let deposit = deposit(&desk, USDC);
    desk.world.fail(&[deposit], &[&desk.taker.keypair], error("LevelForbids"));
    desk.check_books();
}

#[test]
fn account_deposit_with_eight_positions_costs_at_most_15000() {
    let mut desk = Desk::new();
    desk.positions_open(8);
    let deposit = deposit(&desk, USDC);
    let units = desk.world.ok(&[deposit], &[&desk.taker.keypair]).units_of(&margin::ID);
    assert!(units <= 15_000, "{units} units");
}

#[test]
fn account_deposit_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let imposter = imposter(&mut desk.world);
    let deposit = deposit(&desk, USDC);
    let mut fake = desk.world.account(&client::addresses::brake()).unwrap();
    fake.owner = key("another breaker");
    desk.world.set_account(&key("fake brake"), fake);
    Substitutions::of(deposit, margin::AccountDeposit::ACCOUNTS, &[&desk.taker.keypair])
        .stranger("authority", TOKEN_OWNER_MISMATCH)
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .wrong("brake", key("fake brake"), error("BrakeUnreadable"))
        .stranger("mint", InstructionError::IllegalOwner)
        .wrong("mint", desk.protocol.base.mint, error("WrongTokenVault"))
        .wrong("mint", elsewhere.protocol.quote.mint, error("MintOfAnotherMarket"))
        .wrong("source", desk.taker.base_tokens, TOKEN_MINT_MISMATCH)
        .wrong("source", desk.maker.quote_tokens, TOKEN_OWNER_MISMATCH)
        .wrong("source", desk.protocol.quote_tokens, DUPLICATE)
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", desk.protocol.base_tokens, error("WrongTokenVault"))
        .wrong("tokens", desk.maker.quote_tokens, error("WrongTokenVault"))
        .wrong("tokens", elsewhere.protocol.quote_tokens, error("WrongTokenVault"))
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", abi::ids::BREAKER.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
