use super::*;
use proptest::prelude::*;

#[test]
fn fee_is_of_notional_rounded_up() {
    // 3 bps of 100 units x 1 unit: 0.03.
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(5_000_000), 3), Ok(QuoteAtoms(30_000)));
    assert_eq!(fee_ceil(PriceE6(100_000_001), 1, 10, QuoteAtoms(5_000_000), 1), Ok(QuoteAtoms(1_001)));
}

#[test]
fn fee_is_capped_by_the_premium() {
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(8_000), 3), Ok(QuoteAtoms(1_000)));
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(8_001), 3), Ok(QuoteAtoms(1_001)));
}

#[test]
fn fee_of_a_market_without_fees_is_zero() {
    assert_eq!(fee_ceil(PriceE6(100_000_000), 10, 10, QuoteAtoms(5_000_000), 0), Ok(QuoteAtoms(0)));
}

#[test]
fn fee_names_what_is_wrong() {
    let (spot, premium) = (PriceE6(100_000_000), QuoteAtoms(5_000_000));
    for (spot, lots, lots_per_unit, premium, bps, error) in [
        (PriceE6(0), 10, 10, premium, 3, CashError::SpotOutOfRange),
        (PriceE6(99), 10, 10, premium, 3, CashError::SpotOutOfRange),
        (PriceE6(PriceE6::MAX.0 + 1), 10, 10, premium, 3, CashError::SpotOutOfRange),
        (spot, 0, 10, premium, 3, CashError::LotsOutOfRange),
        (spot, 1 << 63, 10, premium, 3, CashError::LotsOutOfRange),
        (spot, 10, 0, premium, 3, CashError::LotsPerUnitZero),
        (spot, 10, 10, QuoteAtoms(-1), 3, CashError::AmountNegative),
        (spot, 10, 10, premium, 101, CashError::FeeRateOutOfRange),
        (spot, u64::MAX >> 1, 10, premium, 3, CashError::NotionalTooLarge),
    ] {
        assert_eq!(fee_ceil(spot, lots, lots_per_unit, premium, bps), Err(error));
    }
    assert_eq!(insurance_share_floor(QuoteAtoms(-1)), Err(CashError::AmountNegative));
}

proptest! {
    #[test]
    fn insurance_takes_a_third_and_leaves_the_rest(fee in 0i64..i64::MAX) {
        let share = insurance_share_floor(QuoteAtoms(fee)).unwrap().0;
        prop_assert_eq!(share, fee / 3);
    }
}

#[test]
fn halves_of_a_fee_sum_to_it() {
    for (amount, halved) in
        [(0, (0, 0)), (1, (1, 0)), (100, (1, 0)), (101, (1, 1)), (300, (2, 1)), (1_000_000, (5_000, 5_000))]
    {
        assert_eq!(halves(QuoteAtoms(amount), 100), Some((QuoteAtoms(halved.0), QuoteAtoms(halved.1))));
    }
    assert_eq!(halves(QuoteAtoms(-1), 100), None);
}
