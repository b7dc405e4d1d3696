use crate::fixture::*;
use crate::liquidation::Crash;
use abi::margin::{DELEGATE_TRADE, KIND_CALL, KIND_PUT, MODE_PORTFOLIO, MODE_STANDARD};
use abi::quote::SIDE_BUY;
use client::{addresses, margin};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Offer, SOL, Substitutions, USDC, key};

fn crashed() -> Crash {
    let mut crash = Crash::new();
    crash.price(220 * USDC);
    crash.started();
    crash
}

/// 98 % at first, 70 % after ten minutes, nothing after two hours more.
#[test]
fn liquidation_bid_pays_less_as_time_passes() {
    let mut crash = crashed();
    for (wait_s, price) in [(0, 882_000_000), (300, 756_000_000), (300, 630_000_000)] {
        crash.wait_s(wait_s);
        let below = crash.bid(100_000_000, price - 1);
        crash.desk.world.fail(&[below], &[&crash.bidder.keypair], error("PriceAboveLimit"));
        let at = crash.bid(100_000_000, price);
        let before = crash.desk.world.snapshot(std::slice::from_ref(&at));
        crash.desk.world.ok(&[at], &[&crash.bidder.keypair]);
        crash.desk.check_books();
        for (address, account) in before {
            if let Some(account) = account.filter(|account| account.owner == margin::ID) {
                crash.desk.world.set_account(&address, account);
            }
        }
    }
    crash.wait_s(7_200);
    let free = crash.bid(100_000_000, 0);
    crash.desk.world.ok(&[free], &[&crash.bidder.keypair]);
}

#[test]
fn liquidation_bid_never_takes_more_than_restores_the_account() {
    let mut crash = crashed();
    let asked = crash.bid(999_999_999, i64::MAX);
    crash.desk.world.ok(&[asked], &[&crash.bidder.keypair]);
    assert_eq!(crash.account().1, -382);
    // The value that is left is five parts in a hundred above what initial margin asks.
    let (quote, lots) = crash.account();
    let (mtm, im) = (quote + lots * 7_000_000, quote + lots * 29_000_000);
    let buffer = (mtm as f64) / ((mtm - im) as f64);
    assert!((1.049..1.053).contains(&buffer), "{buffer}");
}

#[test]
fn liquidation_bid_out_of_turn_fails_by_name() {
    let mut crash = crashed();
    for fraction in [0, 1_000_000_001, u32::MAX] {
        let bid = crash.bid(fraction, i64::MAX);
        crash.desk.world.fail(&[bid], &[&crash.bidder.keypair], error("FractionOutOfRange"));
    }
    let mut own = crash.bid(1_000_000, i64::MAX);
    let (owner, market) = (crash.desk.maker.key(), crash.desk.protocol.market);
    let second = addresses::margin_account(&market, &owner, 1);
    let open = margin::AccountOpen { owner, payer: crash.desk.world.payer(), market, account: second };
    crash.desk.world.ok(&[open.instruction(margin::AccountOpenArgs { subaccount: 1 })], &[&crash.desk.maker.keypair]);
    (own.accounts[0].pubkey, own.accounts[3].pubkey) = (owner, second);
    crash.desk.world.fail(&[own], &[&crash.desk.maker.keypair], error("SelfTrade"));
    crash.desk.world.advance_s(61);
    let stale = crash.bid(1_000_000, i64::MAX);
    crash.desk.world.fail(&[stale], &[&crash.bidder.keypair], error("FeedStale"));
}

/// INVARIANT(M-4)
#[test]
fn liquidation_bid_needs_the_bidder_s_initial_margin() {
    let mut crash = crashed();
    let state = crash.desk.account(crash.bidder.account);
    for (mint, atoms) in [
        (crash.desk.protocol.base.mint, state.base_atoms.get()),
        (crash.desk.protocol.quote.mint, u64::try_from(state.quote_atoms.get()).unwrap()),
    ] {
        let withdraw = crash.desk.protocol.withdraw(&crash.bidder, mint, atoms);
        crash.desk.world.ok(&[withdraw], &[&crash.bidder.keypair]);
    }
    let bid = crash.bid(100_000_000, i64::MAX);
    crash.desk.world.fail(&[bid], &[&crash.bidder.keypair], error("InitialMarginNegative"));
}

