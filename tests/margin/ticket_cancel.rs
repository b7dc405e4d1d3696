use crate::fixture::*;
use abi::breaker::Custody;
use client::{addresses, breaker, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, Token, USDC, keypair};

const DAY_S: i64 = 86_400;

/// The taker's withdrawal of 500 quote units, queued under ticket 1 while the market was frozen, at the level it is at now.
fn queued(desk: &mut Desk, level: u8) -> Instruction {
    desk.market_level(3);
    let mint = desk.protocol.quote.mint;
    let withdraw = desk.protocol.withdraw(&desk.taker, mint, 500 * USDC);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();
    desk.market_level(level);
    cancel(desk, desk.taker.account, addresses::ticket(&desk.protocol.quote_tokens, 1))
}

fn cancel(desk: &Desk, account: Pubkey, ticket: Pubkey) -> Instruction {
    let (owner, protocol) = (desk.taker.key(), &desk.protocol);
    let (market, custody) = (protocol.market, protocol.custody);
    let accounts =
        margin::TicketCancel { owner, market, account, custody, ticket, payer: owner, breaker_program: breaker::ID };
    accounts.instruction()
}

#[test]
fn ticket_cancel_of_a_served_ticket_books_the_amount_again() {
    let mut desk = Desk::new();
    let before = desk.taker_state().quote_atoms.get();
    let cancel = queued(&mut desk, 0);
    desk.world.fail(std::slice::from_ref(&cancel), &[&desk.taker.keypair], breaker_error("TicketNotServed"));
    desk.world.advance_s(DAY_S);
    let (vault, custody) = (desk.protocol.quote_tokens, desk.protocol.custody);
    let held = Token::balance(&mut desk.world, &vault);
    desk.world.ok(std::slice::from_ref(&cancel), &[&desk.taker.keypair]);
    desk.check_books();
    assert_eq!(desk.taker_state().quote_atoms.get(), before);
    assert_eq!(Token::balance(&mut desk.world, &vault), held);
    let state: Custody = desk.world.read(abi::ids::BREAKER, &custody);
    assert_eq!(state.vaults[1].queue.unpaid_atoms.get(), 0);
    // The ticket is gone, and what was taken back leaves again.
    desk.world.fail(&[cancel], &[&desk.taker.keypair], error("TicketUnreadable"));
    let withdraw = desk.protocol.withdraw_ticket(&desk.taker, desk.protocol.quote.mint, 500 * USDC, 2);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    desk.check_books();
}

/// The breaker would let a mended engine take anything back under a freeze; its users must not be able to.
#[test]
fn ticket_cancel_under_a_freeze_fails_level_forbids() {
    let mut desk = Desk::new();
    let cancel = queued(&mut desk, 3);
    desk.world.advance_s(DAY_S);
    desk.world.fail(std::slice::from_ref(&cancel), &[&desk.taker.keypair], error("LevelForbids"));
    desk.market_level(0);
    desk.level(4);
    desk.world.fail(std::slice::from_ref(&cancel), &[&desk.taker.keypair], error("LevelForbids"));
    desk.level(2);
    desk.world.ok(&[cancel], &[&desk.taker.keypair]);
    desk.check_books();
}

#[test]
fn ticket_cancel_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let elsewhere = Elsewhere::new(&mut desk);
    let served = queued(&mut desk, 3);
    let mint = desk.protocol.quote.mint;
    let other = desk.protocol.withdraw_ticket(&desk.maker, mint, USDC, 2);
    desk.world.ok(&[other], &[&desk.maker.keypair]);
    desk.market_level(0);
    desk.world.advance_s(2 * DAY_S);
    let imposter = imposter(&mut desk.world);
    Substitutions::of(served, margin::TicketCancel::ACCOUNTS, &[&keypair("taker")])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .wrong("account", imposter, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("ticket", error("TicketUnreadable"))
        .wrong("ticket", addresses::ticket(&desk.protocol.quote_tokens, 2), error("TicketOfAnotherAccount"))
        .stranger("payer", breaker_error("NotRentPayer"))
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
