//! The standard normal distribution.

use crate::elementary::exp_q38;
use crate::fixed::{ONE_Q38, Q, mul_q38};
use crate::tables::{NORMAL, NORMAL_TAIL, PDF_PEAK_Q38};

/// Beyond 8, Phi is within 2^-50 of 0 or 1.
const REACH_Q38: i64 = 8 << Q;
/// Widths of a cell: 1/1,024 down to -4, 1/128 below.
const CELL_BITS: u32 = 28;
const TAIL_CELL_BITS: u32 = 31;
const TAIL_Q38: i64 = -(4 << Q);
const TAIL_FROM_CELL: usize = 512;

/// One cell of Phi: value + slope t + bend t^2, Q38, t in 0..1 from its lower end.
///
/// In words although the last two would fit halves: their loads and a product with them are a unit cheaper each, 66 times a row.
pub(crate) struct Quadratic {
    pub value: u64,
    pub slope: u64,
    pub bend: u64,
}

/// Phi(d), the normal cdf (Abramowitz & Stegun 26.2.2): Q38 in, Q38 out. Domain: all of i64. Error below 1.2e-11.
///
/// Only d < 0 is in the table: Phi(d) = 1 - Phi(-d - 2^-38) for the others, whose last unit of the argument is far below the error, so
/// that `!d` serves as the negative, the two halves add to one exactly, and 0 needs no cell of its own.
#[inline(always)]
pub fn cdf_q38(d: i64) -> u64 {
    if d < 0 { lower_q38(d) } else { ONE_Q38.wrapping_sub(lower_q38(!d)) }
}

/// Phi(d) for d < 0.
///
/// MONOTONE by construction, not only in the limit: within a cell the result is value + floor((slope + floor(bend t / h)) t / h) with no
/// coefficient negative (Phi is convex below 0), a floor of sums and products of non-negative, non-decreasing integers. That no cell ends
/// above the start of the next is checked by gen_tables.py for each.
#[inline(always)]
pub(crate) fn lower_q38(d: i64) -> u64 {
    if d < TAIL_Q38 {
        return tail_q38(d);
    }
    // BOUND: -d - 1 < 2^40, so the index is below 4,096, the length.
    match NORMAL.get(((!d).cast_unsigned() >> CELL_BITS) as usize) {
        Some(cell) => quadratic(cell, d, CELL_BITS),
        None => 0,
    }
}

#[cold]
#[inline(never)]
fn tail_q38(d: i64) -> u64 {
    match NORMAL_TAIL.get((((!d).cast_unsigned() >> TAIL_CELL_BITS) as usize).wrapping_sub(TAIL_FROM_CELL)) {
        Some(cell) => quadratic(cell, d, TAIL_CELL_BITS),
        None => 0,
    }
}

#[inline(always)]
fn quadratic(cell: &Quadratic, d: i64, bits: u32) -> u64 {
    // The low bits of d in two's complement are its distance from the lower end of the cell. BOUND: t < 2^31, (slope + bend) t < 2^63
    // (asserted by gen_tables.py).
    let t = d.cast_unsigned() & (1u64 << bits).wrapping_sub(1);
    let inner = cell.slope.wrapping_add(cell.bend.wrapping_mul(t) >> bits);
    cell.value.wrapping_add(inner.wrapping_mul(t) >> bits)
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
