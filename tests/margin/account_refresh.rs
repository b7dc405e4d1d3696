//! What becomes due on a balance that nobody touches: interest here, haircuts in `index_haircut`.
use crate::base_auction_bid::Debt;
use crate::fixture::*;
use abi::margin::MarginAccount;
use client::margin;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, USDC};

pub fn refresh(desk: &Desk, account: Pubkey) -> Instruction {
    margin::AccountRefresh { market: desk.protocol.market, account }.instruction()
}

/// A fifth of 300 USDC a year, for a day, rounded up.
const DAY_INTEREST: i64 = 164_384;

#[test]
fn account_refresh_books_interest_on_a_debt_and_insurance_has_it() {
    let mut debt = Debt::new();
    debt.wait_s(86_400);
    let insurance = debt.desk.market().insurance_atoms.get();
    let refresh = refresh(&debt.desk, debt.desk.taker.account);
    for _ in 0..2 {
        // The second finds nothing due.
        debt.desk.world.ok(std::slice::from_ref(&refresh), &[]);
        debt.desk.check_books();
        let owed = debt.desk.taker_state().quote_atoms.get();
        assert_eq!(owed, -300 * i64::try_from(USDC).unwrap() - DAY_INTEREST);
        assert_eq!(debt.desk.market().insurance_atoms.get(), insurance + DAY_INTEREST.unsigned_abs());
    }
    // A deposit that cures the debt pays the interest first, and ends it.
    debt.wait_s(86_400);
    let deposit = debt.desk.protocol.deposit(&debt.desk.taker, debt.desk.protocol.quote.mint, 301 * USDC);
    debt.desk.world.ok(&[deposit], &[&debt.desk.taker.keypair]);
    debt.desk.check_books();
    let state = debt.desk.taker_state();
    // The second day's interest is on the first's, too.
    assert_eq!(state.quote_atoms.get(), 1_000_000 - 2 * DAY_INTEREST - 90);
    assert_eq!((state.debt_unix_s.get(), state.interest_unix_s.get()), (0, 0));
    debt.wait_s(86_400);
    let before = debt.desk.taker_state();
    debt.desk.world.ok(&[refresh], &[]);
    assert_eq!(debt.desk.taker_state(), before);
}

/// Interest on what nobody will ever pay would be insurance that is not there.
#[test]
fn account_refresh_of_a_debt_without_base_books_nothing() {
    let mut debt = Debt::new();
    let taker = debt.desk.taker.account;
    debt.desk.world.edit::<MarginAccount>(&taker, |held| held.base_atoms = 0.into());
    debt.wait_s(86_400);
    let insurance = debt.desk.market().insurance_atoms.get();
    let refresh = refresh(&debt.desk, taker);
    debt.desk.world.ok(&[refresh], &[]);
    let state = debt.desk.taker_state();
    assert_eq!((state.quote_atoms.get(), debt.desk.market().insurance_atoms.get()), (-300_000_000, insurance));
}

#[test]
fn account_refresh_is_refused_only_while_accounts_are_migrated() {
    let mut debt = Debt::new();
    debt.wait_s(60);
    let refresh = refresh(&debt.desk, debt.desk.taker.account);
    debt.desk.level(4);
    debt.desk.world.fail(std::slice::from_ref(&refresh), &[], error("LevelForbids"));
    debt.desk.level(3);
    debt.desk.world.ok(&[refresh], &[]);
}

#[test]
fn account_refresh_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    Debt::on(&mut desk);
    let imposter = imposter(&mut desk.world);
    let refresh = refresh(&desk, desk.taker.account);
    Substitutions::of(refresh, margin::AccountRefresh::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
