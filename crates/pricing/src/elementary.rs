//! ln, exp and square roots.

use crate::fixed::{Q, mul_shift, normalise};
use crate::tables::{EXP2, LN, LN_2_Q38, LOG2_E_Q36, SQRT};

/// Value of one cubic cell, t in Q32.
#[inline(always)]
const fn cubic(cell: &[i64; 4], t: i64) -> i64 {
    // BOUND: t < 2^32; coefficients but the first are below 2^31.
    let [value, slope, bend, twist] = *cell;
    let inner = bend.wrapping_add(mul_shift(twist, t, 32));
    let inner = slope.wrapping_add(mul_shift(inner, t, 32));
    value.wrapping_add(mul_shift(inner, t, 32))
}

/// ln(x), Q38 in, Q38 out; zero gives the least value, ln(2^-38). Error below 3e-11.
///
/// x = m 2^e with m in [1, 2): ln x = ln m + e ln 2, ln m from the table.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, clippy::indexing_slicing, reason = "bounds below")]
pub const fn ln_q38(x: u64) -> i64 {
    let (mantissa, shift) = normalise(if x == 0 { 1 } else { x });
    // BOUND: shift <= 63, so the exponent lies in -38..=25 and its product with ln 2 below 2^44; the index is masked to the length.
    let exponent = 25i64.wrapping_sub(shift as i64);
    let t = ((mantissa >> 23) & 0xffff_ffff) as i64;
    cubic(&LN[((mantissa >> 55) & 255) as usize], t).wrapping_add(exponent.wrapping_mul(LN_2_Q38))
}

/// Arguments that `exp_q38` takes: e^17 fits Q38 in 64 bits.
const EXP_MAX_Q38: i64 = 17 << Q;
const EXP_MIN_Q38: i64 = -(27 << Q);

/// e^x, Q38 in, Q38 out. Zero below -27, the value at 17 above 17. Relative error below 5e-11 (absolute 2^-38 where that is more).
///
/// x / ln 2 = k + f with f in [0, 1): e^x = 2^f 2^k, 2^f from the table.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounds below")]
pub fn exp_q38(x: i64) -> u64 {
    if x < EXP_MIN_Q38 {
        return 0;
    }
    let x = if x > EXP_MAX_Q38 { EXP_MAX_Q38 } else { x };
    // BOUND: |x| < 2^43: x >> 17 is below 2^26, times 2^37 below 2^63. The sum is x / ln 2 in Q40.
    let high = mul_shift(x >> 17, LOG2_E_Q36, 17);
    let exponent = high.wrapping_add(mul_shift(x & 0x1_ffff, LOG2_E_Q36, 34));
    let t = exponent & 0xffff_ffff;
    let fraction = EXP2.get(((exponent >> 32) & 255) as usize).map_or(0, |cell| cubic(cell, t)) as u64;
    // BOUND: -39 <= whole <= 24 and fraction < 2^39.
    let whole = exponent >> 40;
    if whole >= 0 { fraction << (whole as u32 & 63) } else { fraction >> (whole.unsigned_abs() as u32 & 63) }
}

/// A square root with its own exponent: `mantissa` / 2^(38 + `shift`) is the root of the argument / 2^62.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Root {
    /// In 2^38..2^39.
    pub mantissa: u64,
    pub shift: u32,
}

/// Square root of n / 2^62, n not zero. Relative error below 2e-11.
///
/// n = y 2^(63 - zeros) with y in [1, 2): the root of y, or of 2y where that leaves an even exponent, from the table.
#[inline(always)]
pub(crate) fn root(n: u64) -> Root {
    let (full, zeros) = normalise(n);
    // BOUND: 128 cells for each parity; the index is masked to the length.
    let index = ((full >> 56) & 127) | (u64::from(zeros & 1) << 7);
    let t = ((full >> 24) & 0xffff_ffff).cast_signed();
    let mantissa = SQRT.get((index & 255) as usize).map_or(0, |cell| cubic(cell, t)).cast_unsigned();
    Root { mantissa, shift: zeros >> 1 }
}

/// sqrt(x), Q38 in, Q38 out; zero gives zero. Relative error below 2e-11 (absolute 2^-38 where that is more).
#[inline(always)]
pub fn sqrt_q38(x: u64) -> u64 {
    if x == 0 {
        return 0;
    }
    // sqrt(x / 2^38) = 2^12 sqrt(x / 2^62): mantissa / 2^(38 + shift) x 2^(12 + 38). BOUND: mantissa << 12 < 2^51.
    let Root { mantissa, shift } = root(x);
    (mantissa << 12) >> (shift & 63)
}
