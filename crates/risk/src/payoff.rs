//! What a European, cash-settled option pays, and the list of positions that margin is computed over.
//!
//! max(S - K, 0) x lots / lots_per_unit for a call, max(K - S, 0) for a put. Source: the definition; cash-settled in quote (architecture,
//! decision 4). Domain: any integers. Error: less than one atom, against the holder.

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
    /// `None` when the amount exceeds 63 bits or `lots_per_unit` is zero.
    pub fn payoff_floor(&self, price: PriceE6, lots_per_unit: u32) -> Option<QuoteAtoms> {
        let intrinsic = self.kind.intrinsic(self.strike, price).0;
        let lots = self.lots.0.unsigned_abs();
        let divisor = u64::from(lots_per_unit);
        if self.lots.0 < 0 {
            let owed = i64::try_from(mul_div_ceil(intrinsic, lots, divisor)?).ok()?;
            owed.checked_neg().map(QuoteAtoms)
        } else {
            i64::try_from(mul_div_floor(intrinsic, lots, divisor)?).ok().map(QuoteAtoms)
        }
    }
}

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

    /// Adds a position beside those of its expiry. `None` when the book is full.
    pub fn push(&mut self, position: Position) -> Option<()> {
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
