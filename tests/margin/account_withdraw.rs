use crate::fixture::*;
use abi::breaker::Ticket;
use abi::oracle::Feed;
use client::{addresses, margin};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use testkit::{Offer, SOL, Substitutions, Token, USDC, key};

fn withdraw(desk: &Desk, amount: u64) -> Instruction {
    desk.protocol.withdraw(&desk.taker, desk.protocol.quote.mint, amount)
}

fn withdraw_base(desk: &Desk, amount: u64) -> Instruction {
    desk.protocol.withdraw(&desk.taker, desk.protocol.base.mint, amount)
}

#[test]
fn account_withdraw_of_each_token_pays_the_wallet() {
    let mut desk = Desk::new();
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let before = desk.taker_state();
    let calls = [withdraw(&desk, 5 * USDC), withdraw_base(&desk, 3 * SOL)];
    desk.world.ok(&calls, &[&desk.taker.keypair]);
    let after = desk.taker_state();
    assert_eq!(before.quote_atoms.get() - after.quote_atoms.get(), 5_000_000);
    assert_eq!(before.base_atoms.get() - after.base_atoms.get(), 3 * SOL);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + 5 * USDC);
    desk.check_books();
}

/// INVARIANT(M-9): a dead feed holds no flat account.
#[test]
fn account_withdraw_of_everything_needs_no_price_when_flat() {
    let mut desk = Desk::new();
    desk.world.advance_s(3_600);
    let held = desk.taker_state();
    let quote = u64::try_from(held.quote_atoms.get()).unwrap();
    let calls = [withdraw(&desk, quote), withdraw_base(&desk, held.base_atoms.get())];
    desk.world.ok(&calls, &[&desk.taker.keypair]);
    assert_eq!((desk.taker_state().quote_atoms.get(), desk.taker_state().base_atoms.get()), (0, 0));
    desk.check_books();
}

#[test]
fn account_withdraw_beyond_the_balance_fails_by_name() {
    let mut desk = Desk::new();
    let held = desk.taker_state();
    let quote = u64::try_from(held.quote_atoms.get()).unwrap();
    let cases = [
        (withdraw(&desk, 0), "AmountZero"),
        (withdraw(&desk, quote + 1), "QuoteBalanceTooLow"),
        (withdraw(&desk, u64::MAX), "AmountOverflow"),
        (withdraw_base(&desk, held.base_atoms.get() + 1), "BaseBalanceTooLow"),
        (withdraw_base(&desk, u64::MAX), "BaseBalanceTooLow"),
    ];
    for (withdraw, name) in cases {
        desk.world.fail(&[withdraw], &[&desk.taker.keypair], error(name));
    }
}

/// The maker is short ten lots of a put at 150: it must keep 150 USDC, which base cannot replace.
fn short_put(desk: &mut Desk) -> i64 {
    let offer = Offer { kind: abi::margin::KIND_PUT, ..desk.offer() };
    desk.filled(offer, 10);
    desk.maker_state().quote_atoms.get() - 150_000_000
}

#[test]
fn account_withdraw_leaves_initial_margin_to_the_atom() {
    let mut desk = Desk::new();
    let free = u64::try_from(short_put(&mut desk)).unwrap();
    let quote = desk.protocol.quote.mint;
    let too_much = desk.protocol.withdraw(&desk.maker, quote, free + 1);
    desk.world.fail(&[too_much], &[&desk.maker.keypair], error("InitialMarginNegative"));
    let all = desk.protocol.withdraw(&desk.maker, quote, free);
    desk.world.ok(&[all], &[&desk.maker.keypair]);
    let more = desk.protocol.withdraw(&desk.maker, quote, 1);
    desk.world.fail(&[more], &[&desk.maker.keypair], error("InitialMarginNegative"));
    desk.check_books();
}

#[test]
fn account_withdraw_of_base_that_covers_a_call_fails_initial_margin_negative() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let quote = u64::try_from(desk.maker_state().quote_atoms.get()).unwrap();
    let base = desk.maker_state().base_atoms.get();
    let cash = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, quote);
    desk.world.ok(&[cash], &[&desk.maker.keypair]);
    let all = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base);
    desk.world.fail(&[all], &[&desk.maker.keypair], error("InitialMarginNegative"));
    let uncovered = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base - SOL);
    desk.world.ok(&[uncovered], &[&desk.maker.keypair]);
    desk.check_books();
}

#[test]
fn account_withdraw_with_positions_on_bad_feed_fails_feed_stale() {
    let mut desk = Desk::new();
    short_put(&mut desk);
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, 1);
    desk.world.advance_s(61);
    desk.world.fail(std::slice::from_ref(&withdraw), &[&desk.maker.keypair], error("FeedStale"));
    desk.protocol.price(&mut desk.world, SPOT);
    let feed = desk.protocol.feed;
    desk.world.edit::<Feed>(&feed, |feed| feed.severity = 2);
    desk.world.fail(std::slice::from_ref(&withdraw), &[&desk.maker.keypair], error("FeedStale"));
    desk.world.edit::<Feed>(&feed, |feed| (feed.severity, feed.price_e6) = (0, 0.into()));
    desk.world.fail(&[withdraw], &[&desk.maker.keypair], error("FeedStale"));
}

/// At a degraded price what stays behind must do at the worse end of what the price may be.
#[test]
fn account_withdraw_on_a_degraded_feed_counts_the_adverse_bound() {
    let mut desk = Desk::new();
    short_put(&mut desk);
    let feed = desk.protocol.feed;
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, 1);
    // A price that is no wider than nothing is as good as a normal one; one that may be zero is good for nothing.
    desk.world.edit::<Feed>(&feed, |feed| (feed.severity, feed.confidence_e6) = (1, 0.into()));
    desk.world.ok(std::slice::from_ref(&withdraw), &[&desk.maker.keypair]);
    desk.world.edit::<Feed>(&feed, |feed| feed.confidence_e6 = (SPOT - 1_000).into());
    let all = u64::try_from(desk.maker_state().quote_atoms.get()).unwrap();
    let rest = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, all - 1);
    desk.world.fail(&[rest], &[&desk.maker.keypair], error("InitialMarginNegative"));
}

