//! What a European, cash-settled option pays, and the list of positions that margin is computed over.
//!
//! max(S - K, 0) x lots / lots_per_unit for a call, max(K - S, 0) for a put. Source: the definition; cash-settled in quote (architecture,
//! decision 4). Domain: any integers. Error: less than one atom, against the holder. Prices
//! are not held to the price bounds here: margin looks at nodes of zero and of twice the price.

use crate::CashError;
use core::fmt;
use units::{Lots, PriceE6, QuoteAtoms, UnixSeconds, mul_div_ceil, mul_div_floor};

/// Positions in one account, at most.
pub const POSITIONS: usize = 32;

/// Call or put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    Put,
}

/// One position: positive lots are long, negative short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub expiry: UnixSeconds,
    pub strike: PriceE6,
    pub kind: Kind,
    pub lots: Lots,
}

impl Kind {
    /// Value of an option on one whole unit when the underlying stands at `price`: max(S - K, 0) or max(K - S, 0).
    pub const fn intrinsic(self, strike: PriceE6, price: PriceE6) -> PriceE6 {
        PriceE6(match self {
            Self::Call => price.0.saturating_sub(strike.0),
            Self::Put => strike.0.saturating_sub(price.0),
        })
    }
}

impl Position {
    /// Cash to the holder at `price`, rounded down whatever its sign: a long receives the floor, a short owes the ceiling.
    ///
    /// Errors: `LotsPerUnitZero`, `NotionalTooLarge`.
    pub fn payoff_floor(&self, price: PriceE6, lots_per_unit: u32) -> Result<QuoteAtoms, CashError> {
        let intrinsic = self.kind.intrinsic(self.strike, price).0;
        let lots = self.lots.0.unsigned_abs();
        let divisor = u64::from(lots_per_unit);
        let short = self.lots.0 < 0;
        let size = if short { mul_div_ceil(intrinsic, lots, divisor) } else { mul_div_floor(intrinsic, lots, divisor) };
        let size = size.and_then(|size| i64::try_from(size).ok()).ok_or(CashError::of_product(lots_per_unit))?;
        // BOUND: a size is not negative, so it has an opposite.
        Ok(QuoteAtoms(if short { size.wrapping_neg() } else { size }))
    }
}

/// Why a book does not take a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookError {
    /// It holds 32 positions.
    Full,
    /// The position has no lots.
    LegEmpty,
    /// It holds a position of the same series.
    LegDuplicated,
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "more than 32 positions",
            Self::LegEmpty => "a position of no lots",
            Self::LegDuplicated => "two positions of one series",
        })
    }
}

impl core::error::Error for BookError {}

/// The open positions of one account, grouped by expiry.
#[derive(Clone, Copy, Debug)]
pub struct Book {
    positions: [Position; POSITIONS],
    len: usize,
}

impl Book {
    const VACANT: Position =
        Position { expiry: UnixSeconds::ZERO, strike: PriceE6::ZERO, kind: Kind::Call, lots: Lots::ZERO };

    pub const EMPTY: Self = Self { positions: [Self::VACANT; POSITIONS], len: 0 };

    /// Adds a position beside those of its expiry. Errors: `LegEmpty`, `LegDuplicated`, `Full`.
    pub fn push(&mut self, position: Position) -> Result<(), BookError> {
        if position.lots == Lots::ZERO {
            return Err(BookError::LegEmpty);
        }
        let is_same = |held: &Position| {
            held.strike == position.strike && held.expiry == position.expiry && held.kind == position.kind
        };
        if self.positions().iter().any(is_same) {
            return Err(BookError::LegDuplicated);
        }
        self.insert(position).ok_or(BookError::Full)
    }

    /// `None` when the book is full.
    fn insert(&mut self, position: Position) -> Option<()> {
        let mut at = self.len;
        *self.positions.get_mut(at)? = position;
        // Insertion from the end: accounts mostly hold their positions in order already.
        while let Some(before) = at.checked_sub(1) {
            if self.positions.get(before)?.expiry <= position.expiry {
                break;
            }
            self.positions.swap(before, at);
            at = before;
        }
        self.len = self.len.checked_add(1)?;
        Some(())
    }

    /// The positions, those of one expiry side by side.
    pub fn positions(&self) -> &[Position] {
        self.positions.get(..self.len).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests;
