#![allow(clippy::float_arithmetic, reason = "the expected figures are floating-point ones")]
//! V-1, V-2, V-4, V-5 and V-6 on the pure part, over random vaults and books; every book of a few bids, one by one.

use super::*;
use crate::average::RunningAverage;
use crate::portfolio::Expiry;
use pricing::Svi;
use proptest::prelude::*;
use units::{PriceE6, UnixSeconds, VolE9};

const MANDATE: Mandate = Mandate {
    delta_min_bps: 500,
    delta_max_bps: 2_500,
    distance_bps: 5_000,
    discount_bps: 1_000,
    open_interest_bps: 1_000,
    width_bps: 0,
    management_bps: 200,
    performance_bps: 2_000,
    escrow_multiple: 10,
    cover_bps: 10_000,
    vol_min: VolE9(400_000_000),
    auction_s: 3_600,
    epoch_s: 604_800,
    deposit_min: 1,
    capacity: 1 << 60,
};
const UNIT: Unit = Unit { lots_per_unit: 10, base_unit_atoms: 1_000_000_000 };

fn mandate(kind: VaultKind) -> Mandate {
    Mandate { width_bps: if kind == VaultKind::PutSpread { 1_500 } else { 0 }, ..MANDATE }
}

/// A flat surface of this volatility, an expiry this far.
fn outlook(spot: u64, vol: f64, seconds: i64) -> Expiry {
    let years = seconds as f64 / 31_536_000.0;
    let a_e9 = (vol * vol * years * 1e9) as i64;
    let svi = Svi { a_e9, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 1_000_000 };
    let reference_s = seconds.max(60).unsigned_abs();
    Expiry { forward: PriceE6(spot), seconds, svi, reference_s, average: RunningAverage::NOT_BEGUN }
}

fn strikes(spot: u64) -> Vec<PriceE6> {
    (50..=150).step_by(5).map(|percent| PriceE6(spot / 100 * percent)).collect()
}

#[test]
fn mandates_break_one_bound_at_a_time() {
    for kind in VaultKind::ALL {
        assert_eq!(mandate(kind).check(kind, 1), Ok(()));
        assert_eq!(VaultKind::from_byte(kind.byte()), Some(kind));
    }
    let short = Mandate { epoch_s: 3_600, auction_s: 300, ..MANDATE };
    assert_eq!(short.check(VaultKind::CoveredCall, 1), Ok(()));
    assert_eq!(Mandate { epoch_s: 60, auction_s: 5, ..MANDATE }.check(VaultKind::CoveredCall, 60), Ok(()));
    assert_eq!(Mandate { epoch_s: 3_599, ..short }.check(VaultKind::CoveredCall, 1), Err(MandateError::Epoch));
    assert_eq!(Mandate { auction_s: 451, ..short }.check(VaultKind::CoveredCall, 1), Err(MandateError::Auction));
    assert_eq!(mandate(VaultKind::PutSpread).check(VaultKind::CashSecuredPut, 1), Err(MandateError::Width));
    for cover_bps in [0, 10_001] {
        let mandate = Mandate { cover_bps, ..MANDATE };
        assert_eq!(mandate.check(VaultKind::CoveredCall, 1), Err(MandateError::Cover));
    }
    assert!(Mandate { cover_bps: 9_999, ..MANDATE }.loosened_by(&MANDATE));
    assert!(!MANDATE.loosened_by(&MANDATE));
    let (now, week) = (UnixSeconds(0), 604_800);
    let fits = |at| MANDATE.expiry_fits(now, UnixSeconds(at));
    assert_eq!([week / 2 - 1, week / 2, week * 2, week * 2 + 1].map(fits), [false, true, true, false]);
}

