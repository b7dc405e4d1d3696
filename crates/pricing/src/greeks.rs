//! Sensitivities, as fractions of the forward where they are amounts of money: multiply by the forward for quote units.

use crate::black::Pair;
use crate::error::PricingError;
use crate::normal::{cdf_q38, lower_q38, pdf_q38};
use crate::price::{Price, assemble};
use crate::terms::Terms;
use crate::total_vol::RootTime;

const BILLION: u64 = 1_000_000_000;

/// Of a call; a put has the same but for delta (see [`Price`]). With phi = phi(d1) (Haug, The Complete Guide to Option Pricing Formulas,
/// 2nd ed., ch. 2, with b = r = 0), errors at most 1e-8 absolute unless stated in ACCURACY.md:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeks {
    pub price: Price,
    /// F d2C/dF2 = phi / w: change of delta for a forward up by 100 %.
    pub gamma_e9: u64,
    /// dC/dsigma / F = phi sqrt(T): for a volatility up by 1 (100 points).
    pub vega_e9: u64,
    /// dC/dt / F = -phi sigma / (2 sqrt(T)), for a day's passing.
    pub theta_e9: i64,
    /// d2C/dF dsigma = -phi d2 / sigma: change of delta for a volatility up by 1.
    pub vanna_e9: i64,
    /// d2C/dsigma2 / F = phi sqrt(T) d1 d2 / sigma: change of vega for a volatility up by 1.
    pub volga_e9: i64,
}

/// Price and Greeks of one option. Domain and errors as [`crate::price`].
pub fn greeks(terms: &Terms) -> Result<Greeks, PricingError> {
    terms.validate()?;
    let pair = Pair::new(terms.forward.0, terms.strike.0);
    let time = RootTime::of(terms.seconds);
    let w = time.total_of(terms.vol);
    let (upper, lower) = pair.arguments(w);
    let price = assemble(&pair, cdf_q38(upper), lower_q38(lower));
    let (d1, d2) = if pair.call { (upper, lower) } else { (lower.wrapping_neg(), upper.wrapping_neg()) };
    let pdf = pdf_q38(d1);
    let vega = mul(pdf, time.root_q38().cast_signed());
    let bent = mul(mul(vega, d1), d2);
    Ok(Greeks {
        price,
        gamma_e9: gamma_e9(pdf, w.0),
        vega_e9: e9(vega.unsigned_abs()),
        theta_e9: theta_e9(mul(pdf, w.signed()), terms.seconds),
        vanna_e9: over_vol_e9(mul(pdf, d2), terms.vol.0).wrapping_neg(),
        volga_e9: over_vol_e9(bent, terms.vol.0),
    })
}

/// a x b in Q38, rounded towards minus infinity.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "BOUND: no product of the Greeks' factors is above 2^8, 2^46 in Q38"
)]
fn mul(a: i64, b: i64) -> i64 {
    (i128::from(a).wrapping_mul(i128::from(b)) >> 38) as i64
}

/// Q38 to 1e-9, for values below 8.
#[inline(always)]
fn e9(x: u64) -> u64 {
    // BOUND: x < 2^41, so x >> 8 is below 2^33 and the product below 2^63.
    (x >> 8).wrapping_mul(BILLION) >> 30
}

/// phi / w.
#[inline(always)]
fn gamma_e9(pdf: i64, w: u64) -> u64 {
    // BOUND: pdf < 2^37, so << 25 is below 2^62; the remainder is below w <= 2^42, so << 20 is below 2^62. The whole part is at most 2^13
    // (w >= 5 % over a minute), the fraction, kept in Q33, times 1e9 is below 2^63.
    let head = pdf.unsigned_abs() << 25;
    let quotient = head.checked_div(w).unwrap_or(0);
    let rest = head.wrapping_sub(quotient.wrapping_mul(w));
    let tail = (rest << 20).checked_div(w).unwrap_or(0);
    let fraction = ((quotient & 0x1ff_ffff) << 8) | (tail >> 12);
    (quotient >> 25).wrapping_mul(BILLION).wrapping_add(fraction.wrapping_mul(BILLION) >> 33)
}

/// -phi w / (2 T), T in days: `weighted` is phi w in Q38.
#[inline(always)]
fn theta_e9(weighted: i64, seconds: u64) -> i64 {
    const HALF_DAY: u64 = 43_200;
    // BOUND: phi w < 4, 2^40 in Q38, times 43,200 < 2^56; phi sigma sqrt(T) / 2 T <= 2.1 a day at the bounds.
    let daily = weighted.unsigned_abs().wrapping_mul(HALF_DAY).checked_div(seconds).unwrap_or(0);
    e9(daily).cast_signed().wrapping_neg()
}

/// x / sigma for a Q38 x.
#[inline(always)]
fn over_vol_e9(x: i64, vol_e9: u64) -> i64 {
    // x 1e9 / 2^38 = x 5^9 / 2^29. BOUND: |x| < 2^40, so the product is below 2^61; |x| / sigma is below 2^3.1 for the Greeks, so the
    // quotient in Q29 times 1e9 is below 2^62.
    let quotient = x.unsigned_abs().wrapping_mul(1_953_125).checked_div(vol_e9).unwrap_or(0);
    let magnitude = (quotient.wrapping_mul(BILLION) >> 29).cast_signed();
    if x < 0 { magnitude.wrapping_neg() } else { magnitude }
}
