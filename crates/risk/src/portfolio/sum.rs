//! The unit that a portfolio is summed in, so that every node's sum is one 64-bit word.
//!
//! An expiry's strikes are summed as lots x multiples of its forward in `ROW_ONE`s, exactly. Sizes lots x F / lots_per_unit are divided by
//! 2^s, s such that all of a portfolio's together stay below 2^42; [`Scaling`] brings an expiry's sums to 2^(s - 16) / lots_per_unit quote
//! atoms, keeping 37 bits of its gross notional and rounding down. The largest portfolio's sum is below 2^63.
//!
//! Amounts that are the same at every node (strikes of puts) are kept apart, exactly, in 1 / lots_per_unit atoms.

use crate::part::part_e9_floor;
use units::{PriceE6, QuoteAtoms, mul_div_ceil};

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

/// See [`Unit::scaling`].
pub(super) struct Scaling {
    /// Bits dropped from a sum before, and from the product after.
    coarse: u32,
    right: u32,
    /// The price in units of this scale, in two parts.
    high: i64,
    low: i64,
}

impl Scaling {
    /// A sum in the portfolio's unit, too low by less than [`Self::rounding`].
    #[inline(always)]
    pub const fn floor(&self, sum: i64) -> i64 {
        let kept = sum >> (self.coarse & 63);
        // BOUND: `Unit::scaling`: both products are below 2^63.
        kept.wrapping_mul(self.high).wrapping_add(kept.wrapping_mul(self.low) >> 22) >> (self.right & 63)
    }

    /// As [`Self::floor`], never too low.
    pub const fn ceil(&self, sum: i64) -> i64 {
        self.floor(sum).wrapping_add(self.rounding())
    }

    /// One unit of what is kept of a sum, and two roundings.
    pub const fn rounding(&self) -> i64 {
        (self.high.wrapping_add(2) >> (self.right & 63)).wrapping_add(2)
    }
}

impl Unit {
    /// The unit for sizes of `gross` together, in 1 / lots_per_unit quote atoms.
    pub fn of(gross: u128, lots_per_unit: u32) -> Self {
        let bits = match u64::try_from(gross) {
            Ok(short) => 64_u32.saturating_sub(short.leading_zeros()),
            Err(_) => 128_u32.saturating_sub(gross.leading_zeros()),
        };
        Self { shift: bits.saturating_sub(SIZE_BITS), lots_per_unit }
    }

    /// What brings sums of lots x multiples of `price` in Q36, the lots being `lots` << `part_shift` together, to this unit.
    pub fn scaling(&self, lots: u64, part_shift: u32, price: u64) -> Scaling {
        let bits = 64_u32.wrapping_sub(lots.leading_zeros());
        // BOUND: a sum is below lots x 2^39, so what is left of it is below 2^41.
        let coarse = bits.saturating_sub(2);
        // sum x price x 2^(part_shift - 20 - s), of which the product below drops 22.
        let left = coarse.wrapping_add(part_shift).wrapping_add(2);
        // BOUND: gross notional is below 2^(42 + s), so the price is below 2^44 and its product with what is left of a sum below 2^84.
        let price = price << (left.saturating_sub(self.shift) & 63);
        // As many bits as fit, so that rounding the price costs less than 2^-43 of it.
        let spare = price.leading_zeros().saturating_sub(20);
        let right = self.shift.saturating_sub(left).wrapping_add(spare);
        // From `ROW_ONE`s to Q36 it grows by 2^20 / 1e6 = 2^14 / 5^6. BOUND: 2^44 x 2^14, and 2^44.1 of it are left.
        let price = ((price << (spare & 63)) << 14).wrapping_add(7_812).checked_div(15_625).unwrap_or(0);
        Scaling { coarse, high: (price >> 22).cast_signed(), low: (price & 0x3f_ffff).cast_signed(), right }
    }

    /// Quote atoms as a size, rounded down. BOUND: 2^63 x 2^20.
    pub fn size_of_floor(&self, atoms: QuoteAtoms) -> i64 {
        if atoms.0 >> 42 == 0 {
            return atoms.0.wrapping_mul(i64::from(self.lots_per_unit)) >> (self.shift & 63);
        }
        i64::try_from(i128::from(atoms.0).wrapping_mul(i128::from(self.lots_per_unit)) >> self.shift).unwrap_or(0)
    }

    /// Lots in Q38 at a price, in quote atoms rounded up.
    pub fn exposure_ceil(&self, lots_q38: u128, price: PriceE6) -> Option<u64> {
        // BOUND: 2^35 lots are below 2^73. At most 41 bits are kept, and one unit of them is added.
        let (short, dropped) = match u64::try_from(lots_q38) {
            Ok(short) => (short, 0),
            Err(_) => (u64::try_from(lots_q38 >> 16).ok()?.wrapping_add(1), 16),
        };
        let coarse = 23_u32.saturating_sub(short.leading_zeros());
        let kept = (short >> (coarse & 63)).wrapping_add(1);
        // BOUND: kept <= 2^41 and the price is below 2^44, so both products are below 2^63; the sum in 1 / lots_per_unit atoms is Q16, less
        // the bits that were dropped.
        let product = kept.wrapping_mul(price.0 >> 22).wrapping_add(kept.wrapping_mul(price.0 & 0x3f_ffff) >> 22);
        let (product, lots) = (product.wrapping_add(1), u64::from(self.lots_per_unit));
        match 16_u32.checked_sub(coarse.wrapping_add(dropped)) {
            Some(left) => Some(product.div_ceil(lots << left)),
            None => mul_div_ceil(product, 1 << coarse.wrapping_add(dropped).wrapping_sub(16), lots),
        }
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
        // Most amounts fit 64 bits throughout, at a tenth of the cost. Floor of a floor is the floor.
        let short = SUM_Q.checked_sub(self.shift).map(|right| sum >> right).zip(i64::try_from(amount).ok());
        if let Some(whole) = short.and_then(|(sum, amount)| sum.checked_add(amount)) {
            return whole.checked_div_euclid(i64::from(self.lots_per_unit)).map(QuoteAtoms);
        }
        // BOUND: a sum is below 2^63 and s below 2^70.
        let whole = (i128::from(sum).checked_shl(self.shift)? >> SUM_Q).checked_add(amount)?;
        let atoms = whole.checked_div_euclid(i128::from(self.lots_per_unit))?;
        i64::try_from(atoms).ok().map(QuoteAtoms)
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

/// Lots x price without a sign; see [`product`].
#[inline(always)]
pub(super) fn notional(lots: u64, price: u64) -> u128 {
    if (lots | price) >> 32 == 0 {
        u128::from(lots.wrapping_mul(price))
    } else {
        // BOUND: 2^64 x 2^64.
        u128::from(lots).wrapping_mul(u128::from(price))
    }
}

/// `part_e9` of a sum, at most one, rounded down.
pub(super) fn part_floor(sum: i64, part_e9: u32) -> i64 {
    if u64::from(part_e9) == BILLION {
        return sum;
    }
    let size = part_e9_floor(sum.unsigned_abs(), part_e9).cast_signed();
    // Rounded up in size where negative.
    if sum < 0 { size.saturating_add(1).saturating_neg() } else { size }
}
