//! What can be computed: a kind of operation and a type of operand. The test
//! reads this same file.

/// One byte of the instruction.
pub mod kind {
    pub const ADD: u8 = 0;
    pub const SUB: u8 = 1;
    pub const MUL: u8 = 2;
    pub const DIV: u8 = 3;
    pub const REM: u8 = 4;
    pub const SHL: u8 = 5;
    pub const SHR: u8 = 6;
    pub const ROTATE_LEFT: u8 = 7;
    pub const ROTATE_RIGHT: u8 = 8;
    pub const LESS: u8 = 9;
    pub const MUL_SATURATING: u8 = 10;
    pub const ABS_DIFF: u8 = 11;
    /// Divided by [`super::CONSTANT`], known when compiled.
    pub const DIV_CONSTANT: u8 = 12;
    pub const REM_CONSTANT: u8 = 13;
    pub const SHL_CONSTANT: u8 = 14;
    pub const SHR_CONSTANT: u8 = 15;
    /// Leading zeros, then trailing zeros, then ones: a byte each.
    pub const COUNT: u8 = 16;
    pub const SWAP_BYTES: u8 = 17;
    pub const REVERSE_BITS: u8 = 18;
    /// To the power of the other operand's lowest two bits.
    pub const POWER: u8 = 19;
    /// The kinds below it exist for every type; those after it have none.
    pub const TYPED: u8 = 20;
    /// A call of nine argument registers: a + b*c + ... of the four words.
    pub const MANY_ARGUMENTS: u8 = 20;
    /// A call whose result takes two registers.
    pub const PAIR_RESULT: u8 = 21;
    /// Sum of 0, 1, ... n-1 times the other operand, in 64 bits: a loop that the optimiser closes in odd widths.
    pub const SERIES: u8 = 22;
    /// Bytes moved within a buffer, overlapping, then compared and filled.
    pub const MEMORY: u8 = 23;
    /// A vector that grows, sorted.
    pub const GROW: u8 = 24;
    /// Product of the lowest words, and a panic if it overflows.
    pub const MUL_OR_PANIC: u8 = 25;
    /// An element of a short array, and a panic if it is out of bounds.
    pub const INDEX_OR_PANIC: u8 = 26;
}

pub const CONSTANT: u8 = 100;
pub const CONSTANT_SHIFT: u32 = 5;
/// An instruction is a kind, a type and pairs of operands.
pub const HEADER_BYTES: usize = 2;
pub const PAIR_BYTES: usize = 32;
/// For each pair: a value, and whether the operation overflowed.
pub const RESULT_BYTES: usize = 17;
pub const PAIRS_MAX: usize = 34;
/// Bytes that `MEMORY` and numbers that `GROW` work on.
pub const BUFFER_BYTES: usize = 32;
