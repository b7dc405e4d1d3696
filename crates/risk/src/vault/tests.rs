#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_wrap,
    clippy::integer_division,
    reason = "plain figures, bounded by the tests themselves"
)]

use super::*;
use proptest::prelude::*;

const UNIT_ATOMS: u64 = 1_000_000_000;

fn mandate() -> Mandate {
    Mandate {
        strike_distance_bps: 1_000,
        reserve_premium_bps: 50,
        auction_s: 3_600,
        epoch_s: 604_800,
        min_deposit: BaseAtoms(UNIT_ATOMS),
        capacity: BaseAtoms(1_000 * UNIT_ATOMS),
    }
}

fn bid(price_e6: u64, lots: u64) -> Bid {
    Bid { price: PriceE6(price_e6), lots }
}

#[test]
fn mandate_within_bounds_passes() {
    assert_eq!(mandate().check(1), Ok(()));
}

#[test]
fn mandate_names_the_bound_it_breaks() {
    let cases = [
        (Mandate { strike_distance_bps: 0, ..mandate() }, MandateError::StrikeDistance),
        (Mandate { strike_distance_bps: 10_001, ..mandate() }, MandateError::StrikeDistance),
        (Mandate { reserve_premium_bps: 0, ..mandate() }, MandateError::ReservePremium),
        (Mandate { reserve_premium_bps: 5_001, ..mandate() }, MandateError::ReservePremium),
        (Mandate { epoch_s: 3_599, ..mandate() }, MandateError::Epoch),
        (Mandate { epoch_s: 90 * 86_400 + 1, ..mandate() }, MandateError::Epoch),
        (Mandate { auction_s: 299, ..mandate() }, MandateError::Auction),
        (Mandate { auction_s: 604_800 / 4 + 1, ..mandate() }, MandateError::Auction),
        (Mandate { min_deposit: BaseAtoms(0), ..mandate() }, MandateError::Deposit),
        (Mandate { capacity: BaseAtoms(UNIT_ATOMS - 1), ..mandate() }, MandateError::Deposit),
    ];
    for (mandate, error) in cases {
        assert_eq!(mandate.check(1), Err(error), "{mandate:?}");
    }
}

#[test]
fn mandate_periods_shrink_with_the_time_divisor() {
    let short = Mandate { epoch_s: 60, auction_s: 5, ..mandate() };
    assert_eq!(short.check(1), Err(MandateError::Epoch));
    assert_eq!(short.check(60), Ok(()));
}

#[test]
fn strike_is_the_lowest_listed_that_is_far_enough() {
    let listed = [100, 110, 111, 120].map(|units| PriceE6(units * 1_000_000));
    assert_eq!(mandate().strike(PriceE6(100_000_000), listed), Ok(listed[1]));
    assert_eq!(mandate().strike(PriceE6(100_000_001), listed), Ok(listed[2]));
    assert_eq!(mandate().strike(PriceE6(110_000_000), listed), Err(OfferError::NoStrike));
}

#[test]
fn reserve_price_rounds_up() {
    assert_eq!(mandate().reserve_price_ceil(PriceE6(100_000_000)), Ok(PriceE6(500_000)));
    assert_eq!(mandate().reserve_price_ceil(PriceE6(100_000_001)), Ok(PriceE6(500_001)));
}

#[test]
fn expiry_fits_between_half_and_twice_the_epoch() {
    let fits = |distance: i64| mandate().expiry_fits(UnixSeconds(1_000), UnixSeconds(1_000 + distance));
    assert!(!fits(302_399));
    assert!(fits(302_400));
    assert!(fits(1_209_600));
    assert!(!fits(1_209_601));
    assert!(!mandate().expiry_fits(UnixSeconds(i64::MIN), UnixSeconds(i64::MAX)));
}

#[test]
fn offered_lots_round_down_and_stop_at_the_bound() {
    assert_eq!(offered_lots_floor(BaseAtoms(UNIT_ATOMS / 10 - 1), 10, UNIT_ATOMS), Ok(0));
    assert_eq!(offered_lots_floor(BaseAtoms(35 * UNIT_ATOMS / 10 + 7), 10, UNIT_ATOMS), Ok(35));
    assert_eq!(offered_lots_floor(BaseAtoms(u64::MAX), 1, 1), Ok(MAX_OFFERED_LOTS));
}

#[test]
fn bid_with_the_higher_price_wins_then_more_lots_then_the_earlier() {
    assert!(bid(6, 1).beats(&bid(5, 100), 10));
    assert!(bid(5, 9).beats(&bid(5, 8), 10));
    assert!(!bid(5, 8).beats(&bid(5, 8), 10));
    assert!(!bid(4, 100).beats(&bid(5, 1), 10));
    // Lots beyond the offer win nothing.
    assert!(!bid(5, 100).beats(&bid(5, 10), 10));
}

#[test]
fn fill_of_too_many_lots_returns_the_surplus() {
    let bid = bid(3_000_000, 50);
    let escrow = bid.escrow_ceil(10).expect("in bounds");
    let fill = bid.fill(escrow, 35, 10).expect("covered");
    assert_eq!(fill, Fill { lots: 35, premium: QuoteAtoms(10_500_000), surplus: QuoteAtoms(4_500_000) });
}

#[test]
fn part_needs_a_deposit_within_the_total() {
    let result = Share { base: BaseAtoms(10), quote_atoms: 10 };
    assert_eq!(result.part_floor(BaseAtoms(3), BaseAtoms(2)), Err(OfferError::DepositAboveTotal));
    assert_eq!(result.part_floor(BaseAtoms(0), BaseAtoms(0)), Err(OfferError::NothingDeposited));
}

