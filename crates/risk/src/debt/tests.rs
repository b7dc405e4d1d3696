use super::*;
use proptest::prelude::*;

const UNIT: u64 = 1_000_000_000;
const SPOT: PriceE6 = PriceE6(150_000_000);

#[test]
fn interest_is_a_fifth_a_year_rounded_up() {
    let of = |debt, seconds| interest_ceil(QuoteAtoms(debt), seconds);
    assert_eq!(of(1_000_000_000, YEAR_S), Ok(QuoteAtoms(200_000_000)));
    assert_eq!(of(1, 1), Ok(QuoteAtoms(1)));
    assert_eq!((of(0, YEAR_S), of(1_000, 0)), (Ok(QuoteAtoms(0)), Ok(QuoteAtoms(0))));
    assert_eq!(of(-1, 1), Err(DebtError::Overflow));
    assert_eq!(of(1_000, u64::MAX), of(1_000, INTEREST_S_MAX));
    assert_eq!(of(i64::MAX, INTEREST_S_MAX), Err(DebtError::Overflow));
}

#[test]
fn price_falls_to_the_knee_and_then_to_the_end() {
    let of = |elapsed_s| price_floor(SPOT, elapsed_s).unwrap().0;
    assert_eq!([of(0), of(900), of(1_800)], [150_000_000, 146_250_000, 142_500_000]);
    assert_eq!([of(1_800 + 10_800), of(1_800 + 21_600), of(u64::MAX)], [131_250_000, 120_000_000, 120_000_000]);
    assert_eq!(price_floor(PriceE6(100), 1), Err(DebtError::PriceOutOfRange));
}

#[test]
fn sale_is_no_more_than_asked_held_or_needed() {
    let of = |debt, held, asked| sale(QuoteAtoms(debt), BaseAtoms(held), BaseAtoms(asked), SPOT, UNIT).unwrap();
    assert_eq!(of(300_000_000, 5 * UNIT, UNIT), BaseSale { base: BaseAtoms(UNIT), paid: QuoteAtoms(150_000_000) });
    assert_eq!(of(300_000_000, UNIT, 5 * UNIT).base, BaseAtoms(UNIT));
    assert_eq!(
        of(300_000_000, 5 * UNIT, u64::MAX),
        BaseSale { base: BaseAtoms(2 * UNIT), paid: QuoteAtoms(300_000_000) }
    );
    let none = sale(QuoteAtoms(0), BaseAtoms(1), BaseAtoms(1), SPOT, UNIT);
    assert_eq!(none, Err(DebtError::DebtMissing));
    assert_eq!(sale(QuoteAtoms(1), BaseAtoms(1), BaseAtoms(1), SPOT, 0), Err(DebtError::BaseUnitZero));
}

proptest! {
    /// Whoever buys never pays less than the price, and a sale that was not cut short by asking or holding cures the debt.
    #[test]
    fn a_sale_pays_its_price_and_cures(
        debt in 1_i64..1 << 50, held in 0_u64..1 << 50, asked in 1_u64..1 << 50, price in 100_u64..10_000_000_000_000, elapsed_s in 0_u64..40_000,
    ) {
        if let Ok(now) = price_floor(PriceE6(price), elapsed_s) {
            prop_assert!(now <= PriceE6(price) && u128::from(now.0) * 10 + 10 >= u128::from(price) * 8);
            let sold = sale(QuoteAtoms(debt), BaseAtoms(held), BaseAtoms(asked), now, UNIT).unwrap();
            prop_assert!(sold.base.0 <= held.min(asked));
            prop_assert!(u128::try_from(sold.paid.0).unwrap() * u128::from(UNIT) >= u128::from(sold.base.0) * u128::from(now.0));
            if sold.base.0 < held.min(asked) {
                prop_assert!(sold.paid.0 >= debt);
                // One atom of base less would not have been enough.
                let less = now.value_ceil(BaseAtoms(sold.base.0 - 1), UNIT).unwrap();
                prop_assert!(less.0 <= debt);
            }
        }
    }
}
