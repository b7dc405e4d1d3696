//! The standard normal distribution.

use crate::elementary::exp_q38;
use crate::fixed::{ONE_Q38, Q, mul_q38};
use crate::tables::{NORMAL, PDF_PEAK_Q38};

/// Where the table ends: below -8, Phi is less than 2^-50.
const REACH_Q38: i64 = 8 << Q;
/// A cell is 1/128 wide: 2^31 in Q38.
const CELL_BITS: u32 = 31;

/// Phi(d), the normal cdf (Abramowitz & Stegun 26.2.2): Q38 in, Q38 out. Domain: all of i64. Error below 1.2e-11.
///
/// Only d < 0 is in the table: Phi(d) = 1 - Phi(-d - 2^-38) for the others, whose last unit of the argument is far below the error, so
/// that `!d` serves as the negative, the two halves add to one exactly, and 0 needs no cell of its own.
#[inline(always)]
pub fn cdf_q38(d: i64) -> u64 {
    if d < 0 { lower_q38(d, !d) } else { ONE_Q38.wrapping_sub(lower_q38(!d, d)) }
}

/// Phi(d) for d < 0, given !d = -d - 1 as well.
///
/// MONOTONE by construction, not only in the limit. Within a cell the result is `value + floor(s(t) t / 2^34)`, with
/// s(t) = slope + floor(r(t) t / 2^31) and r(t) = bend + floor(twist t / 2^31).
/// * Where every coefficient is non-negative, each line is a floor of sums and products of non-negative, non-decreasing integers.
/// * Elsewhere (-1 < d < 0) twist < 0 but r >= 0. One step of t lowers r by at most 1, hence s by at most 1 (r(t) t falls by at most
///   t <= 2^31), hence s(t) t changes by at least s(t + 1) - t >= slope - 2^31, which gen_tables.py shows is not negative: that is what
///   the three guard bits of slope, bend and twist are for.
///
/// That no cell ends above the start of the next is checked by gen_tables.py for each.
#[inline(always)]
fn lower_q38(d: i64, complement: i64) -> u64 {
    // BOUND: the complement is not negative; cell 1,024 and beyond, below -8, are not in the table.
    let Some(&[value, slope, bend, twist]) = NORMAL.get((complement.cast_unsigned() >> CELL_BITS) as usize) else {
        return 0;
    };
    // The low bits of d in two's complement are its distance from the lower end of the cell.
    // BOUND: t < 2^31, |twist| < 2^18, bend < 2^25, slope < 2^33, s t < 2^64 (asserted by gen_tables.py).
    let t = d & 0x7fff_ffff;
    let inner = bend.wrapping_add(twist.wrapping_mul(t) >> 31);
    let inner = slope.wrapping_add(inner.wrapping_mul(t) >> 31);
    value.cast_unsigned().wrapping_add(inner.cast_unsigned().wrapping_mul(t.cast_unsigned()) >> 34)
}

/// phi(d) = exp(-d^2/2) / sqrt(2 pi), the density (A&S 26.2.1): Q38 in, Q38 out. Domain: all of i64; zero beyond 7.5. Error below 2.5e-11.
#[inline(always)]
pub fn pdf_q38(d: i64) -> i64 {
    if d >= REACH_Q38 || d <= -REACH_Q38 {
        return 0;
    }
    // (high 2^10 + low)^2 / 2 without low^2. BOUND: |d| < 2^41, so high is at most 2^31 and its square 2^62: Q56, halved and brought to Q38
    // by 19; high x low is below 2^41.
    let (high, low) = (d >> 10, d & 0x3ff);
    let half_square = high.wrapping_mul(high).wrapping_add(high.wrapping_mul(low) >> 9) >> 19;
    mul_q38(PDF_PEAK_Q38, exp_q38(half_square.wrapping_neg())).cast_signed()
}
