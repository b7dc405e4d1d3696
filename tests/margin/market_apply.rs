use crate::fixture::*;
use crate::market_update::{LOOSEN_S, terms, updated};
use client::{addresses, margin};
use solana_instruction::{Instruction, error::InstructionError};
use testkit::Substitutions;

fn apply(desk: &Desk) -> Instruction {
    let market = desk.protocol.market;
    margin::MarketApply { market, change: addresses::change(&market) }.instruction()
}

#[test]
fn market_apply_puts_looser_terms_in_force_once_they_have_waited() {
    let mut desk = Desk::new();
    let mut next = terms(&mut desk);
    next.taker_fee_bps += 5;
    next.portfolio.net_short_mm_e9 -= 1;
    let present = terms(&mut desk);
    updated(&mut desk, &next);
    let apply = apply(&desk);
    desk.world.advance_s(LOOSEN_S - 1);
    desk.world.fail(std::slice::from_ref(&apply), &[], error("ChangeTooEarly"));
    assert_eq!(terms(&mut desk), present);
    desk.world.advance_s(1);
    desk.world.ok(std::slice::from_ref(&apply), &[]);
    assert_eq!(terms(&mut desk), next);
    // Once.
    desk.world.fail(&[apply], &[], error("ChangeNotPending"));
    desk.check_books();
}

/// A second proposal begins the wait anew, and one that tightens ends it.
#[test]
fn market_apply_of_what_was_replaced_fails() {
    let mut desk = Desk::new();
    let present = terms(&mut desk);
    let mut next = present.clone();
    next.taker_fee_bps += 5;
    updated(&mut desk, &next);
    desk.world.advance_s(LOOSEN_S - 10);
    next.taker_fee_bps += 1;
    updated(&mut desk, &next);
    desk.world.advance_s(20);
    let apply = apply(&desk);
    desk.world.fail(std::slice::from_ref(&apply), &[], error("ChangeTooEarly"));
    updated(&mut desk, &present);
    desk.world.advance_s(LOOSEN_S);
    desk.world.fail(&[apply], &[], error("ChangeNotPending"));
}

#[test]
fn market_apply_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let mut next = terms(&mut desk);
    next.taker_fee_bps += 5;
    updated(&mut desk, &next);
    desk.world.advance_s(LOOSEN_S);
    let apply = apply(&desk);
    Substitutions::of(apply, margin::MarketApply::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ChangeOfAnotherMarket"))
        .stranger("change", InstructionError::AccountDataTooSmall)
        .wrong("change", desk.maker.account, InstructionError::InvalidAccountData)
        .run(&mut desk.world);
}
