//! Calls, memory and panics: what has a shape rather than a type.

extern crate alloc;

use alloc::vec::Vec;
use core::hint::black_box;

use crate::kinds;

pub fn evaluate(kind: u8, a: &[u8; 16], b: &[u8; 16]) -> Option<(u128, bool)> {
    let (x, y) = (u128::from_le_bytes(*a), u128::from_le_bytes(*b));
    let (x0, x1, y0, y1) = (x as u64, (x >> 64) as u64, y as u64, (y >> 64) as u64);
    Some(match kind {
        kinds::kind::MANY_ARGUMENTS => (many(x, y, x0, x1, y0, y1, 3) ^ many(y, x, y1, y0, x1, x0, 5), false),
        kinds::kind::PAIR_RESULT => {
            let (low, carry) = pair(x0, x1, y0, y1, 7);
            let (high, other) = pair(y1, y0, x1, x0, low);
            (u128::from(high) << 64 | u128::from(low), carry ^ other)
        }
        kinds::kind::SERIES => (u128::from(series(x0 & 0xffff, y0)), false),
        kinds::kind::MEMORY => memory(a, b),
        kinds::kind::GROW => (grow(x0, y0), false),
        // Overflow checks are on: this is the panic.
        kinds::kind::MUL_OR_PANIC => (u128::from(x0 * y0), false),
        kinds::kind::INDEX_OR_PANIC => (u128::from(b[x0 as usize]), false),
        _ => return None,
    })
}

#[inline(never)]
fn many(a: u128, b: u128, c: u64, d: u64, e: u64, f: u64, g: u64) -> u128 {
    let sum = a.wrapping_add(b.wrapping_mul(u128::from(c)));
    sum.wrapping_sub(u128::from(d).wrapping_mul(u128::from(e))) ^ u128::from(f.wrapping_mul(g))
}

#[inline(never)]
fn pair(a: u64, b: u64, c: u64, d: u64, e: u64) -> (u64, bool) {
    let (product, overflow) = (a ^ e).overflowing_mul(b | 1);
    (product.wrapping_add(c / (d | 1)), overflow)
}

#[inline(never)]
fn series(n: u64, step: u64) -> u64 {
    let mut sum = 0u64;
    for i in 0..n {
        sum = sum.wrapping_add(i.wrapping_mul(step));
    }
    sum
}

/// Copies, moves and fills at places and lengths that the operands choose.
#[inline(never)]
fn memory(a: &[u8; 16], b: &[u8; 16]) -> (u128, bool) {
    let mut buffer = [0u8; kinds::BUFFER_BYTES];
    let (left, right) = buffer.split_at_mut(16);
    left.copy_from_slice(a);
    right.copy_from_slice(b);
    let (from, to, len) = (usize::from(a[0] & 15), usize::from(a[1] & 15), usize::from(a[2] & 15));
    buffer.copy_within(from..from + len, to);
    let (from, len) = (usize::from(b[0] & 15), usize::from(b[1] & 15));
    buffer[from..from + len].fill(b[2]);
    let (low, high) = buffer.split_at(16);
    let less = black_box(low) < black_box(high);
    let words = (low.try_into().map(u128::from_le_bytes), high.try_into().map(u128::from_le_bytes));
    match words {
        (Ok(low), Ok(high)) => (low ^ high.rotate_left(1), less),
        _ => (0, false),
    }
}

/// The middle of a sorted vector that grew one number at a time.
#[inline(never)]
fn grow(seed: u64, step: u64) -> u128 {
    let mut numbers = Vec::new();
    let mut next = seed;
    for _ in 0..kinds::BUFFER_BYTES {
        numbers.push(next);
        next = next.wrapping_mul(step | 1).wrapping_add(seed);
    }
    numbers.sort_unstable();
    let at = |i: usize| numbers.get(i).copied().map_or(0, u128::from);
    at(kinds::BUFFER_BYTES / 2) << 64 | at(0)
}
