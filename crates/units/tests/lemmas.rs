//! The lemmas of models/smt at full width against big integers: what z3 proves of the transcription holds of the code. One test a lemma,
//! under its name; the prover refuses to pass when a name is missing on either side.
#![expect(clippy::arithmetic_side_effects, clippy::integer_division, reason = "big integers")]

use num_bigint::BigInt;
use proptest::prelude::*;
use units::{BPS, BaseAtoms, Lots, PriceE6, QuoteAtoms, mul_div_ceil, mul_div_floor};

/// Operands of every size, so that every route is taken.
fn word() -> impl Strategy<Value = u64> {
    (0u32..64, any::<u64>(), 0u64..3).prop_map(|(bits, value, kind)| match kind {
        0 => value >> bits,
        1 => u64::MAX >> bits,
        _ => 1 << bits,
    })
}

/// A nearly exact case: a x b / d within one unit of where its quotient stops fitting.
fn edge() -> impl Strategy<Value = (u64, u64, u64)> {
    (word(), word(), -1i8..=1, 63u32..=64).prop_map(|(b, d, off, bits)| {
        let limit = (BigInt::from(1) << bits) * d / BigInt::from(b.max(1)) + off;
        (u64::try_from(&limit).unwrap_or(u64::MAX), b, d)
    })
}

fn operands() -> impl Strategy<Value = (u64, u64, u64)> {
    prop_oneof![(word(), word(), word()), edge()]
}

/// a x b against multiples of d, without width.
struct Exact {
    product: BigInt,
    d: BigInt,
}

impl Exact {
    fn new(a: impl Into<BigInt>, b: impl Into<BigInt>, d: impl Into<BigInt>) -> Self {
        Self { product: a.into() * b.into(), d: d.into() }
    }

    /// x <= exact < x + 1
    fn floor(&self, x: impl Into<BigInt>) -> bool {
        let x: BigInt = x.into();
        &x * &self.d <= self.product && self.product < (x + 1) * &self.d
    }

    /// x - 1 < exact <= x
    fn ceil(&self, x: impl Into<BigInt>) -> bool {
        let x: BigInt = x.into();
        (&x - 1) * &self.d < self.product && self.product <= x * &self.d
    }

    fn is_whole(&self) -> bool {
        &self.product % &self.d == BigInt::ZERO
    }

    fn floor_fits(&self, maximum: impl Into<BigInt>) -> bool {
        self.d != BigInt::ZERO && self.product < (maximum.into() + 1) * &self.d
    }

    fn ceil_fits(&self, maximum: impl Into<BigInt>) -> bool {
        self.d != BigInt::ZERO && self.product <= maximum.into() * &self.d
    }

    fn floor_or_none(&self, result: Option<QuoteAtoms>) -> bool {
        result.map_or(!self.floor_fits(i64::MAX), |x| x >= QuoteAtoms::ZERO && self.floor(x.0))
    }