/// A week of 60 %: the strikes that a textbook gives, reserves above zero, width respected.
#[test]
fn offers_follow_from_deltas() {
    let (expiry, listed) = (outlook(100_000_000, 0.6, 604_800), strikes(100_000_000));
    let sight = Sight { expiry: &expiry, time_scale: 1 };
    let offer = |kind| sight.offer(kind, &mandate(kind), &listed).unwrap();
    let call = offer(VaultKind::CoveredCall);
    // sigma sqrt t = 8.3 %: 10 % away is delta 0.12, 5 % away is 0.29.
    assert_eq!((call.strike.0, call.hedge.0), (110_000_000, 0));
    assert_eq!(call.escrow.0, 10 * call.reserve.0);
    let put = offer(VaultKind::CashSecuredPut);
    assert_eq!(put.strike.0, 90_000_000);
    let spread = offer(VaultKind::PutSpread);
    assert_eq!((spread.strike.0, spread.hedge.0), (90_000_000, 80_000_000));
    assert!(spread.reserve < put.reserve);
    let near = Mandate { delta_min_bps: 2_000, ..MANDATE };
    assert_eq!(sight.offer(VaultKind::CoveredCall, &near, &listed), Err(OfferError::NoStrike));
    let wide = Mandate { width_bps: 1, ..MANDATE };
    assert_eq!(sight.offer(VaultKind::PutSpread, &wide, &listed), Err(OfferError::NoHedge));
}

