use crate::fixture::*;
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Offer, Substitutions};

fn close(desk: &Desk) -> Instruction {
    let quote_state = addresses::quote_state(&desk.maker.account, 1);
    margin::QuoteStateClose { payer: desk.taker.key(), market: desk.protocol.market, quote_state }.instruction()
}

#[test]
fn quote_state_close_after_the_last_slot_returns_the_rent() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let close = close(&desk);
    // The last slot itself still fills.
    desk.world.advance_slots(1_000);
    desk.world.fail(std::slice::from_ref(&close), &[], error("QuoteStillLive"));
    desk.world.advance_slots(1);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&close), &[], error("LevelForbids"));
    desk.level(3);
    let (payer, state) = (desk.taker.key(), close.accounts[2].pubkey);
    let rent = desk.world.account(&state).unwrap().lamports;
    let before = desk.world.account(&payer).unwrap().lamports;
    desk.world.ok(&[close], &[]);
    assert_eq!(desk.world.account(&payer).unwrap().lamports, before + rent);
    assert!(desk.world.account(&state).is_none_or(|gone| gone.lamports == 0));
}

#[test]
fn quote_state_close_does_not_revive_the_quote() {
    let mut desk = Desk::new();
    let quote = desk.quote(desk.offer());
    let fill = quote.fill(&desk.protocol, &desk.taker, &desk.maker, 100);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    desk.world.advance_slots(1_001);
    let close = close(&desk);
    desk.world.ok(&[close], &[]);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteExpired"));
}

#[test]
fn quote_state_close_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    desk.world.advance_slots(1_001);
    desk.world.advance_s(1);
    desk.protocol.price(&mut desk.world, SPOT);
    let later = Offer { nonce: 2, ..desk.offer() };
    desk.filled(later, 10);
    let live = addresses::quote_state(&desk.maker.account, 2);
    let elsewhere = Elsewhere::new(&mut desk);
    Substitutions::of(close(&desk), margin::QuoteStateClose::ACCOUNTS, &[])
        .stranger("payer", error("NotRentPayer"))
        .wrong("payer", desk.maker.key(), error("NotRentPayer"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("QuoteMarketWrong"))
        .stranger("quote_state", InstructionError::AccountDataTooSmall)
        .wrong("quote_state", live, error("QuoteStillLive"))
        .wrong("quote_state", desk.taker.account, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .run(&mut desk.world);
}
