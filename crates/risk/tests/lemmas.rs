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
use units::PriceE6;

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
}
