//! The unit that a portfolio is summed in, so that every node's sum is one 64-bit word.
//!
//! A leg is worth lots x F / lots_per_unit times a multiple of the forward. Sizes lots x F are divided by 2^s, s such that all of them
//! together stay below 2^42; values are multiples in Q36. Of the product 20 bits are dropped after summing: a sum is in 2^(s - 16) /
//! lots_per_unit quote atoms, and the largest portfolio's is below 2^63. For accounts up to 4 million quote units and 1 lot a unit, and in
//! proportion, s is 0 and sizes are exact; beyond, each is rounded to 2^-42 of the gross notional.
//!
//! Amounts that are the same at every node (strikes of puts) are kept apart, exactly, in 1 / lots_per_unit atoms.

use units::QuoteAtoms;

/// Bits of the sum of all sizes.
const SIZE_BITS: u32 = 42;
/// Bits dropped from size x value.
pub(super) const DROPPED: u32 = 20;
/// Fraction bits of a sum beside 2^s.
pub(super) const SUM_Q: u32 = 16;
const BILLION: u64 = 1_000_000_000;

/// The unit of a portfolio's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    /// s.
    shift: u32,
    pub lots_per_unit: u32,
}

/// A sum of products of sizes and Q36 values, in two words that need no carry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wide {
    high: i64,
    low: i64,
}

impl Wide {
    pub const ZERO: Self = Self { high: 0, low: 0 };

    /// Adds `size` x `value`.
    ///
    /// BOUND: a value is below 2^40 (a multiple of up to 8, or 9 in the last minute), sizes together below 2^42: the words stay below 2^62.
    #[inline(always)]
    pub fn add(&mut self, size: i64, value: u64) {
        const LOW: u64 = (1 << DROPPED) - 1;
        self.high = self.high.wrapping_add(size.wrapping_mul((value >> DROPPED).cast_signed()));
        self.low = self.low.wrapping_add(size.wrapping_mul((value & LOW).cast_signed()));
    }

    /// The sum, rounded down.
    #[inline(always)]
    pub const fn sum(&self) -> i64 {
        self.high.wrapping_add(self.low >> DROPPED)
    }
}

impl Unit {
    /// The unit for sizes of `gross` together, in 1 / lots_per_unit quote atoms.
    pub fn of(gross: u128, lots_per_unit: u32) -> Self {
        let bits = 128_u32.saturating_sub(gross.leading_zeros());
        Self { shift: bits.saturating_sub(SIZE_BITS), lots_per_unit }
    }

    /// lots x price, to nearest.
    #[inline(always)]
    pub fn size(&self, lots: i64, price: u64) -> i64 {
        // Nothing where s is 0.
        let half = 1_i64.wrapping_shl(self.shift).wrapping_shr(1);
        // BOUND: lots are below 2^31 and prices below 2^44; the result is below 2^42 by choice of the unit, hence s below 34.
        if price >> 32 == 0 {
            return lots.wrapping_mul(price.cast_signed()).wrapping_add(if self.shift == 0 { 0 } else { half })
                >> (self.shift & 63);
        }
        let size = product(lots, price).wrapping_add(i128::from(half));
        i64::try_from(size >> self.shift).unwrap_or(0)
    }

    /// Quote atoms as a size, rounded down. BOUND: 2^63 x 2^20.
    pub fn size_of_floor(&self, atoms: QuoteAtoms) -> i64 {
        i64::try_from(i128::from(atoms.0).wrapping_mul(i128::from(self.lots_per_unit)) >> self.shift).unwrap_or(0)
    }

    /// A size as quote atoms, rounded up.
    pub fn size_atoms_ceil(&self, size: u64) -> Option<u64> {
        u64::try_from((u128::from(size) << self.shift).div_ceil(u128::from(self.lots_per_unit))).ok()
    }

    /// An amount in 1 / lots_per_unit quote atoms as a sum, rounded down. BOUND: 2^110 at most.
    pub fn sum_floor(&self, amount: i128) -> i64 {
        i64::try_from((amount << SUM_Q) >> self.shift).unwrap_or(0)
    }

    /// What rounding one size to nearest may add to a node's sum: half a size at a multiple of two.
    pub const fn size_guard(&self) -> i64 {
        if self.shift == 0 { 0 } else { 1 << SUM_Q }
    }

    /// A sum, and an amount in 1 / lots_per_unit atoms, as quote atoms rounded down.
    pub fn atoms_floor(&self, sum: i64, amount: i128) -> Option<QuoteAtoms> {
        // BOUND: a sum is below 2^63 and s below 2^70.
        let whole = (i128::from(sum).checked_shl(self.shift)? >> SUM_Q).checked_add(amount)?;
        let divisor = i64::from(self.lots_per_unit);
        // Most amounts fit 64 bits, where a division costs a tenth. Floor of a floor is the floor.
        let atoms = match i64::try_from(whole) {
            Ok(short) => short.checked_div_euclid(divisor)?,
            Err(_) => i64::try_from(whole.checked_div_euclid(i128::from(divisor))?).ok()?,
        };
        Some(QuoteAtoms(atoms))
    }

    /// A sum as quote atoms rounded up.
    pub fn atoms_ceil(&self, sum: i64) -> Option<QuoteAtoms> {
        QuoteAtoms::ZERO.checked_sub(self.atoms_floor(sum.checked_neg()?, 0)?)
    }
}

/// lots x price, in 1 / lots_per_unit atoms. BOUND: 2^31 x 2^44.
#[inline(always)]
pub(super) fn product(lots: i64, price: u64) -> i128 {
    if price >> 32 == 0 {
        i128::from(lots.wrapping_mul(price.cast_signed()))
    } else {
        i128::from(lots).wrapping_mul(i128::from(price))
    }
}

/// `part_e9` of a sum, at most one, rounded down.
pub(super) fn part_floor(sum: i64, part_e9: u32) -> i64 {
    if u64::from(part_e9) == BILLION {
        return sum;
    }
    let size = part(sum.unsigned_abs(), part_e9);
    // Rounded up in size where negative.
    if sum < 0 { size.saturating_add(1).saturating_neg() } else { size }
}

/// floor(size x part), in two steps of a long division.
fn part(size: u64, part_e9: u32) -> i64 {
    const HALF: u32 = 31;
    let part = u64::from(part_e9);
    // BOUND: size <= 2^63, so both halves are below 2^32, times a part below 2^30; the remainder is below 2^30, << 31 is below 2^61.
    let high = (size >> HALF).wrapping_mul(part);
    let low = (size & 0x7fff_ffff).wrapping_mul(part);
    let (quotient, rest) = (high.checked_div(BILLION).unwrap_or(0), high.checked_rem(BILLION).unwrap_or(0));
    let tail = (rest << HALF).wrapping_add(low).checked_div(BILLION).unwrap_or(0);
    (quotient << HALF).wrapping_add(tail).cast_signed()
}
