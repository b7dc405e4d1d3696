//! solmath: 1e12 in 128 bits.

use core::hint::black_box;

use crate::kinds::{input, kind};
use crate::{e12, measured, Inputs};

const YEAR: u64 = 31_536_000;

/// An option in solmath's unit.
struct Market {
    s: u128,
    k: u128,
    sigma: u128,
    t: u128,
}

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let x = e12(inputs[input::REAL]);
    let option = Market {
        s: u128::from(inputs[input::FORWARD]) * 1_000_000,
        k: u128::from(inputs[input::STRIKE]) * 1_000_000,
        sigma: u128::from(inputs[input::VOL]) * 1_000,
        t: u128::from(inputs[input::SECONDS]) * 1_000_000_000_000 / u128::from(YEAR),
    };
    match kernel {
        kind::SOLMATH_LN => measured!(x.unsigned_abs(), |x: &_| solmath::ln_fixed_i(*x).ok()),
        kind::SOLMATH_EXP => measured!(x, |x: &_| solmath::exp_fixed_i(*x).ok()),
        kind::SOLMATH_CDF => measured!(x, |x: &_| solmath::norm_cdf_poly(*x).ok()),
        kind::SOLMATH_PDF => measured!(x, |x: &_| solmath::norm_pdf(*x).ok()),
        kind::SOLMATH_PRICE => measured!(option, solmath_price),
        kind::SOLMATH_GREEKS => measured!(option, |o: &Market| solmath::bs_full(o.s, o.k, 0, o.sigma, o.t).ok()),
        kind::SOLMATH_ROW => measured!(option, solmath_row),
        kind::SOLMATH_ROW_HOISTED => measured!(option, solmath_row_hoisted),
        _ => None,
    }
}

#[inline(never)]
fn solmath_price(&Market { s, k, sigma, t }: &Market) -> Option<u128> {
    let (call, _) = solmath::black_scholes_price(s, k, 0, sigma, t).ok()?;
    let (delta, _) = solmath::bs_delta(s, k, 0, sigma, t).ok()?;
    Some(call.wrapping_add(delta.unsigned_abs()))
}

/// 33 prices: eleven forwards at three volatilities.
#[inline(never)]
fn solmath_row(&Market { s, k, sigma, t }: &Market) -> Option<u128> {
    let mut sum = 0u128;
    for vol in [sigma * 3 / 2, sigma, sigma * 7 / 8] {
        for percent in (75..=125).step_by(5) {
            let (call, _) = solmath::black_scholes_price(s * percent / 100, k, 0, vol, t).ok()?;
            sum = sum.wrapping_add(black_box(call));
        }
    }
    Some(sum)
}

/// The same 33 from its primitives, with what does not depend on the node done once: what a careful user of it would write.
#[inline(never)]
fn solmath_row_hoisted(&Market { s, k, sigma, t }: &Market) -> Option<i128> {
    const ONE: i128 = 1_000_000_000_000;
    // ln of the forward moves, 75 % to 125 %.
    const LOGS: [i128; 11] = [
        -287_682_072_452,
        -223_143_551_314,
        -162_518_929_498,
        -105_360_515_658,
        -51_293_294_388,
        0,
        48_790_164_169,
        95_310_179_804,
        139_761_942_375,
        182_321_556_794,
        223_143_551_314,
    ];
    let ratio = i128::try_from(solmath::fp_div(k, s).ok()?).ok()?;
    let log = -solmath::ln_fixed_i(ratio.unsigned_abs()).ok()?;
    let base = solmath::fp_mul_i(i128::try_from(sigma).ok()?, i128::try_from(solmath::fp_sqrt(t).ok()?).ok()?).ok()?;
    let mut sum = 0i128;
    for w in [base * 3 / 2, base, base * 7 / 8] {
        let (inverse, half) = (solmath::fp_div_i(ONE, w).ok()?, w / 2);
        let mut factor = 750_000_000_000;
        for step in LOGS {
            let d1 = solmath::fp_mul_i(log + step, inverse).ok()? + half;
            let upper = solmath::fp_mul_i(factor, solmath::norm_cdf_poly(d1).ok()?).ok()?;
            let lower = solmath::fp_mul_i(ratio, solmath::norm_cdf_poly(d1 - w).ok()?).ok()?;
            sum = sum.wrapping_add(black_box(upper - lower));
            factor += 50_000_000_000;
        }
    }
    Some(sum)
}
