use super::*;
use proptest::prelude::*;

#[test]
fn fee_is_of_notional_rounded_up() {
    // 3 bps of 100 units x 1 unit: 0.03.
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(5_000_000), 3), Some(QuoteAtoms(30_000)));
    assert_eq!(fee_ceil(PriceE6(100_000_001), 1, 10, QuoteAtoms(5_000_000), 1), Some(QuoteAtoms(1_001)));
}

#[test]
fn fee_is_capped_by_the_premium() {
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(8_000), 3), Some(QuoteAtoms(1_000)));
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(8_001), 3), Some(QuoteAtoms(1_001)));
}

#[test]
fn fee_of_a_market_without_fees_is_zero() {
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(5_000_000), 0), Some(QuoteAtoms(0)));
}

proptest! {
    #[test]
    fn insurance_takes_a_third_and_leaves_the_rest(fee in 0i64..i64::MAX) {
        let share = insurance_share_floor(QuoteAtoms(fee)).unwrap().0;
        prop_assert_eq!(share, fee / 3);
    }
}
