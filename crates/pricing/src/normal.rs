//! The standard normal distribution.

use crate::elementary::exp_q38;
use crate::fixed::{ONE_Q38, Q, mul_q38, mul_shift};
use crate::tables::{NORMAL, NORMAL_TAIL, PDF_PEAK_Q38};

/// Beyond 8, Phi is within 2^-50 of 0 or 1.
pub(crate) const REACH_Q38: i64 = 8 << Q;
/// Where the wide cells begin: 4.
pub(crate) const NEAR_Q38: i64 = 4 << Q;
/// Widths of a cell: 1/1,024, and 1/128 from `NEAR_Q38` on.
const CELL_BITS: u32 = 28;
const TAIL_CELL_BITS: u32 = 31;

/// One cell: value + slope s + bend s^2, Q38, s in -1..0 from its upper end.
///
/// In words although some would fit halves: their loads and a product with them are a unit cheaper each, 66 times a row.
pub(crate) struct Quadratic {
    pub value: i64,
    pub slope: i64,
    pub bend: i64,
}

/// Phi(d), the normal cdf (Abramowitz & Stegun 26.2.2): Q38 in, Q38 out. Domain: all of i64. Error below 1.2e-11.
///
/// Phi(d) = 1 - Phi(-d - 2^-38) for d < 0, whose last unit of the argument is far below the error, so that `!d` serves as the negative and
/// the two halves add to one exactly.
///
/// MONOTONE by construction, not only in the limit: only cells from 0 on are used, where slope and -bend are not negative (Phi is concave):
/// within a cell the result is value - ceil((slope + floor(-bend t)) t), t = -s, of sums and products of non-negative, non-decreasing
/// integers. That no cell starts below the end of the one before is checked by gen_tables.py for each.
#[inline(always)]
pub fn cdf_q38(d: i64) -> u64 {
    if d < 0 { lower_q38(d) } else { upper_q38(d) }
}

/// Phi(d) for d < 0.
#[inline(always)]
pub(crate) fn lower_q38(d: i64) -> u64 {
    ONE_Q38.wrapping_sub(upper_q38(!d))
}

/// Phi(d) for d >= 0.
#[inline(always)]
fn upper_q38(d: i64) -> u64 {
    if d < NEAR_Q38 {
        near_q38(d.wrapping_add(NEAR_Q38).cast_unsigned()).cast_unsigned()
    } else {
        ONE_Q38.wrapping_sub(beyond_q38(d).cast_unsigned())
    }
}

/// Phi(d) from d + 4; zero outside 0..8. Below 0 it is monotone but for a unit of Q38.
#[inline(always)]
pub(crate) fn near_q38(from_four: u64) -> i64 {
    NORMAL.get((from_four >> CELL_BITS) as usize).map_or(0, |cell| quadratic(cell, from_four.cast_signed(), CELL_BITS))
}

/// As [`cdf_q38`] for rows, which need no monotone Phi below 0: a subtraction less.
#[inline(always)]
pub(crate) fn wide_q38(d: i64) -> i64 {
    let from_four = d.wrapping_add(NEAR_Q38).cast_unsigned();
    if from_four < NEAR_Q38.cast_unsigned() << 1 {
        near_q38(from_four)
    } else if d < 0 {
        beyond_q38(!d)
    } else {
        ONE_Q38.cast_signed().wrapping_sub(beyond_q38(d))
    }
}

/// 1 - Phi(d) for d of `NEAR_Q38` and more.
#[inline(always)]
fn beyond_q38(d: i64) -> i64 {
    let index = d.wrapping_sub(NEAR_Q38).cast_unsigned() >> TAIL_CELL_BITS;
    NORMAL_TAIL.get(index as usize).map_or(0, |cell| quadratic(cell, d, TAIL_CELL_BITS))
}

#[inline(always)]
fn quadratic(cell: &Quadratic, d: i64, bits: u32) -> i64 {
    // With all bits above the cell's set, d is its distance from the upper end, negative: one operation. BOUND: at least -2^31, and (slope +
    // bend) times that is above -2^63 (asserted by gen_tables.py).
    let s = d | (-1i64).wrapping_shl(bits);
    let inner = cell.slope.wrapping_add(mul_shift(cell.bend, s, bits));
    cell.value.wrapping_add(mul_shift(inner, s, bits))
}

/// phi(d) = exp(-d^2/2) / sqrt(2 pi), the density (A&S 26.2.1): Q38 in, Q38 out. Domain: all of i64; zero from 8. Error below 2.5e-11.
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
