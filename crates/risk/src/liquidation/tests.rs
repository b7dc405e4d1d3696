use super::*;
use proptest::prelude::*;
use units::{BaseAtoms, Lots};

const VALUE: QuoteAtoms = QuoteAtoms(1_000_000_000);

#[test]
fn the_price_falls_from_98_to_70_to_nothing() {
    let at = |seconds| price_ceil(VALUE, seconds).unwrap().0;
    assert_eq!(at(0), 980_000_000);
    assert_eq!(at(300), 840_000_000);
    assert_eq!(at(600), 700_000_000);
    assert_eq!(at(600 + 3_600), 350_000_000);
    assert_eq!(at(600 + 7_199), 97_223);
    assert_eq!(at(600 + 7_200), 0);
    assert_eq!(at(u64::MAX), 0);
}

#[test]
fn insolvent_payment_rises_to_105_percent_and_stops() {
    let at = |seconds| insolvent_payment_floor(QuoteAtoms(-1_000_000), seconds).unwrap().0;
    assert_eq!(at(0), 0);
    assert_eq!(at(900), 525_000);
    assert_eq!(at(1_800), 1_050_000);
    assert_eq!(at(u64::MAX), 1_050_000);
}

#[test]
fn figures_of_the_wrong_sign_are_refused() {
    assert_eq!(price_ceil(QuoteAtoms(0), 1), Err(LiquidationError::ValueOutOfRange));
    assert_eq!(price_ceil(QuoteAtoms(-1), 1), Err(LiquidationError::ValueOutOfRange));
    assert_eq!(insolvent_payment_floor(QuoteAtoms(0), 1), Err(LiquidationError::ValueOutOfRange));
    assert_eq!(insolvent_payment_floor(QuoteAtoms(i64::MIN), 1), Err(LiquidationError::ValueOutOfRange));
    assert_eq!(slice_lots(Lots(1), 0), Err(LiquidationError::FractionOutOfRange));
    assert_eq!(slice_lots(Lots(1), WHOLE_E9 + 1), Err(LiquidationError::FractionOutOfRange));
}

#[test]
fn only_seconds_with_bids_allowed_count() {
    let clock = AuctionClock { counted_s: 0, running_since: Some(UnixSeconds(100)) };
    let paused = clock.set(UnixSeconds(160), false).unwrap();
    assert_eq!(paused.elapsed_s(UnixSeconds(10_000)), Ok(60));
    let again = paused.set(UnixSeconds(10_000), true).unwrap();
    assert_eq!(again.elapsed_s(UnixSeconds(10_030)), Ok(90));
    assert_eq!(again.elapsed_s(UnixSeconds(9_999)), Err(LiquidationError::TimeOutOfRange));
}

fn terms(mtm: i64, im: i64, buffer_bps: u16, elapsed_s: u64) -> SliceTerms {
    SliceTerms { mtm: QuoteAtoms(mtm), im: QuoteAtoms(im), buffer_bps, fee_bps: 100, elapsed_s }
}

#[test]
fn small_and_insolvent_accounts_go_at_once() {
    assert_eq!(slice_fraction_floor(&terms(499_999_999, -1, 0, 0)), Ok(WHOLE_E9));
    assert_eq!(slice_fraction_floor(&terms(-5, -1_000, 0, 0)), Ok(WHOLE_E9));
    assert!(slice_fraction_floor(&terms(500_000_000, -1, 0, 0)).unwrap() < WHOLE_E9);
    assert_eq!(slice_fraction_floor(&terms(500_000_000, 0, 0, 0)), Err(LiquidationError::MarginSatisfied));
    assert_eq!(slice_fraction_floor(&terms(1, -1, 5_001, 0)), Err(LiquidationError::BufferOutOfRange));
    // Nothing is paid any more: only the whole account ends it.
    assert_eq!(slice_fraction_floor(&terms(500_000_000, -1, 0, 7_800)), Ok(WHOLE_E9));
}

#[test]
fn auctions_of_one_lot_shorts_end() {
    assert_eq!(slice_lots(Lots(-1), 1), Ok(Lots(-1)));
    assert_eq!(slice_lots(Lots(1), 1), Ok(Lots(0)));
    assert_eq!(slice_lots(Lots(-7), WHOLE_E9), Ok(Lots(-7)));
}

