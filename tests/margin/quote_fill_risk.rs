//! Margin, levels and bounds of a fill, and what it costs.
use crate::fixture::*;
use abi::margin::{KIND_PUT, MarginAccount};
use abi::oracle::Feed;
use abi::quote::SIDE_BUY;
use client::margin;
use testkit::{Offer, USDC};

fn base_empty(desk: &mut Desk) {
    let base = desk.maker_state().base_atoms.get();
    let withdraw = desk.protocol.withdraw(&desk.maker, desk.protocol.base.mint, base);
    desk.world.ok(&[withdraw], &[&desk.maker.keypair]);
}

#[test]
fn quote_fill_needs_the_seller_s_margin_to_the_atom() {
    let mut desk = Desk::new();
    // Ten lots of a put at 150 need 150 USDC, of which the premium less the fee comes in with the fill.
    let offer = Offer { kind: KIND_PUT, ..desk.offer() };
    let need = 150_000_000 - 10_000_000 + 15_000;
    quote_set(&mut desk, true, need - 1);
    let fill = desk.fill(offer, 10);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("InitialMarginNegative"));
    quote_set(&mut desk, true, need);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_of_a_naked_call_is_held_to_the_top_node() {
    let mut desk = Desk::new();
    base_empty(&mut desk);
    // At twice the price the call costs 150 USDC a unit.
    let need = 150_000_000 - 10_000_000 + 15_000;
    quote_set(&mut desk, true, need - 1);
    let fill = desk.fill(desk.offer(), 10);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("InitialMarginNegative"));
    quote_set(&mut desk, true, need);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_never_makes_the_payer_s_balance_negative() {
    let mut desk = Desk::new();
    let fill = desk.fill(desk.offer(), 10);
    quote_set(&mut desk, false, 10_044_999);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("QuoteBalanceTooLow"));
    quote_set(&mut desk, false, 10_045_000);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    assert_eq!(desk.taker_state().quote_atoms.get(), 0);
}

#[test]
fn quote_fill_that_shrinks_a_position_needs_no_margin_outright() {
    let mut desk = Desk::new();
    // The taker is short ten puts and has lost what it needs to stay short.
    let bid = Offer { side: SIDE_BUY, kind: KIND_PUT, ..desk.offer() };
    desk.filled(bid, 10);
    quote_set(&mut desk, false, 60_000_000);
    let ask = Offer { kind: KIND_PUT, nonce: 2, ..desk.offer() };
    let more = desk.fill(Offer { nonce: 3, ..bid }, 1);
    desk.world.fail(&more, &[&desk.taker.keypair], error("InitialMarginNegative"));
    let half = desk.fill(ask, 5);
    desk.world.ok(&half, &[&desk.taker.keypair]);
    assert_eq!(desk.taker_state().positions[0].lots.get(), -5);
    // Closing at a price above what the risk is worth would leave the account worse off.
    let dear = desk.fill(Offer { price_e6: 160 * USDC, max_lots: 1, nonce: 4, ..ask }, 1);
    quote_set(&mut desk, false, 40_000_000);
    desk.world.fail(&dear, &[&desk.taker.keypair], error("InitialMarginNegative"));
}

#[test]
fn quote_fill_that_shrinks_but_worsens_margin_fails_initial_margin_negative() {
    let mut desk = Desk::new();
    // A put spread of the taker: short at 150, long at 145. The long leg is what keeps margin at five a unit.
    desk.filled(Offer { side: SIDE_BUY, kind: KIND_PUT, ..desk.offer() }, 10);
    desk.filled(Offer { kind: KIND_PUT, strike_e6: 145 * USDC, price_e6: USDC, nonce: 2, ..desk.offer() }, 10);
    quote_set(&mut desk, false, 5_000_000);
    let sell_long =
        Offer { side: SIDE_BUY, kind: KIND_PUT, strike_e6: 145 * USDC, price_e6: USDC, nonce: 3, ..desk.offer() };
    let fill = desk.fill(sell_long, 10);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("InitialMarginNegative"));
}