#[test]
fn offers_name_what_is_wrong() {
    for spot in [PriceE6(0), PriceE6(99), PriceE6(PriceE6::MAX.0 + 1), PriceE6(u64::MAX)] {
        assert_eq!(mandate().strike(spot, [PriceE6::MAX]), Err(OfferError::SpotOutOfRange));
        assert_eq!(mandate().reserve_price_ceil(spot), Err(OfferError::SpotOutOfRange));
    }
    assert_eq!(mandate().strike(PriceE6(100_000_000), []), Err(OfferError::NoStrike));
    assert_eq!(offered_lots_floor(BaseAtoms(1), 1, 0), Err(OfferError::BaseUnitZero));
    assert_eq!(offered_lots_floor(BaseAtoms(1), 0, 1), Err(OfferError::LotsPerUnitZero));
}

#[test]
fn bids_name_what_is_wrong() {
    for (bid, lots_per_unit, error) in [
        (bid(0, 1), 10, OfferError::PriceOutOfRange),
        (bid(PriceE6::MAX.0 + 1, 1), 10, OfferError::PriceOutOfRange),
        (bid(5, 0), 10, OfferError::LotsOutOfRange),
        (bid(5, MAX_OFFERED_LOTS + 1), 10, OfferError::LotsOutOfRange),
        (bid(5, 1), 0, OfferError::LotsPerUnitZero),
        (bid(PriceE6::MAX.0, MAX_OFFERED_LOTS), 1, OfferError::PremiumTooLarge),
    ] {
        assert_eq!(bid.escrow_ceil(lots_per_unit), Err(error), "{bid:?}");
        assert_eq!(bid.fill(QuoteAtoms(i64::MAX), MAX_OFFERED_LOTS, lots_per_unit), Err(error), "{bid:?}");
    }
    let bid = bid(3_000_000, 50);
    for escrow in [1, 0, -1, i64::MIN] {
        assert_eq!(bid.fill(QuoteAtoms(escrow), 35, 10), Err(OfferError::EscrowTooSmall));
    }
    assert_eq!(bid.fill(QuoteAtoms(i64::MAX), 0, 10), Err(OfferError::NothingOffered));
}

proptest! {
    /// V-1: the claims of all depositors never exceed the result, and leave less than one atom a depositor.
    #[test]
    fn claims_never_exceed_the_result(
        deposits in proptest::collection::vec(1u64..=1 << 50, 1..20),
        base in 0u64..=1 << 60,
        quote_atoms in 0u64..=1 << 60,
    ) {
        let deposited = BaseAtoms(deposits.iter().sum());
        let result = Share { base: BaseAtoms(base), quote_atoms };
        let parts: Vec<_> = deposits
            .iter()
            .map(|deposit| result.part_floor(BaseAtoms(*deposit), deposited).expect("in bounds"))
            .collect();
        let (claimed_base, claimed_quote) =
            (parts.iter().map(|part| part.base.0).sum::<u64>(), parts.iter().map(|part| part.quote_atoms).sum::<u64>());
        let dust = deposits.len() as u64;
        prop_assert!(claimed_base <= base && base - claimed_base < dust);
        prop_assert!(claimed_quote <= quote_atoms && quote_atoms - claimed_quote < dust);
    }

    /// V-2: with nothing sold and nothing lost, a depositor gets back exactly what it put in.
    #[test]
    fn an_idle_epoch_returns_each_deposit(deposit in 1u64..=1 << 50, others in 0u64..=1 << 50) {
        let deposited = BaseAtoms(deposit + others);
        let part = Share { base: deposited, quote_atoms: 0 }.part_floor(BaseAtoms(deposit), deposited);
        prop_assert_eq!(part, Ok(Share { base: BaseAtoms(deposit), quote_atoms: 0 }));
    }

    /// V-4: a bid is filled and refunded exactly, never beyond its lots or the offer, never for more than it bid.
    #[test]
    fn escrow_is_split_exactly(
        price in 100u64..=10_000_000_000,
        lots in 1u64..=MAX_OFFERED_LOTS,
        offered in 1u64..=MAX_OFFERED_LOTS,
        lots_per_unit in 1u32..=100_000,
    ) {
        let bid = bid(price, lots);
        let escrow = bid.escrow_ceil(lots_per_unit).expect("in bounds");
        let fill = bid.fill(escrow, offered, lots_per_unit).expect("covered");
        prop_assert_eq!(fill.premium.0 + fill.surplus.0, escrow.0);
        prop_assert!(fill.premium.0 >= 0 && fill.surplus.0 >= 0);
        prop_assert_eq!(fill.lots, lots.min(offered));
    }

    /// V-5: the base that covers the lots on offer is there.
    #[test]
    fn offered_lots_are_covered(base in 0u64..=1 << 60, lots_per_unit in 1u32..=100_000, decimals in 0u32..=12) {
        let unit_atoms = 10u64.pow(decimals);
        let lots = offered_lots_floor(BaseAtoms(base), lots_per_unit, unit_atoms).expect("in bounds");
        let cover = units::Lots(lots as i64).base_ceil(lots_per_unit, unit_atoms).expect("in bounds");
        prop_assert!(cover.0 <= base);
    }

    /// V-6: the best bid does not depend on the order in which bids that differ are placed.
    #[test]
    fn best_bid_does_not_depend_on_order(
        bids in proptest::collection::btree_set((1u64..50, 1u64..20), 1..8),
    ) {
        let best = |bids: Vec<(u64, u64)>| {
            bids.into_iter().map(|(price, lots)| bid(price, lots)).reduce(|best, next| if next.beats(&best, 100) { next } else { best })
        };
        let ascending: Vec<_> = bids.iter().copied().collect();
        let descending: Vec<_> = bids.iter().rev().copied().collect();
        prop_assert_eq!(best(ascending), best(descending));
    }
}