#[test]
fn account_withdraw_follows_the_level() {
    let mut desk = Desk::new();
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    for (level, paid) in [(1, 1), (2, 2), (3, 2)] {
        desk.level(level);
        let withdraw = withdraw(&desk, USDC);
        desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
        assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + paid * USDC, "level {level}");
        desk.check_books();
    }
    desk.level(4);
    let withdraw = withdraw(&desk, USDC);
    desk.world.fail(&[withdraw], &[&desk.taker.keypair], error("LevelForbids"));
}

#[test]
fn account_withdraw_while_the_market_is_frozen_is_queued_and_paid_later_to_the_wallet() {
    let mut desk = Desk::new();
    desk.market_level(3);
    let before = desk.taker_state().quote_atoms.get();
    let wallet = Token::balance(&mut desk.world, &desk.taker.quote_tokens);
    let withdraw = withdraw(&desk, 5 * USDC);
    desk.world.ok(&[withdraw], &[&desk.taker.keypair]);
    assert_eq!(before - desk.taker_state().quote_atoms.get(), 5_000_000);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet);
    let address = addresses::ticket(&desk.protocol.quote_tokens, 1);
    let ticket: Ticket = desk.world.read(abi::ids::BREAKER, &address);
    assert_eq!((ticket.amount_atoms.get(), ticket.vault), (5 * USDC, 1));
    assert_eq!((ticket.destination, ticket.payer), (desk.taker.quote_tokens.to_bytes(), desk.taker.key().to_bytes()));
    assert_eq!(ticket.origin, desk.taker.account.to_bytes());
    desk.check_books();
    // Nobody needs to sign for the payment, and it goes where the ticket says.
    desk.world.advance_s(12 * 3_600);
    let claim = desk.protocol.ticket_claim(&desk.taker, desk.protocol.quote.mint, 1);
    desk.world.ok(&[claim], &[]);
    assert_eq!(Token::balance(&mut desk.world, &desk.taker.quote_tokens), wallet + 5 * USDC);
    assert!(desk.world.account(&address).is_none());
    desk.check_books();
}

#[test]
fn account_withdraw_of_tokens_the_vault_lacks_fails_vault_illiquid() {
    let mut desk = Desk::new();
    // A winner's claim on a loser's cash that has not come in: the balance is there, the tokens are not.
    quote_set(&mut desk, false, 3_000_000_000_000);
    let withdraw = withdraw(&desk, 2_500_000 * USDC);
    desk.world.fail(&[withdraw], &[&desk.taker.keypair], breaker_error("VaultIlliquid"));
}

#[test]
fn account_withdraw_with_eight_positions_costs_at_most_50000() {
    let mut desk = Desk::new();
    desk.positions_open(8);
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.quote.mint, 1);
    let units = desk.world.ok(&[withdraw], &[&desk.maker.keypair]).units_of(&margin::ID);
    assert!(units <= 50_000, "{units} units");
}

#[test]
fn account_withdraw_with_wrong_accounts_fails() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    let elsewhere = Elsewhere::new(&mut desk);
    let withdraw = withdraw(&desk, USDC);
    for (name, of, owner) in [
        ("fake feed", desk.protocol.feed, "another oracle"),
        ("fake brake", client::addresses::brake(), "another breaker"),
    ] {
        let mut fake = desk.world.account(&of).unwrap();
        fake.owner = key(owner);
        desk.world.set_account(&key(name), fake);
    }
    Substitutions::of(withdraw, margin::AccountWithdraw::ACCOUNTS, &[&desk.taker.keypair])
        .stranger("owner", error("NotAccountOwner"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", desk.maker.account, error("NotAccountOwner"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("brake", error("BrakeUnreadable"))
        .wrong("brake", key("fake brake"), error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .wrong("feed", key("fake feed"), error("FeedOfAnotherMarket"))
        .stranger("mint", InstructionError::IllegalOwner)
        .wrong("mint", desk.protocol.base.mint, error("WrongTokenVault"))
        .wrong("mint", elsewhere.protocol.quote.mint, error("MintOfAnotherMarket"))
        .stranger("custody", error("CustodyOfAnotherMarket"))
        .wrong("custody", elsewhere.protocol.custody, error("CustodyOfAnotherMarket"))
        .stranger("tokens", error("WrongTokenVault"))
        .wrong("tokens", desk.protocol.base_tokens, error("WrongTokenVault"))
        .wrong("tokens", elsewhere.protocol.quote_tokens, error("WrongTokenVault"))
        .stranger("destination", InstructionError::AccountDataTooSmall)
        .wrong("destination", desk.taker.base_tokens, breaker_error("DestinationOfAnotherMint"))
        .wrong("destination", desk.protocol.quote_tokens, DUPLICATE)
        .any("payer", "whoever signs may pay the rent of a ticket")
        .any("ticket", "not looked at where nothing waits; the breaker's suite tries wrong ones")
        .stranger("token_program", NOT_A_PROGRAM)
        .wrong("token_program", abi::ids::BREAKER.into(), InstructionError::IncorrectProgramId)
        .stranger("breaker_program", NOT_A_PROGRAM)
        .wrong("breaker_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .stranger("system_program", NOT_A_PROGRAM)
        .wrong("system_program", abi::ids::TOKEN.into(), InstructionError::IncorrectProgramId)
        .run(&mut desk.world);
}
