use crate::fixture::*;
use crate::wrapped::{Series, holding, taker_of};
use abi::margin::KIND_PUT;
use client::margin;
use risk::listing::KEPT_S;
use solana_instruction::{Instruction, error::InstructionError};
use testkit::{Substitutions, USDC};

fn close(desk: &Desk) -> Instruction {
    let accounts = margin::ExpiryClose { payer: desk.world.payer(), market: desk.protocol.market, expiry: desk.expiry };
    accounts.instruction()
}

/// An expiry is gone a week after its time at the earliest.
fn week_pass(desk: &mut Desk) {
    desk.world.set_unix_s(desk.expiry_unix_s + KEPT_S);
}

/// INVARIANT(M-7): claims do not end. Only the last one ends the account.
#[test]
fn expiry_close_waits_for_the_last_claim() {
    let (mut desk, series, tokens) = holding(10);
    let close = close(&desk);
    desk.world.fail(std::slice::from_ref(&close), &[], error("SettlementPending"));
    desk.settled(SPOT + 20 * USDC);
    let taker = taker_of(&desk);
    let redeem = series.redeem(&desk, &taker, tokens, 10);
    let settle = desk.account_settle(desk.maker.account);
    for (claim, signers) in [(settle, vec![]), (redeem, vec![&taker.keypair])] {
        desk.world.fail(std::slice::from_ref(&close), &[], error("ExpiryInUse"));
        desk.world.ok(&[claim], &signers);
        desk.world.next_slot();
    }
    // The token's own rent comes first.
    desk.world.fail(std::slice::from_ref(&close), &[], error("ExpiryInUse"));
    let ended = series.close(&desk);
    desk.world.ok(&[ended], &[]);
    desk.check_books();
    let rent = desk.world.account(&desk.expiry).unwrap().lamports;
    let payer = desk.world.payer();
    let before = desk.world.account(&payer).unwrap().lamports;
    desk.world.next_slot();
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&close), &[], error("LevelForbids"));
    desk.level(3);
    desk.world.set_unix_s(desk.expiry_unix_s + KEPT_S - 1);
    desk.world.fail(std::slice::from_ref(&close), &[], error("ExpiryKept"));
    week_pass(&mut desk);
    let before = before - 2 * 5_000;
    desk.world.ok(&[close], &[]);
    assert_eq!(desk.world.account(&payer).unwrap().lamports - (before - 5_000), rent);
    assert!(desk.world.account(&desk.expiry).is_none());
}

#[test]
fn expiry_close_of_an_expiry_that_nobody_traded_lands() {
    let mut desk = Desk::new();
    desk.settled(SPOT);
    week_pass(&mut desk);
    let close = close(&desk);
    desk.world.ok(&[close], &[]);
    assert!(desk.world.account(&desk.expiry).is_none());
}

#[test]
fn expiry_close_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let series = Series::new(&mut desk, SPOT, KIND_PUT);
    desk.settled(SPOT);
    let ended = series.close(&desk);
    desk.world.ok(&[ended], &[]);
    week_pass(&mut desk);
    let close = close(&desk);
    Substitutions::of(close, margin::ExpiryClose::ACCOUNTS, &[])
        .stranger("payer", error("NotRentPayer"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ExpiryOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("ExpiryOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
