//! The lemmas of models/smt on this crate, on the compiled functions: one test a lemma, under its name, against 128-bit integers, which no
//! product here fills (an overflow would stop the test).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test panics to fail"
)]

use proptest::prelude::*;
use risk::average::RunningAverage;
use risk::feed::{Refusal, Sample};
use risk::liquidation::{SliceTerms, slice_fraction_floor};
use units::{PriceE6, QuoteAtoms, Slot, UnixSeconds};

const SECONDS_MAX: u32 = 63_072_000;
const BILLION: i64 = 1_000_000_000;

fn price() -> impl Strategy<Value = u64> {
    prop_oneof![4 => (0u32..40, 100..=PriceE6::MAX.0).prop_map(|(bits, x)| (x >> bits).max(100)), 1 => Just(PriceE6::MAX.0), 1 => Just(100)]
}

fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 0..=SECONDS_MAX, 2 => 0..=1_800u32, 1 => Just(SECONDS_MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn average_range_is_outward_and_fits(
        spot in price(), width in price(), mean in price(), fixed_s in seconds(), remaining_s in seconds(), move_e9 in -BILLION..=10 * BILLION,
    ) {
        let remaining_s = if fixed_s == 0 { remaining_s.max(1) } else { remaining_s };
        let width = width.min(spot);
        let average = RunningAverage { mean: PriceE6(mean), fixed_s, remaining_s };
        let range = average.range(PriceE6(spot), PriceE6(width), move_e9).unwrap();
        let one = i128::from(BILLION);
        let whole = (i128::from(fixed_s) + i128::from(remaining_s)) * one;
        let exact = |offset: i128| {
            let there = (i128::from(spot) * (one + i128::from(move_e9)) + offset * one).max(0);
            i128::from(mean) * i128::from(fixed_s) * one + there * i128::from(remaining_s)
        };
        let (low, high) = (exact(-i128::from(width)), exact(i128::from(width)));
        let (low, high) = (low / whole, (high + whole - 1) / whole);
        let hull = |end: i128, mean: i128, lower: bool| if fixed_s == 0 || (end < mean) == lower { end } else { mean };
        prop_assert_eq!(i128::from(range.low.0), hull(low, i128::from(mean), true));
        prop_assert_eq!(i128::from(range.high.0), hull(high, i128::from(mean), false));
    }

    /// Seen through a sample: the price rounds down and the half width up, from any number of decimals to six.
    #[test]
    fn long_division_by_words_is_floor(price in 1i128..1 << 96, bits in 0u32..96, width in 0u128..1 << 96, decimals in 0i32..=18) {
        let (price, width) = ((price >> bits).max(1), width >> bits);
        let sample = Sample { price, decimals, half_width_hundredths: width, published: UnixSeconds(0), slot: Slot(0) };
        let power = |places: i32| 10u128.pow(u32::try_from(places).unwrap());
        let exact = price.unsigned_abs() * power(6) / power(decimals);
        let above = (width * power(6)).div_ceil(power(decimals + 2));
        match sample.normalise() {
            Ok(quote) => {
                prop_assert_eq!(u128::from(quote.price.0), exact);
                prop_assert_eq!(u128::from(quote.half_width.0), above);
            }
            Err(Refusal::PriceOutOfBounds) => prop_assert!(!(100..=u128::from(PriceE6::MAX.0)).contains(&exact)),
            Err(other) => prop_assert!(other == Refusal::ConfidenceTooWide && above > u128::from(u64::MAX), "{other:?}"),
        }
    }

    /// At the start of an auction, where the price is 98 %.
    #[test]
    fn slice_fraction_is_floor_and_fits(
        mtm in 500_000_000..=i64::MAX, bits in 0u32..34, im in i64::MIN..0, less in 0u32..63, buffer_bps in 0..=5_000u16, fee_bps in 0..=10_000u16,
    ) {
        let (mtm, im) = ((mtm >> bits).max(500_000_000), (im >> less).min(-1));
        let terms = SliceTerms { mtm: QuoteAtoms(mtm), im: QuoteAtoms(im), buffer_bps, fee_bps, elapsed_s: 0 };
        let (value, requirement) = (i128::from(mtm), i128::from(mtm) - i128::from(im));
        let deficit = requirement * (10_000 + i128::from(buffer_bps)) - value * 10_000;
        let proceeds = value * 98 * (10_000 - i128::from(fee_bps)) / 100;
        let fraction = i128::from(slice_fraction_floor(&terms).unwrap());
        let exact = deficit * i128::from(BILLION) / (deficit + proceeds);
        prop_assert!((0..=i128::from(BILLION)).contains(&exact));
        // At least one part, or nothing would ever be sold.
        prop_assert_eq!(fraction, exact.max(1));
    }
}
