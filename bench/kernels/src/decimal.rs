//! rust_decimal: 96-bit decimals.

use rust_decimal::{Decimal, MathematicalOps};

use crate::kinds::{input, kind};
use crate::{e12, measured, Inputs};

const YEAR: u64 = 31_536_000;

#[inline(never)]
pub fn run(kernel: u8, inputs: &Inputs) -> Option<bool> {
    let real = e12(inputs[input::REAL]);
    let x = Decimal::try_from_i128_with_scale(real, 12).ok()?;
    let positive = x.abs();
    match kernel {
        kind::DECIMAL_LN => measured!(positive, |x: &Decimal| x.checked_ln()),
        kind::DECIMAL_EXP => measured!(x, |x: &Decimal| x.checked_exp()),
        kind::DECIMAL_SQRT => measured!(positive, |x: &Decimal| x.sqrt()),
        kind::DECIMAL_CDF => measured!(x, |x: &Decimal| Some(x.norm_cdf())),
        kind::DECIMAL_PDF => measured!(x, |x: &Decimal| x.checked_norm_pdf()),
        kind::DECIMAL_PRICE => {
            let s = Decimal::try_from_i128_with_scale(i128::from(inputs[input::FORWARD]), 6).ok()?;
            let k = Decimal::try_from_i128_with_scale(i128::from(inputs[input::STRIKE]), 6).ok()?;
            let sigma = Decimal::try_from_i128_with_scale(i128::from(inputs[input::VOL]), 9).ok()?;
            let t = Decimal::from(inputs[input::SECONDS]).checked_div(Decimal::from(YEAR))?;
            measured!([s, k, sigma, t], decimal_price)
        }
        _ => None,
    }
}

#[inline(never)]
fn decimal_price(&[s, k, sigma, t]: &[Decimal; 4]) -> Option<Decimal> {
    let w = sigma.checked_mul(t.sqrt()?)?;
    let x = s.checked_div(k)?.checked_ln()?;
    let d1 = x.checked_div(w)?.checked_add(w.checked_div(Decimal::TWO)?)?;
    let delta = d1.norm_cdf();
    let d2 = d1.checked_sub(w)?.norm_cdf();
    s.checked_mul(delta)?.checked_sub(k.checked_mul(d2)?)
}