#[test]
fn quote_fill_on_stale_feed_fails_feed_stale() {
    let mut desk = Desk::new();
    let (offer, feed) = (desk.offer(), desk.protocol.feed);
    let fill = desk.fill(offer, 10);
    let close = desk.fill(Offer { side: SIDE_BUY, nonce: 2, ..offer }, 5);
    desk.world.advance_s(10);
    desk.world.ok(&fill, &[&desk.taker.keypair]);
    // Ten seconds to open, a minute to close; the same in slots.
    desk.world.advance_s(1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("FeedStale"));
    desk.world.advance_s(49);
    desk.world.ok(&close, &[&desk.taker.keypair]);
    desk.world.advance_s(1);
    desk.world.fail(&close, &[&desk.taker.keypair], error("FeedStale"));
    desk.protocol.price(&mut desk.world, SPOT);
    desk.world.advance_slots(26);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("FeedStale"));
    // A degraded price is one to close at, not to open at; a stale one is neither.
    desk.protocol.price(&mut desk.world, SPOT);
    let close = desk.fill(Offer { side: SIDE_BUY, nonce: 3, ..offer }, 5);
    desk.world.edit::<Feed>(&feed, |feed| feed.severity = 1);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("FeedStale"));
    desk.world.ok(&close, &[&desk.taker.keypair]);
    desk.world.edit::<Feed>(&feed, |feed| feed.severity = 2);
    desk.world.fail(&close, &[&desk.taker.keypair], error("FeedStale"));
}

#[test]
fn quote_fill_at_close_only_lands_if_the_taker_shrinks() {
    let mut desk = Desk::new();
    let offer = desk.offer();
    desk.filled(offer, 10);
    for level in [2, 3] {
        desk.level(level);
        let more = desk.fill(Offer { nonce: 2, ..offer }, 1);
        desk.world.fail(&more, &[&desk.taker.keypair], error("LevelForbids"));
        let flip = desk.fill(Offer { side: SIDE_BUY, nonce: 3, ..offer }, 11);
        desk.world.fail(&flip, &[&desk.taker.keypair], error("LevelForbids"));
        desk.filled(Offer { side: SIDE_BUY, nonce: 3, ..offer }, 4);
    }
    desk.level(4);
    let close = desk.fill(Offer { side: SIDE_BUY, nonce: 3, ..offer }, 2);
    desk.world.fail(&close, &[&desk.taker.keypair], error("LevelForbids"));
}

#[test]
fn quote_fill_beyond_the_bounds_of_a_position_fails_notional_too_large() {
    let mut desk = Desk::new();
    for lots in [1_000_000_001, u64::MAX] {
        let fill = desk.fill(Offer { max_lots: u64::MAX, price_e6: 100, ..desk.offer() }, lots);
        desk.world.fail(&fill, &[&desk.taker.keypair], error("NotionalTooLarge"));
    }
}

#[test]
fn quote_fill_into_a_full_account_fails_positions_full() {
    let mut desk = Desk::new();
    let account = desk.taker.account;
    // Dust in 32 series of other expiries.
    desk.world.edit::<MarginAccount>(&account, |taker| {
        for (slot, at) in taker.positions.iter_mut().zip(1i64..) {
            (slot.expiry_unix_s, slot.strike_e6, slot.lots, slot.kind) = (at.into(), SPOT.into(), 1.into(), 1);
        }
    });
    let fill = desk.fill(desk.offer(), 10);
    desk.world.fail(&fill, &[&desk.taker.keypair], error("PositionsFull"));
    // A series that is held already needs no slot.
    let at = desk.expiry_unix_s;
    desk.world.edit::<MarginAccount>(&account, |taker| taker.positions[31].expiry_unix_s = at.into());
    desk.world.ok(&fill, &[&desk.taker.keypair]);
}

#[test]
fn quote_fill_against_eight_positions_a_side_costs_at_most_75000() {
    let mut desk = Desk::new();
    desk.positions_open(8);
    let fill = desk.fill(desk.offer(), 1);
    let units = desk.world.ok(&fill, &[&desk.taker.keypair]).units_of(&margin::ID);
    assert!(units <= 75_000, "{units} units");
    let close = desk.fill(Offer { side: SIDE_BUY, nonce: 2, ..desk.offer() }, 1);
    let units = desk.world.ok(&close, &[&desk.taker.keypair]).units_of(&margin::ID);
    assert!(units <= 45_000, "{units} units to shrink");
}

#[test]
fn quote_fill_with_full_accounts_fits_a_transaction() {
    let mut desk = Desk::new();
    for (nonce, strike) in (0..32u64).map(|at| (100 + at, 75 * USDC + at * 5 * USDC)) {
        desk.filled(Offer { strike_e6: strike, nonce, ..desk.offer() }, 10);
    }
    let fill = desk.fill(Offer { strike_e6: 75 * USDC, ..desk.offer() }, 1);
    let units = desk.world.ok(&fill, &[&desk.taker.keypair]).units_of(&margin::ID);
    assert!(units <= 150_000, "{units} units");
    desk.check_books();
}
