use super::*;
use proptest::prelude::*;

#[test]
fn premium_of_whole_units_is_exact() {
    let price = PriceE6(12_500_000);
    assert_eq!(price.premium_floor(30, 10), Some(QuoteAtoms(37_500_000)));
    assert_eq!(price.premium_ceil(30, 10), Some(QuoteAtoms(37_500_000)));
}

#[test]
fn value_of_base_uses_its_decimals() {
    let price = PriceE6(150_000_000);
    assert_eq!(price.value_floor(BaseAtoms(1_500_000_000), 1_000_000_000), Some(QuoteAtoms(225_000_000)));
    assert_eq!(price.value_floor(BaseAtoms(1), 1_000_000_000), Some(QuoteAtoms(0)));
    assert_eq!(price.value_ceil(BaseAtoms(1), 1_000_000_000), Some(QuoteAtoms(1)));
}

#[test]
fn cover_rounds_up() {
    assert_eq!(Lots(-10).base_ceil(10, 1_000_000_000), Some(BaseAtoms(1_000_000_000)));
    assert_eq!(Lots(1).base_ceil(3, 10), Some(BaseAtoms(4)));
    assert_eq!(Lots(i64::MIN).base_ceil(1, u64::MAX), None);
}

#[test]
fn basis_points_of_a_debt_have_no_direction() {
    assert_eq!(QuoteAtoms(-1).bps_floor(1), None);
    assert_eq!(QuoteAtoms(-1).bps_ceil(1), None);
    assert_eq!(QuoteAtoms(10_001).bps_floor(1), Some(QuoteAtoms(1)));
    assert_eq!(QuoteAtoms(10_001).bps_ceil(1), Some(QuoteAtoms(2)));
}

#[test]
fn what_does_not_fit_is_none() {
    assert_eq!(PriceE6(u64::MAX).premium_floor(2, 1), None);
    assert_eq!(PriceE6(1 << 63).premium_floor(1, 1), None);
    assert_eq!(PriceE6(1).premium_floor(1, 0), None);
    assert_eq!(QuoteAtoms(i64::MAX).checked_add(QuoteAtoms(1)), None);
    assert_eq!(BaseAtoms(0).checked_sub(BaseAtoms(1)), None);
}

#[test]
fn price_bounds_include_their_ends() {
    for (price, within) in [(99, false), (100, true), (10_000_000_000_000, true), (10_000_000_000_001, false)] {
        assert_eq!(PriceE6(price).in_bounds(), within, "{price}");
    }
}

proptest! {
    /// The two directions never differ by more than one atom, and agree exactly when nothing is left over.
    #[test]
    fn directions_enclose_the_quotient(price in 0u64..10_000_000_000_000, lots in 0u64..1_000_000, lots_per_unit in 1u32..1_000_001) {
        let (floor, ceil) = (PriceE6(price).premium_floor(lots, lots_per_unit), PriceE6(price).premium_ceil(lots, lots_per_unit));
        let (floor, ceil) = (floor.unwrap().0, ceil.unwrap().0);
        let exact = (u128::from(price) * u128::from(lots)).is_multiple_of(u128::from(lots_per_unit));
        prop_assert_eq!(ceil - floor, i64::from(!exact));
    }
}