proptest! {
    /// The strike sold is out of the money, in the band, and no listed one nearer to the forward is.
    #[test]
    fn no_safer_strike_is_nearer(vol in 0.2f64..2.0, days in 1i64..60, kind in 0usize..3) {
        let kind = VaultKind::ALL[kind];
        let (expiry, listed) = (outlook(100_000_000, vol, days * 86_400), strikes(100_000_000));
        let sight = Sight { expiry: &expiry, time_scale: 1 };
        let mandate = Mandate { delta_min_bps: 0, distance_bps: 1, ..mandate(kind) };
        if let Ok(offer) = sight.offer(kind, &mandate, &listed) {
            prop_assert!(offer.reserve > PriceE6::ZERO && offer.reserve <= offer.escrow);
            let alone: Vec<_> = listed.iter().copied().filter(|strike| match kind {
                VaultKind::CoveredCall => *strike > expiry.forward && *strike < offer.strike,
                _ => *strike < expiry.forward && *strike > offer.strike,
            }).collect();
            for strike in alone {
                let kind = if kind == VaultKind::PutSpread { VaultKind::CashSecuredPut } else { kind };
                let nearer = sight.offer(kind, &Mandate { width_bps: 0, ..mandate }, &[strike]);
                prop_assert_eq!(nearer, Err(OfferError::NoStrike));
            }
        }
    }

    /// What backs an epoch is the mandate's share of what is held, and never more than there is.
    #[test]
    fn cover_is_a_share_of_what_is_held(held in any::<u64>(), cover_bps in 1u16..=10_000) {
        let cover = Mandate { cover_bps, ..MANDATE }.cover_floor(held);
        prop_assert_eq!(u128::from(cover), u128::from(held) * u128::from(cover_bps) / 10_000);
        prop_assert!(MANDATE.cover_floor(held) == held && cover <= held);
    }

    /// INVARIANT(V-5): what is offered is covered by what is held.
    #[test]
    fn offered_lots_are_covered(held in 0u64..1 << 50, kind in 0usize..3, cap in 0u64..2_000_000_000) {
        let kind = VaultKind::ALL[kind];
        let hedge = PriceE6(if kind == VaultKind::PutSpread { 80_000_000 } else { 0 });
        let offer = Offer { strike: PriceE6(90_000_000), hedge, reserve: PriceE6(1), escrow: PriceE6(2) };
        let lots = offered_lots_floor(kind, held, &offer, UNIT, cap).unwrap();
        prop_assert!(lots <= cap && lots <= LOTS_MAX);
        prop_assert!(cover_ceil(kind, lots, offer.strike, offer.hedge, UNIT).unwrap() <= held);
    }

    /// INVARIANT(V-4) and INVARIANT(V-6): fills within the offer, one price that every served bid is willing to pay, nobody above it
    /// refused, escrows split exactly, and no order of the bids matters.
    #[test]
    fn clearing_is_uniform_and_blind_to_order(
        bids in proptest::collection::vec((1u64..1_000, 0u64..12), 0..BIDS),
        offered in 1u64..20_000,
        turn in any::<prop::sample::Index>(),
    ) {
        let reserve = PriceE6(3);
        let book: Vec<_> = bids.iter().map(|(lots, price)| Entry { lots: *lots, price: PriceE6(*price) }).collect();
        let clearing = clear(&mut book.clone(), offered, reserve);
        let mut turned = book.clone();
        let by = turn.index(book.len().max(1)).min(book.len());
        turned.rotate_left(by);
        turned.reverse();
        prop_assert_eq!(clear(&mut turned, offered, reserve), clearing);
        let wanted: u64 = book.iter().filter(|entry| entry.price >= reserve).map(|entry| entry.lots).sum();
        let fills: u64 = book.iter().map(|entry| clearing.fill_lots_floor(entry)).sum();
        prop_assert_eq!(fills, clearing.sold_lots);
        prop_assert!(fills <= offered.min(wanted));
        prop_assert!(offered.min(wanted) - fills < BIDS as u64, "only dust stays");
        for entry in &book {
            let filled = clearing.fill_lots_floor(entry);
            prop_assert!(filled <= entry.lots && (filled == 0 || entry.price >= clearing.price));
            prop_assert!(entry.price <= clearing.price || clearing.sold_lots == 0 || filled == entry.lots || entry.price < reserve);
            let escrow = escrow_ceil(PriceE6(12), entry.lots, 7).unwrap();
            let fill = clearing.fill(entry, escrow, 7).unwrap();
            prop_assert_eq!(fill.premium + fill.refund, escrow);
            prop_assert!(bond_ceil(escrow) * 10 >= escrow && bond_ceil(escrow) <= escrow);
        }
        prop_assert!(clearing.sold_lots == 0 || clearing.price >= reserve);
    }

    /// INVARIANT(V-1) and INVARIANT(V-2): after any turn shares at their price are worth no more than what is held, and a deposit that is
    /// withdrawn again brings no atom more than it was.
    #[test]
    fn deposit_then_withdraw_never_gains_pure(
        base in 0u64..1 << 50,
        quote in 0u64..1 << 40,
        shares in 0u64..1 << 55,
        deposit in 1u64..1 << 50,
        leave in 0.0f64..1.0,
        price in 1_000u64..1_000_000_000_000,
        kind in 0usize..3,
    ) {
        let kind = VaultKind::ALL[kind];
        let base = if kind.holds_base() { base } else { 0 };
        let holdings = Holdings { base_atoms: base, quote_atoms: quote, shares, high_water_e12: 1_000_000_000 };
        let queue = Queue { deposit_atoms: deposit, withdraw_shares: (shares as f64 * leave) as u64 };
        let queue = Queue { withdraw_shares: queue.withdraw_shares.min(shares), ..queue };
        let terms = (&MANDATE, UNIT, kind.holds_base());
        let turned = turn(&holdings, &queue, terms, Some(PriceE6(price)), 604_800).unwrap();
        let worth = u128::from(holdings.shares + turned.fee_shares) * u128::from(turned.share_price_e12) / u128::from(E12);
        prop_assert!(worth <= u128::from(turned.assets_atoms) + 1, "V-1");
        prop_assert!(turned.base_atoms <= base && turned.quote_atoms <= quote);
        prop_assert_eq!(
            turned.shares,
            shares + turned.fee_shares + turned.deposit_shares.unwrap_or(0) - queue.withdraw_shares
        );
        prop_assert!(turned.high_water_e12 >= holdings.high_water_e12);
        let Some(bought) = turned.deposit_shares else { return Ok(()) };
        // The next turn, at the same price: what the deposit's shares get, in the vault's token.
        let after = Holdings {
            base_atoms: base - turned.base_atoms + if kind.holds_base() { deposit } else { 0 },
            quote_atoms: quote - turned.quote_atoms + if kind.holds_base() { 0 } else { deposit },
            shares: turned.shares,
            high_water_e12: u64::MAX,
        };
        let out = turn(&after, &Queue { deposit_atoms: 0, withdraw_shares: bought }, terms, Some(PriceE6(price)), 0).unwrap();
        let quote_worth = u128::from(out.quote_atoms) * u128::from(UNIT.base_unit_atoms) / u128::from(price);
        let paid = if kind.holds_base() { u128::from(out.base_atoms) + quote_worth } else { u128::from(out.quote_atoms) };
        prop_assert!(paid <= u128::from(deposit) + 1, "V-2: {} for {}", paid, deposit);
    }

    /// A gift to move the price of the next depositor's shares costs the giver more than it takes.
    #[test]
    fn donations_never_pay(mine in 1u64..1 << 40, gift in 0u64..1 << 50, theirs in 1u64..1 << 45) {
        let bought = shares_floor(mine, 0, 0).unwrap();
        let Some(victims) = shares_floor(theirs, mine + gift, bought) else { return Ok(()) };
        let (assets, shares) = (u128::from(mine) + u128::from(gift) + u128::from(theirs), bought + victims);
        let back = assets * u128::from(bought) / (u128::from(shares) + u128::from(VIRTUAL_SHARES));
        prop_assert!(back <= u128::from(mine) + u128::from(gift));
    }
}

