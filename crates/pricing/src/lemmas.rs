//! The lemmas of models/smt on this crate, on the compiled kernels: one test a lemma, under its name, against 128-bit integers, which no
//! product here fills (an overflow would stop the test).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test panics to fail"
)]

use crate::black::Pair;
use crate::fixed::{mul_q38, normalise, ratio_q38};
use crate::implied::{Premium, out_of_the_money_q38};
use crate::price::{PriceE12, scale};
use crate::svi::{Svi, scaled_q56};
use crate::terms::{Kind, SECONDS_MAX, SECONDS_MIN};
use crate::total_vol::RootTime;
use proptest::prelude::*;
use units::{PriceE6, VolE9};

/// Every size up to a bound, and the bound itself.
fn up_to(most: u64) -> impl Strategy<Value = u64> {
    prop_oneof![
        6 => (0u32..64, any::<u64>()).prop_map(move |(bits, x)| (x >> bits) % (most + 1)),
        1 => (0u64..3).prop_map(move |off| most - off.min(most)),
        1 => (0u32..64).prop_map(move |bits| (1 << bits).min(most)),
    ]
}

fn is_floor(result: u64, product: u128, divisor: u128) -> bool {
    let result = u128::from(result);
    result * divisor <= product && product < (result + 1) * divisor
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mul_q38_is_floor(a in up_to(1 << 38), p in up_to(1 << 38)) {
        prop_assert!(is_floor(mul_q38(a, p), u128::from(a) * u128::from(p), 1 << 38));
    }

    #[test]
    fn ratio_q38_is_floor(a in up_to((1 << 44) - 1), b in up_to((1 << 44) - 1)) {
        let b = b.max(1).max((a >> 26) + 1);
        prop_assert!(is_floor(ratio_q38(a, b), u128::from(a) << 38, u128::from(b)), "{a} / {b}");
    }

    #[test]
    fn scaled_price_is_floor(price in up_to(PriceE6::MAX.0), fraction in up_to(1 << 38)) {
        prop_assert!(is_floor(scale(price, fraction), u128::from(price) * u128::from(fraction) * 1_000_000, 1 << 38));
    }

    #[test]
    fn total_vol_is_floor(vol in VolE9::MIN.0..=VolE9::MAX.0, seconds in SECONDS_MIN..=SECONDS_MAX) {
        let time = RootTime::new(seconds).unwrap();
        let (mantissa, shift) = time.parts();
        prop_assert!(mantissa < 1 << 39);
        prop_assert!(is_floor(time.total_of(VolE9(vol)).q38(), u128::from(vol) * u128::from(mantissa), 1 << (30 + shift)));
    }

    #[test]
    fn premium_fraction_is_nearest(smaller in up_to(PriceE6::MAX.0), larger in up_to(PriceE6::MAX.0), value in any::<u64>(), call: bool) {
        let (smaller, larger) = (smaller.min(larger).max(100), smaller.max(larger).max(100));
        let value = value % (smaller * 1_000_000);
        // At the money the call is the one out of it.
        let (forward, strike, kind) = if call || smaller == larger { (smaller, larger, Kind::Call) } else { (larger, smaller, Kind::Put) };
        let (forward, strike) = (PriceE6(forward), PriceE6(strike));
        let premium = Premium { forward, strike, seconds: SECONDS_MIN, kind, premium: PriceE12(value) };
        let fraction = out_of_the_money_q38(&premium, &Pair::new(forward.0, strike.0)).unwrap();
        let (whole, wanted) = (u128::from(larger) * 1_000_000, u128::from(value) << 38);
        prop_assert!(2 * wanted.abs_diff(u128::from(fraction) * whole) <= whole);
    }

    #[test]
    fn svi_scaling_fits_and_keeps_its_sign(
        value in up_to(50_000_000_000), negative: bool, seconds in SECONDS_MIN..=SECONDS_MAX, reference in SECONDS_MIN..=SECONDS_MAX,
    ) {
        let size = (u128::from(value) << 56) * u128::from(seconds) / (u128::from(reference) * 1_000_000_000);
        let sign = if negative { -1 } else { 1 };
        let scaled = scaled_q56(value.cast_signed() * sign, seconds, reference);
        prop_assert_eq!(scaled, size.cast_signed() * i128::from(sign));
    }

    /// What passes has a least variance that is not negative, squared so that no root is taken.
    #[test]
    fn svi_least_variance_is_conservative(
        a in up_to(50_000_000_000), b in up_to(4_000_000_000), rho in up_to(999_999_999), sigma in up_to(10_000_000_000), near in -3i64..3,
    ) {
        let sigma = sigma.max(100_000);
        let bulge = u128::from(b) * u128::from(sigma);
        let root_square = 1_000_000_000_000_000_000 - u128::from(rho) * u128::from(rho);
        // Half of the cases beside the edge.
        let edge = (bulge * root_square.isqrt() / 1_000_000_000_000_000_000) as i64;
        let a = if near < 0 { -a.cast_signed() } else { (near - 1 - edge).max(-50_000_000_000) };
        let svi = Svi { a_e9: a, b_e9: b.cast_signed(), rho_e9: rho.cast_signed(), m_e9: 0, sigma_e9: sigma.cast_signed() };
        // |a| 1e18 <= b sigma sqrt(root_square): |a|^2 1e36 <= (b sigma)^2 root_square, both divided by (b sigma) on the side that has it.
        if a < 0 && svi.validate().is_ok() {
            prop_assert!(bulge > 0);
            let least = u128::from(a.unsigned_abs()) * 1_000_000_000_000_000_000 / bulge;
            prop_assert!(least * least <= root_square, "{svi:?}");
        }
    }

    #[test]
    fn normalise_sets_the_top_bit_and_loses_none(x in up_to(u64::MAX - 1)) {
        let x = x + 1;
        let (full, shift) = normalise(x);
        prop_assert!(full >> 63 == 1 && shift == x.leading_zeros() && full >> shift == x);
    }
}
