//! Fixed point in 64-bit words: Q38 is a value times 2^38.
//!
//! Both factors of every product are kept short enough for 64 bits, because on the VM a 64-bit product costs 1 unit and a 128-bit one about 30.
//! Operations wrap by name, never by accident: each states the bound that keeps it from wrapping.

/// Fraction bits of the working format.
pub const Q: u32 = 38;
/// One, in Q38.
pub const ONE_Q38: u64 = 1 << Q;

/// Leading zeros of a byte.
static BYTE_ZEROS: [u8; 256] = byte_zeros();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "BOUND: evaluated when compiled; byte < 256, zeros <= 8"
)]
const fn byte_zeros() -> [u8; 256] {
    let mut zeros = [0; 256];
    let mut byte = 0u16;
    while byte < 256 {
        zeros[byte as usize] = byte.leading_zeros().wrapping_sub(8) as u8;
        byte = byte.wrapping_add(1);
    }
    zeros
}

/// `x` shifted left until its top bit is set, and by how much. `x` must not be zero.
///
/// By bytes, then by table: the VM has no count of leading zeros, and its substitute costs twice this.
#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "BOUND: 56 bits are shifted out, so the index is below 256, the length")]
pub(crate) const fn normalise(mut x: u64) -> (u64, u32) {
    let mut shift = 0u32;
    // Ends: a non-zero x has a bit that reaches the top byte within seven rounds.
    while x >> 56 == 0 {
        x <<= 8;
        shift = shift.wrapping_add(8);
    }
    let rest = BYTE_ZEROS[(x >> 56) as usize] as u32;
    (x << (rest & 63), shift.wrapping_add(rest))
}

/// floor(a / b) in Q38, for a and b below 2^44, b not zero, a / b below 2^26.
#[inline(always)]
pub(crate) const fn ratio_q38(a: u64, b: u64) -> u64 {
    // BOUND: a << 20 < 2^64; the remainder is below b, so remainder << 18 < 2^62; the quotient is below 2^46.
    let head = a << 20;
    let (Some(quotient), Some(rest)) = (head.checked_div(b), head.checked_rem(b)) else {
        return 0;
    };
    match (rest << 18).checked_div(b) {
        Some(tail) => (quotient << 18) | tail,
        None => 0,
    }
}

/// floor(a x p) in Q38 for a, p at most one, both Q38.
#[inline(always)]
pub(crate) const fn mul_q38(a: u64, p: u64) -> u64 {
    // BOUND: a = high x 2^14 + low with high <= 2^24; high x p <= 2^62, low x p < 2^52.
    let (high, low) = (a >> 14, a & 0x3fff);
    high.wrapping_mul(p).wrapping_add(low.wrapping_mul(p) >> 14) >> 24
}

/// floor(x / by) towards minus infinity for `by` a power of two: an arithmetic shift of a product known to fit.
#[inline(always)]
pub(crate) const fn mul_shift(a: i64, b: i64, shift: u32) -> i64 {
    a.wrapping_mul(b) >> (shift & 63)
}