    fn ceil_or_none(&self, result: Option<QuoteAtoms>) -> bool {
        result.map_or(!self.ceil_fits(i64::MAX), |x| x >= QuoteAtoms::ZERO && self.ceil(x.0))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn word_product_fits_two_words(a in word(), b in word()) {
        let product = u128::from(a).checked_mul(u128::from(b));
        prop_assert_eq!(product.map(BigInt::from), Some(BigInt::from(a) * b));
    }

    #[test]
    fn division_identity_is_unique(high in word(), low in word(), d in 1..=u64::MAX, away in 1u64..) {
        let (x, d) = (u128::from(high) << 64 | u128::from(low), u128::from(d));
        let (q, r) = (BigInt::from(x / d), BigInt::from(x % d));
        prop_assert_eq!(&q * d + &r, BigInt::from(x));
        prop_assert!(r < BigInt::from(d));
        for other in [&q - away, &q + away] {
            let rest = x - other * d;
            prop_assert!(rest < BigInt::ZERO || rest >= BigInt::from(d));
        }
    }

    #[test]
    fn mul_div_split_is_exact((a, b, d) in operands()) {
        let d = d.max(1);
        let product = BigInt::from(a) * (b % d);
        let (parts, over) = (&product / d, &product % d);
        prop_assert_eq!(BigInt::from(a) * b, (BigInt::from(a) * (b / d) + parts) * d + over);
    }

    #[test]
    fn mul_div_floor_encloses((a, b, d) in operands()) {
        if let Some(floor) = mul_div_floor(a, b, d) {
            prop_assert!(Exact::new(a, b, d).floor(floor));
        }
    }

    #[test]
    fn mul_div_floor_is_none_exactly_on_overflow((a, b, d) in operands()) {
        prop_assert_eq!(mul_div_floor(a, b, d).is_some(), Exact::new(a, b, d).floor_fits(u64::MAX));
    }

    #[test]
    fn mul_div_ceil_encloses((a, b, d) in operands()) {
        if let Some(ceil) = mul_div_ceil(a, b, d) {
            prop_assert!(Exact::new(a, b, d).ceil(ceil));
        }
    }

    #[test]
    fn mul_div_ceil_is_none_exactly_on_overflow((a, b, d) in operands()) {
        prop_assert_eq!(mul_div_ceil(a, b, d).is_some(), Exact::new(a, b, d).ceil_fits(u64::MAX));
    }

    #[test]
    fn mul_div_directions_differ_by_at_most_one((a, b, d) in operands()) {
        if let Some(ceil) = mul_div_ceil(a, b, d) {
            let between = mul_div_floor(a, b, d).and_then(|floor| ceil.checked_sub(floor));
            prop_assert_eq!(between, Some(u64::from(!Exact::new(a, b, d).is_whole())));
        }
    }

    #[test]
    fn premium_floor_is_directed_or_none((price, lots, _) in operands(), per_unit in any::<u32>(), bits in 0u32..32) {
        let per_unit = per_unit >> bits;
        prop_assert!(Exact::new(price, lots, per_unit).floor_or_none(PriceE6(price).premium_floor(lots, per_unit)));
    }

    #[test]
    fn premium_ceil_is_directed_or_none((price, lots, _) in operands(), per_unit in any::<u32>(), bits in 0u32..32) {
        let per_unit = per_unit >> bits;
        prop_assert!(Exact::new(price, lots, per_unit).ceil_or_none(PriceE6(price).premium_ceil(lots, per_unit)));
    }

    #[test]
    fn value_floor_is_directed_or_none((price, base, unit) in operands()) {
        prop_assert!(Exact::new(price, base, unit).floor_or_none(PriceE6(price).value_floor(BaseAtoms(base), unit)));
    }

    #[test]
    fn value_ceil_is_directed_or_none((price, base, unit) in operands()) {
        prop_assert!(Exact::new(price, base, unit).ceil_or_none(PriceE6(price).value_ceil(BaseAtoms(base), unit)));
    }

    #[test]
    fn bps_floor_is_directed_or_none(amount in any::<i64>(), bits in 0u32..64, bps in any::<u16>()) {
        let amount = QuoteAtoms(amount >> bits);
        let floor = amount.bps_floor(bps);
        if amount < QuoteAtoms::ZERO {
            prop_assert_eq!(floor, None);
        } else {
            prop_assert!(Exact::new(amount.0, bps, BPS).floor_or_none(floor));
        }
    }

    #[test]
    fn bps_ceil_is_directed_or_none(amount in any::<i64>(), bits in 0u32..64, bps in any::<u16>()) {
        let amount = QuoteAtoms(amount >> bits);
        let ceil = amount.bps_ceil(bps);
        if amount < QuoteAtoms::ZERO {
            prop_assert_eq!(ceil, None);
        } else {
            prop_assert!(Exact::new(amount.0, bps, BPS).ceil_or_none(ceil));
        }
    }

    #[test]
    fn base_ceil_is_directed_or_none(lots in any::<i64>(), bits in 0u32..64, unit in word(), per_unit in any::<u32>()) {
        let lots = lots >> bits;
        let exact = Exact::new(BigInt::from(lots).magnitude().clone(), unit, per_unit);
        match Lots(lots).base_ceil(per_unit, unit) {
            Some(base) => prop_assert!(exact.ceil(base.0)),
            None => prop_assert!(!exact.ceil_fits(u64::MAX)),
        }
    }

    /// Seen through the conversion: with one lot a unit and one atom a unit, the cover is the magnitude.
    #[test]
    fn lots_magnitude_is_exact(lots in prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -2i64..2]) {
        let cover = Lots(lots).base_ceil(1, 1).map(|base| BigInt::from(base.0));
        prop_assert_eq!(cover, Some(BigInt::from(BigInt::from(lots).magnitude().clone())));
    }

    #[test]
    fn premium_within_the_notional_bound_fits(price in word(), lots in word(), per_unit in 1u32.., off in 0u64..3) {
        let notional_max = 1u64 << 60;
        let most = BigInt::from(notional_max) * per_unit / price.max(1) - off;
        let lots = u64::try_from(most).unwrap_or(0).min(lots.max(u64::MAX >> 2));
        for premium in [PriceE6(price).premium_floor(lots, per_unit), PriceE6(price).premium_ceil(lots, per_unit)] {
            prop_assert!(premium.is_some_and(|premium| (0..=1i64 << 60).contains(&premium.0)));
        }
    }

    #[test]
    fn bps_up_to_a_whole_never_exceed_the_amount(amount in 0..=i64::MAX, bits in 0u32..63, bps in 0..=10_000u16) {
        let amount = QuoteAtoms(amount >> bits);
        let (floor, ceil) = (amount.bps_floor(bps), amount.bps_ceil(bps));
        prop_assert!(floor.is_some() && ceil.is_some());
        prop_assert!(Some(QuoteAtoms::ZERO) <= floor && floor <= ceil && ceil <= Some(amount));
    }
}
