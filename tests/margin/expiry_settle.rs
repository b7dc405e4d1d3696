use crate::fixture::*;
use abi::oracle::Settlement;
use client::{addresses, margin, oracle};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, USDC, key};

#[test]
fn expiry_settle_takes_the_price_the_oracle_finalised() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let to_window = desk.expiry_unix_s - 1_800 - desk.world.unix_s();
    desk.world.advance_s(to_window);
    desk.protocol.price(&mut desk.world, 160 * USDC);
    desk.protocol.stand_s(&mut desk.world, 160 * USDC, 1_800);
    let settlement = addresses::settlement(&desk.protocol.feed, desk.expiry_unix_s);
    let finalise = oracle::SettlementFinalise { payer: desk.world.payer(), feed: desk.protocol.feed, settlement };
    let finalise = finalise.instruction(oracle::SettlementFinaliseArgs { expiry_unix_s: desk.expiry_unix_s });
    let settle = desk.expiry_settle();
    desk.world.ok(&[finalise, settle], &[]);
    let expiry = desk.expiry_state();
    assert_eq!((expiry.state, expiry.settlement_price_e6.get()), (1, 160 * USDC));
    assert_eq!(expiry.unsettled_lots.get(), 20, "both sides of ten lots");
    desk.check_books();
}

#[test]
fn expiry_settle_before_expiry_fails_not_expired() {
    let mut desk = Desk::new();
    settlement_write(&mut desk.world, &desk.protocol.feed, desk.expiry_unix_s, SPOT);
    desk.world.set_unix_s(desk.expiry_unix_s - 1);
    let settle = desk.expiry_settle();
    desk.world.fail(&[settle], &[], error("NotExpired"));
}

#[test]
fn expiry_settle_before_the_oracle_fails_settlement_pending() {
    let mut desk = Desk::new();
    desk.world.set_unix_s(desk.expiry_unix_s);
    let settle = desk.expiry_settle();
    desk.world.fail(&[settle], &[], error("SettlementPending"));
}

/// INVARIANT(M-7): the price is set once.
#[test]
fn expiry_settle_twice_fails_already_settled() {
    let mut desk = Desk::new();
    desk.settled(SPOT);
    // Even if the oracle's account said something else now.
    settlement_write(&mut desk.world, &desk.protocol.feed, desk.expiry_unix_s, SPOT + 1);
    let settle = desk.expiry_settle();
    desk.world.fail(&[settle], &[], error("AlreadySettled"));
    assert_eq!(desk.expiry_state().settlement_price_e6.get(), SPOT);
}

#[test]
fn expiry_settle_from_unknown_bytes_fails_settlement_unreadable() {
    let mut desk = Desk::new();
    let settlement = desk.settlement_put(SPOT);
    desk.world.edit::<Settlement>(&settlement, |written| (written.version, written.min_reader) = (9, 9));
    let settle = desk.expiry_settle();
    desk.world.fail(&[settle], &[], error("SettlementUnreadable"));
}

#[test]
fn expiry_settle_while_accounts_migrate_fails_level_forbids() {
    let mut desk = Desk::new();
    desk.settlement_put(SPOT);
    desk.level(4);
    let settle = desk.expiry_settle();
    desk.world.fail(std::slice::from_ref(&settle), &[], error("LevelForbids"));
    desk.level(3);
    desk.world.ok(&[settle], &[]);
}

#[test]
fn expiry_settle_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let settlement = desk.settlement_put(SPOT);
    let other = settlement_write(&mut desk.world, &elsewhere.protocol.feed, desk.expiry_unix_s, 2 * SPOT);
    let later = settlement_write(&mut desk.world, &desk.protocol.feed, desk.expiry_unix_s + 86_400, 2 * SPOT);
    let forged = desk.world.account(&settlement).unwrap();
    desk.world.set_account(&key("forged settlement"), forged);
    Substitutions::of(desk.expiry_settle(), margin::ExpirySettle::ACCOUNTS, &[])
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("ExpiryOfAnotherMarket"))
        .stranger("expiry", InstructionError::AccountDataTooSmall)
        .wrong("expiry", elsewhere.expiry, error("ExpiryOfAnotherMarket"))
        .stranger("settlement", InstructionError::InvalidSeeds)
        .wrong("settlement", other, InstructionError::InvalidSeeds)
        .wrong("settlement", later, InstructionError::InvalidSeeds)
        .wrong("settlement", key("forged settlement"), InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