#[test]
fn liquidation_bid_by_a_trading_delegate_lands() {
    let mut crash = crashed();
    let delegate = crash.desk.world.rich("delegate");
    let set = margin::DelegateSet { owner: crash.bidder.key(), account: crash.bidder.account };
    let set = set.instruction(margin::DelegateSetArgs { delegate: delegate.pubkey(), rights: DELEGATE_TRADE });
    crash.desk.world.ok(&[set], &[&crash.bidder.keypair]);
    let mut bid = crash.bid(100_000_000, i64::MAX);
    bid.accounts[0].pubkey = delegate.pubkey();
    crash.desk.world.ok(&[bid], &[&delegate]);
    crash.desk.check_books();
}

/// An expiry that is settled pays each account for itself: nothing of it may be netted away.
#[test]
fn liquidation_bid_on_settled_positions_fails_settle_first() {
    let mut crash = crashed();
    crash.desk.settlement_put(220 * USDC);
    let settle = crash.desk.expiry_settle();
    crash.desk.world.ok(&[settle], &[]);
    crash.wait_s(0);
    let bid = crash.bid(100_000_000, i64::MAX);
    crash.desk.world.fail(&[bid], &[&crash.bidder.keypair], error("SettleFirst"));
    let settle = crash.desk.account_settle(crash.desk.maker.account);
    crash.desk.world.ok(&[settle], &[]);
    let finish = crash.finish();
    crash.desk.world.ok(&[finish], &[]);
    crash.desk.check_books();
}

#[test]
fn liquidation_bid_without_an_expiry_held_fails_expiry_missing() {
    let mut crash = crashed();
    let mut bid = crash.bid(100_000_000, i64::MAX);
    bid.accounts.truncate(margin::LiquidationBid::ACCOUNTS.len());
    crash.desk.world.fail(&[bid], &[&crash.bidder.keypair], error("ExpiryMissing"));
}

/// Shorts round away from zero and longs towards it: a slice of a few lots takes risk first.
#[test]
fn liquidation_bid_of_a_sliver_takes_a_short_and_leaves_a_long() {
    let mut crash = Crash::new();
    let put = Offer {
        kind: KIND_PUT,
        strike_e6: 100 * USDC,
        price_e6: 1_000,
        side: SIDE_BUY,
        nonce: 9,
        ..crash.desk.offer()
    };
    let fill = crash.desk.fill(put, 3);
    crash.desk.world.ok(&fill, &[&crash.desk.taker.keypair]);
    crash.price(220 * USDC);
    crash.started();
    crash.bidden(1_000);
    let held = crash.desk.maker_state().positions;
    assert_eq!((held[0].lots.get(), held[1].lots.get()), (-999, 3));
}

#[test]
fn liquidation_bid_with_eight_positions_a_side_stays_within_its_units() {
    eight_a_side(MODE_STANDARD);
    eight_a_side(MODE_PORTFOLIO);
}

fn eight_a_side(mode: u8) {
    let mut crash = Crash::new();
    for at in 1..8 {
        let offer =
            Offer { strike_e6: 150 * USDC + at * 5 * USDC, price_e6: USDC, nonce: 100 + at, ..crash.desk.offer() };
        let fill = crash.desk.fill(offer, 5);
        crash.desk.world.ok(&fill, &[&crash.desk.taker.keypair]);
    }
    if mode == MODE_PORTFOLIO {
        crash.desk.surfaces_put();
        crash.desk.portfolio(crash.desk.maker.account);
        crash.desk.portfolio(crash.bidder.account);
    }
    // Short of maintenance margin in both modes, and worth something.
    crash.price(275 * USDC);
    crash.started();
    crash.bidden(1_000_000);
    let bid = crash.bid(500_000_000, i64::MAX);
    let units = crash.desk.world.ok(&[bid], &[&crash.bidder.keypair]).units_of(&margin::ID);
    println!("liquidation bid, eight positions a side, mode {mode}: {units} units");
    assert!(units <= 90_000, "{units} units");
    crash.desk.check_books();
}

