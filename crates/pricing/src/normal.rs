//! The standard normal distribution.

use crate::elementary::exp_q38;
use crate::fixed::{ONE_Q38, Q, mul_q38, mul_shift};
use crate::tables::{NORMAL, PDF_PEAK_Q38};

/// Where the cells end. Beyond 7, Phi is within 2^-39 of 0 or 1, so that one of them is the nearest in Q38.
pub(crate) const REACH_Q38: i64 = 7 << Q;
/// As far as the cells go, counted from where they begin.
pub(crate) const WITHIN: u64 = REACH_Q38.cast_unsigned() << 1;
/// Width of a cell: 1/1,024.
const CELL_BITS: u32 = 28;
/// Beyond 8, the density is below 2^-47.
const PDF_REACH_Q38: i64 = 8 << Q;

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
    cell_q38(d.wrapping_add(REACH_Q38)).map_or(ONE_Q38, |cell| cell.value_q38(d).cast_unsigned())
}

/// The cell of an argument that is given with 7 added; none beyond the reach, on either side.
#[inline(always)]
fn cell_q38(from_seven: i64) -> Option<&'static Quadratic> {
    NORMAL.get((from_seven.cast_unsigned() >> CELL_BITS) as usize)
}

/// Phi(d) from d + 7, which is below `WITHIN`.
#[inline(always)]
pub(crate) fn within_q38(from_seven: u64) -> i64 {
    let from_seven = from_seven.cast_signed();
    cell_q38(from_seven).map_or(0, |cell| cell.value_q38(from_seven))
}

/// As [`cdf_q38`] for rows, which need no monotone Phi below 0: a subtraction less.
#[inline(always)]
pub(crate) fn wide_q38(d: i64) -> i64 {
    match cell_q38(d.wrapping_add(REACH_Q38)) {
        Some(cell) => cell.value_q38(d),
        None if d < 0 => 0,
        None => ONE_Q38.cast_signed(),
    }
}

impl Quadratic {
    /// Phi of an argument in this cell, whole numbers that are added to it being no matter. Below 0 it is monotone but for a unit of Q38.
    #[inline(always)]
    pub fn value_q38(&self, d: i64) -> i64 {
        // With all bits above the cell's set, d is its distance from the upper end, negative: one operation. BOUND: at least -2^28, and (slope
        // + bend) times that is above -2^63 (asserted by gen_tables.py).
        let s = d | (-1i64).wrapping_shl(CELL_BITS);
        let inner = self.slope.wrapping_add(mul_shift(self.bend, s, CELL_BITS));
        self.value.wrapping_add(mul_shift(inner, s, CELL_BITS))
    }
}

/// phi(d) = exp(-d^2/2) / sqrt(2 pi), the density (A&S 26.2.1): Q38 in, Q38 out. Domain: all of i64; zero from 8. Error below 2.5e-11.
#[inline(always)]
pub fn pdf_q38(d: i64) -> i64 {
    if d >= PDF_REACH_Q38 || d <= -PDF_REACH_Q38 {
        return 0;
    }
    // (high 2^10 + low)^2 / 2 without low^2. BOUND: |d| < 2^41, so high is at most 2^31 and its square 2^62: Q56, halved and brought to Q38
    // by 19; high x low is below 2^41.
    let (high, low) = (d >> 10, d & 0x3ff);
    let half_square = high.wrapping_mul(high).wrapping_add(high.wrapping_mul(low) >> 9) >> 19;
    mul_q38(PDF_PEAK_Q38, exp_q38(half_square.wrapping_neg())).cast_signed()
}
