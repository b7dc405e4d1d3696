//! solmath: 1e12 in 128 bits.

use core::hint::black_box;

use crate::kinds::{input, kind};
use crate::{e12, measured, Inputs};

const YEAR: u64 = 31_536_000;

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let x = black_box(e12(inputs[input::REAL]));
    let s = black_box(u128::from(inputs[input::FORWARD]) * 1_000_000);
    let k = black_box(u128::from(inputs[input::STRIKE]) * 1_000_000);
    let sigma = black_box(u128::from(inputs[input::VOL]) * 1_000);
    let t = black_box(u128::from(inputs[input::SECONDS]) * 1_000_000_000_000 / u128::from(YEAR));
    match kernel {
        kind::SOLMATH_LN => measured!(solmath::ln_fixed_i(x.unsigned_abs()).ok()),
        kind::SOLMATH_EXP => measured!(solmath::exp_fixed_i(x).ok()),
        kind::SOLMATH_CDF => measured!(solmath::norm_cdf_poly(x).ok()),
        kind::SOLMATH_PDF => measured!(solmath::norm_pdf(x).ok()),
        kind::SOLMATH_PRICE => measured!(solmath_price(s, k, sigma, t)),
        kind::SOLMATH_GREEKS => measured!(solmath::bs_full(s, k, 0, sigma, t).ok()),
        kind::SOLMATH_ROW => measured!(solmath_row(s, k, sigma, t)),
        _ => None,
    }
}

#[inline(never)]
fn solmath_price(s: u128, k: u128, sigma: u128, t: u128) -> Option<u128> {
    let (call, _) = solmath::black_scholes_price(s, k, 0, sigma, t).ok()?;
    let (delta, _) = solmath::bs_delta(s, k, 0, sigma, t).ok()?;
    Some(call.wrapping_add(delta.unsigned_abs()))
}

/// 33 prices: eleven forwards at three volatilities.
#[inline(never)]
fn solmath_row(s: u128, k: u128, sigma: u128, t: u128) -> Option<u128> {
    let mut sum = 0u128;
    for vol in [sigma * 3 / 2, sigma, sigma * 7 / 8] {
        for percent in (75..=125).step_by(5) {
            let (call, _) = solmath::black_scholes_price(s * percent / 100, k, 0, vol, t).ok()?;
            sum = sum.wrapping_add(black_box(call));
        }
    }
    Some(sum)
}