/// The largest account there is changes hands in either mode, to somebody who ends up as large: none is too large to be liquidated.
#[test]
fn liquidation_bid_of_thirty_two_positions_over_four_expiries_lands() {
    for mode in [MODE_STANDARD, MODE_PORTFOLIO] {
        let mut crash = thirty_two();
        if mode == MODE_PORTFOLIO {
            crash.desk.surfaces_put();
            crash.desk.portfolio(crash.desk.maker.account);
            crash.desk.portfolio(crash.bidder.account);
        }
        crash.price(320 * USDC);
        crash.started();
        // A sliver of everything, and a slice to somebody who holds everything already.
        crash.bidden(1_000_000);
        let bid = crash.bid(100_000_000, i64::MAX);
        let units = crash.desk.world.ok(&[bid], &[&crash.bidder.keypair]).units_of(&margin::ID);
        crash.desk.check_books();
        println!("liquidation bid, 32 positions a side, mode {mode}: {units} units");
        assert!(units <= 400_000, "{units} units");
        let held = crash.desk.account(crash.bidder.account);
        assert!(held.positions.iter().all(|position| position.kind == KIND_CALL && position.lots.get() < 0));
    }
}

/// A maker short of 32 series with 6,000 USDC and nothing else.
fn thirty_two() -> Crash {
    let mut desk = Desk::new();
    let mut expiries = vec![desk.expiry_unix_s];
    expiries.extend([2, 3, 4].map(|days| desk.list(days)));
    for (nonce, (expiry_unix_s, at)) in
        (100..).zip(expiries.into_iter().flat_map(|expiry| (0..8).map(move |at| (expiry, at))))
    {
        let offer =
            Offer { expiry_unix_s, strike_e6: 150 * USDC + at * 5 * USDC, price_e6: USDC, nonce, ..desk.offer() };
        let fill = desk.fill(offer, 10);
        desk.world.ok(&fill, &[&desk.taker.keypair]);
    }
    let bidder = desk.protocol.actor(&mut desk.world, "bidder", 1_000 * SOL, 1_000_000 * USDC);
    desk.accounts.push(bidder.account);
    let state = desk.maker_state();
    let spare = u64::try_from(state.quote_atoms.get()).unwrap() - 6_000 * USDC;
    for (mint, atoms) in [(desk.protocol.base.mint, state.base_atoms.get()), (desk.protocol.quote.mint, spare)] {
        let withdraw = desk.protocol.withdraw(&desk.maker, mint, atoms);
        desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
    }
    Crash { desk, bidder }
}

#[test]
fn liquidation_bid_with_wrong_accounts_fails() {
    let mut crash = crashed();
    let elsewhere = Elsewhere::new(&mut crash.desk);
    let bid = crash.bid(100_000_000, i64::MAX);
    let mut faked = crash.desk.world.account(&addresses::liquidation(&crash.desk.maker.account)).unwrap();
    faked.owner = key("another margin");
    crash.desk.world.set_account(&key("fake liquidation"), faked);
    let signer = testkit::keypair("bidder");
    let taker = crash.desk.taker.account;
    Substitutions::of(bid, margin::LiquidationBid::ACCOUNTS, &[&signer])
        .stranger("bidder_authority", error("NotAccountTrader"))
        .stranger("market", InstructionError::AccountDataTooSmall)
        .wrong("market", elsewhere.protocol.market, error("AccountOfAnotherMarket"))
        .stranger("account", InstructionError::AccountDataTooSmall)
        .wrong("account", taker, error("LiquidationOfAnother"))
        .wrong("account", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("bidder", InstructionError::AccountDataTooSmall)
        .wrong("bidder", taker, error("NotAccountTrader"))
        .wrong("bidder", elsewhere.actor.account, error("AccountOfAnotherMarket"))
        .stranger("liquidation", InstructionError::AccountDataTooSmall)
        .wrong("liquidation", key("fake liquidation"), InstructionError::IllegalOwner)
        .wrong("liquidation", taker, InstructionError::InvalidAccountData)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("feed", error("FeedOfAnotherMarket"))
        .wrong("feed", elsewhere.protocol.feed, error("FeedOfAnotherMarket"))
        .run(&mut crash.desk.world);
}
