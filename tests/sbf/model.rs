//! The operations over big integers, from their mathematical definitions.

use num_bigint::{BigInt, Sign};

use crate::kinds::{CONSTANT, CONSTANT_SHIFT, kind};

#[derive(Clone, Copy, Debug)]
pub struct Type {
    pub bits: u32,
    pub signed: bool,
}

impl Type {
    /// As the program reads it.
    pub fn code(self) -> u8 {
        let bytes = u8::try_from((self.bits / 8).ilog2()).expect("a small number");
        if self.signed { bytes + 8 } else { bytes }
    }

    fn mask(self) -> u128 {
        u128::MAX >> (128 - self.bits)
    }

    /// The largest value.
    pub fn limit(self) -> u128 {
        self.mask() >> u32::from(self.signed)
    }

    /// The part of a result that the type determines.
    pub fn relevant(self, operation: u8, value: u128) -> u128 {
        if operation == kind::COUNT { value } else { value & self.mask() }
    }

    /// The number that a pattern of bits stands for.
    fn read(self, bits: u128) -> BigInt {
        let value = BigInt::from(bits & self.mask());
        if value > self.max() { value - self.range() } else { value }
    }

    /// The pattern of a number modulo the type's range.
    fn write(self, value: &BigInt) -> u128 {
        let reduced = ((value % self.range()) + self.range()) % self.range();
        match reduced.to_bytes_le() {
            (Sign::Minus, _) => unreachable!("reduced"),
            (_, bytes) => bytes.iter().rev().fold(0, |number, byte| number << 8 | u128::from(*byte)),
        }
    }

    fn range(self) -> BigInt {
        BigInt::from(1) << self.bits
    }

    fn max(self) -> BigInt {
        (BigInt::from(1) << (self.bits - u32::from(self.signed))) - 1
    }

    fn min(self) -> BigInt {
        if self.signed { -(BigInt::from(1) << (self.bits - 1)) } else { BigInt::from(0) }
    }

    fn holds(self, value: &BigInt) -> bool {
        *value >= self.min() && *value <= self.max()
    }
}

/// The value modulo the type's range, and the overflow flag.
pub fn expected(operation: u8, ty: Type, a: u128, b: u128) -> (u128, bool) {
    let (x, y) = (ty.read(a), ty.read(b));
    let zero = BigInt::from(0);
    let pattern = ty.write(&x);
    // Shift amounts are 32-bit: a narrower operand is extended, a wider one cut.
    let amount = Type { bits: 32, signed: false }.write(&y);
    let amount = u32::try_from(amount).expect("32 bits");
    let (masked, too_far) = (amount % ty.bits, amount >= ty.bits);
    let wrapped = |value: BigInt| (ty.write(&value), !ty.holds(&value));
    let plain = |value: BigInt| (ty.write(&value), false);
    match operation {
        kind::ADD => wrapped(x + y),
        kind::SUB => wrapped(x - y),
        kind::MUL => wrapped(x * y),
        kind::DIV | kind::REM if y == zero => (0, true),
        kind::DIV => wrapped(x / y),
        // The flag is that of the quotient.
        kind::REM => (ty.write(&(&x % &y)), !ty.holds(&(x / y))),
        kind::SHL => (ty.write(&(x << masked)), too_far),
        kind::SHR => (ty.write(&(x >> masked)), too_far),
        kind::ROTATE_LEFT => (rotated(ty, pattern, masked), false),
        kind::ROTATE_RIGHT => (rotated(ty, pattern, (ty.bits - masked) % ty.bits), false),
        kind::LESS => (0, x < y),
        kind::MUL_SATURATING => {
            let product = x * y;
            let fits = ty.holds(&product);
            (ty.write(&product.clamp(ty.min(), ty.max())), !fits)
        }
        kind::ABS_DIFF => plain(if x > y { x - y } else { y - x }),
        kind::DIV_CONSTANT => plain(x / CONSTANT),
        kind::REM_CONSTANT => plain(x % CONSTANT),
        kind::SHL_CONSTANT => plain(x << CONSTANT_SHIFT),
        kind::SHR_CONSTANT => plain(x >> CONSTANT_SHIFT),
        kind::COUNT => (count(ty, pattern), false),
        kind::SWAP_BYTES => {
            let bytes = (0..ty.bits / 8).map(|i| pattern >> (8 * i) & 0xff);
            (bytes.fold(0, |number, byte| number << 8 | byte), false)
        }
        kind::REVERSE_BITS => {
            let bits = (0..ty.bits).map(|i| pattern >> i & 1);
            (bits.fold(0, |number, bit| number << 1 | bit), false)
        }
        kind::POWER => wrapped((0..amount & 3).fold(BigInt::from(1), |power, _| power * &x)),
        _ => unreachable!("kind {operation}"),
    }
}

fn rotated(ty: Type, pattern: u128, left: u32) -> u128 {
    let up = (BigInt::from(pattern) << left) + (BigInt::from(pattern) >> (ty.bits - left));
    ty.write(&up)
}

fn count(ty: Type, pattern: u128) -> u128 {
    let bit = |i: &u32| pattern >> i & 1 == 1;
    let trailing = (0..ty.bits).find(bit).unwrap_or(ty.bits);
    let leading = (0..ty.bits).rev().find(bit).map_or(ty.bits, |top| ty.bits - 1 - top);
    let ones = (0..ty.bits).filter(bit).count();
    u128::from(leading) | u128::from(trailing) << 8 | (ones as u128) << 16
}