proptest! {
    #[test]
    fn the_price_never_rises_and_never_exceeds_the_value(value in 1_i64.., a in 0_u64..10_000, b in 0_u64..10_000) {
        let at = |seconds| price_ceil(QuoteAtoms(value), seconds).unwrap();
        prop_assert!(at(a.max(b)) <= at(a.min(b)));
        prop_assert!(at(a).0 >= 0 && at(a).0 <= value);
    }

    #[test]
    fn insurance_pays_ever_more_and_never_above_105_percent(value in 1_i64..=i64::MAX / 2, a in 0_u64..4_000, b in 0_u64..4_000) {
        let at = |seconds| insolvent_payment_floor(QuoteAtoms(-value), seconds).unwrap().0;
        prop_assert!(at(a.max(b)) >= at(a.min(b)));
        prop_assert!(i128::from(at(a)) * 10_000 <= i128::from(value) * 10_500);
    }

    /// What is left after the slice has the buffer, to the rounding of the fraction, and no smaller slice would do.
    #[test]
    fn a_slice_restores_the_buffer_and_no_more(
        mtm in 500_000_000_i64..=1 << 55, short in 1_i64..=1 << 55, buffer_bps in 0_u16..=5_000, elapsed_s in 0_u64..7_000,
    ) {
        let terms = terms(mtm, -short, buffer_bps, elapsed_s);
        let fraction = i128::from(slice_fraction_floor(&terms).unwrap());
        let (whole, value, requirement) = (i128::from(WHOLE_E9), i128::from(mtm), i128::from(mtm) + i128::from(short));
        let (parts, per) = price_parts(elapsed_s);
        let excess = |fraction: i128| {
            let proceeds = value * i128::from(parts) / i128::from(per) * 9_900 / 10_000 * fraction;
            let left = (whole - fraction) * value + proceeds;
            left - (whole - fraction) * requirement * i128::from(10_000 + u32::from(buffer_bps)) / 10_000
        };
        let tolerance = 8 * (value + requirement);
        prop_assert!((1..=whole).contains(&fraction));
        prop_assert!(fraction == 1 || excess(fraction) <= tolerance, "sells too much");
        prop_assert!(fraction == whole || excess(fraction + 1) >= -tolerance - whole * 4, "sells too little");
    }

    #[test]
    fn a_slice_never_exceeds_the_account(lots in -1_000_000_000_i64..=1_000_000_000, quote: i64, base: u64, fraction in 1..=WHOLE_E9) {
        let part = slice_lots(Lots(lots), fraction).unwrap();
        prop_assert!(part.0.unsigned_abs() <= lots.unsigned_abs() && part.0.signum() * lots.signum() >= 0);
        if let Ok(part) = slice_quote(QuoteAtoms(quote), fraction) {
            prop_assert!(part.0.unsigned_abs() <= quote.unsigned_abs() && part.0.signum() * quote.signum() >= 0);
        }
        prop_assert!(slice_base_floor(BaseAtoms(base), fraction).unwrap().0 <= base);
    }

    #[test]
    fn arbitrary_liquidations_never_panic(a: i64, b: i64, seconds: u64, buffer_bps: u16, fee_bps: u16, fraction: u32, running: bool) {
        let _ = price_ceil(QuoteAtoms(a), seconds);
        let _ = insolvent_payment_floor(QuoteAtoms(a), seconds);
        let terms = SliceTerms { mtm: QuoteAtoms(a), im: QuoteAtoms(b), buffer_bps, fee_bps, elapsed_s: seconds };
        let _ = slice_fraction_floor(&terms);
        let _ = slice_lots(Lots(a), fraction);
        let _ = slice_quote(QuoteAtoms(a), fraction);
        let _ = slice_base_floor(BaseAtoms(seconds), fraction);
        let clock = AuctionClock { counted_s: seconds, running_since: running.then_some(UnixSeconds(a)) };
        let _ = clock.set(UnixSeconds(b), true);
    }
}
