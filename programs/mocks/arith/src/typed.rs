//! The same operations for each integer type.

use crate::kinds::{kind, CONSTANT, CONSTANT_SHIFT};

macro_rules! evaluator {
    ($name:ident, $type:ty) => {
        /// The value, to be read modulo the type's range, and whether the operation overflowed.
        #[inline(never)]
        fn $name(kind: u8, a: &[u8; 16], b: &[u8; 16]) -> (u128, bool) {
            let (x, y) = (u128::from_le_bytes(*a) as $type, u128::from_le_bytes(*b) as $type);
            let shift = y as u32;
            let (value, overflow) = match kind {
                kind::ADD => x.overflowing_add(y),
                kind::SUB => x.overflowing_sub(y),
                kind::MUL => x.overflowing_mul(y),
                kind::DIV if y != 0 => x.overflowing_div(y),
                kind::REM if y != 0 => x.overflowing_rem(y),
                kind::SHL => x.overflowing_shl(shift),
                kind::SHR => x.overflowing_shr(shift),
                kind::ROTATE_LEFT => (x.rotate_left(shift), false),
                kind::ROTATE_RIGHT => (x.rotate_right(shift), false),
                kind::LESS => (0, x < y),
                kind::MUL_SATURATING => (x.saturating_mul(y), x.checked_mul(y).is_none()),
                kind::ABS_DIFF => (x.abs_diff(y) as $type, false),
                kind::DIV_CONSTANT => (x / CONSTANT as $type, false),
                kind::REM_CONSTANT => (x % CONSTANT as $type, false),
                kind::SHL_CONSTANT => (x << CONSTANT_SHIFT, false),
                kind::SHR_CONSTANT => (x >> CONSTANT_SHIFT, false),
                kind::COUNT => {
                    let counts = x.leading_zeros() | x.trailing_zeros() << 8 | x.count_ones() << 16;
                    return (u128::from(counts), false);
                }
                kind::SWAP_BYTES => (x.swap_bytes(), false),
                kind::REVERSE_BITS => (x.reverse_bits(), false),
                kind::POWER => x.overflowing_pow(shift & 3),
                _ => (0, true),
            };
            (value as u128, overflow)
        }
    };
}

evaluator!(as_u8, u8);
evaluator!(as_u16, u16);
evaluator!(as_u32, u32);
evaluator!(as_u64, u64);
evaluator!(as_u128, u128);
evaluator!(as_i8, i8);
evaluator!(as_i16, i16);
evaluator!(as_i32, i32);
evaluator!(as_i64, i64);
evaluator!(as_i128, i128);

/// `ty` is the logarithm of the type's bytes, plus 8 if it is signed.
pub fn evaluate(kind: u8, ty: u8, a: &[u8; 16], b: &[u8; 16]) -> Option<(u128, bool)> {
    let of = match ty {
        0 => as_u8,
        1 => as_u16,
        2 => as_u32,
        3 => as_u64,
        4 => as_u128,
        8 => as_i8,
        9 => as_i16,
        10 => as_i32,
        11 => as_i64,
        12 => as_i128,
        _ => return None,
    };
    Some(of(kind, a, b))
}