#[test]
fn fees_are_of_gains_alone_and_within_their_caps() {
    let shares = 1_000_000_000 * VIRTUAL_SHARES;
    let at = |assets: u64| {
        let holdings = Holdings { base_atoms: 0, quote_atoms: assets, shares, high_water_e12: 1_000_000_000 };
        let queue = Queue { deposit_atoms: 0, withdraw_shares: 0 };
        turn(&holdings, &queue, (&MANDATE, UNIT, false), None, 604_800).unwrap()
    };
    for assets in [0, 900_000_000, 999_999_999, 1_000_000_000] {
        assert_eq!((at(assets).fee_shares, at(assets).high_water_e12), (0, 1_000_000_000));
    }
    let turned = at(1_100_000_000);
    let fee = 1_100_000_000 - turned.share_price_e12 * (shares / E12.isqrt()) / E12.isqrt();
    // A fifth of what the gain of 100,000,000 leaves after 2 % a year of the whole for a week.
    let management = 1_100_000_000u64 * 200 / 10_000 * 604_800 / 31_536_000;
    let expected = management + (100_000_000 - management) / 5;
    assert!(fee.abs_diff(expected) <= 3, "{fee} for {expected}");
    assert!(turned.high_water_e12 > 1_000_000_000);
}

#[test]
fn turns_without_a_price_pay_and_take_nothing_in() {
    let holdings = Holdings { base_atoms: 1_000, quote_atoms: 10, shares: 1_000_000, high_water_e12: 1 };
    let queue = Queue { deposit_atoms: 500, withdraw_shares: 500_000 };
    let turned = turn(&holdings, &queue, (&MANDATE, UNIT, true), None, 1).unwrap();
    assert_eq!((turned.deposit_shares, turned.fee_shares, turned.share_price_e12), (None, 0, 0));
    assert_eq!((turned.base_atoms, turned.quote_atoms, turned.shares), (499, 4, 500_000));
    let more = Queue { withdraw_shares: 1_000_001, ..queue };
    assert_eq!(turn(&holdings, &more, (&MANDATE, UNIT, true), None, 1), Err(TurnError::SharesMissing));
}

/// Every book of up to three bids of one to three lots at none to four, for every offer up to seven.
#[test]
fn every_small_book_clears_at_the_highest_price_that_sells_most() {
    let entries: Vec<_> =
        (1..=3).flat_map(|lots| (0..=4).map(move |price| Entry { lots, price: PriceE6(price) })).collect();
    let nobody = Entry::default();
    for first in entries.iter().chain([&nobody]) {
        for second in entries.iter().chain([&nobody]) {
            for third in entries.iter().chain([&nobody]) {
                let book = [*first, *second, *third].map(|entry| if entry.lots == 0 { nobody } else { entry });
                for offered in 1..=7 {
                    let clearing = clear(&mut book.clone(), offered, PriceE6(2));
                    let demand = |price: u64| -> u64 {
                        book.iter().filter(|entry| entry.price.0 >= price).map(|entry| entry.lots).sum()
                    };
                    // The highest price at which all is asked for, or else the lowest that anybody says.
                    let full = (2..=4).rev().find(|price| demand(*price) >= offered);
                    let lowest = book.iter().map(|entry| entry.price.0).filter(|price| *price >= 2).min();
                    assert_eq!(clearing.price.0, full.or(lowest).unwrap_or(0), "{book:?} for {offered}");
                }
            }
        }
    }
}
