//! The worst node by one walk over ascending strikes.
//!
//! Between two neighbouring strikes an expiry's payoffs sum to a straight line, and at each strike held, call or put, its slope grows by
//! the lots held there. So the walk needs one product per expiry and strike, where valuing every node anew needs one per position and
//! strike. It is exact where every strike is a whole number of `lots_per_unit`: no payoff at a strike then has a fraction to round.

use super::{Holdings, Scale};
use crate::payoff::{Book, Kind, POSITIONS, Position};
use units::{PriceE6, QuoteAtoms, UnixSeconds};

/// Bits of a key that hold the place of a position.
const PLACE_BITS: u32 = 5;
const PLACE_MASK: u64 = 31;
const _: () = assert!(POSITIONS == 1 << PLACE_BITS && POSITIONS as u64 == PLACE_MASK.saturating_add(1));

/// One expiry's payoffs: their sum at the present strike, and what a unit of the walk adds to it.
#[derive(Clone, Copy)]
struct Line {
    expiry: UnixSeconds,
    value: i64,
    slope: i64,
}

/// A book laid out for the walk. Strikes are in units of `lots_per_unit` atoms.
pub(super) struct Sweep<'a> {
    positions: &'a [Position],
    /// Strike and place of each position, in one number, ascending.
    keys: [u64; POSITIONS],
    /// Line of each position.
    line_of: [u8; POSITIONS],
    lines: [Line; POSITIONS],
    line_count: usize,
    lots_per_unit: u32,
}

impl<'a> Sweep<'a> {
    /// `None` where a strike is not a whole number of `lots_per_unit`, or a sum exceeds 63 bits.
    pub fn new(book: &'a Book, lots_per_unit: u32) -> Option<Self> {
        const NONE: Line = Line { expiry: UnixSeconds(i64::MIN), value: 0, slope: 0 };
        let mut sweep = Self {
            positions: book.positions(),
            keys: [u64::MAX; POSITIONS],
            line_of: [0; POSITIONS],
            lines: [NONE; POSITIONS],
            line_count: 0,
            lots_per_unit,
        };
        for (at, position) in sweep.positions.iter().enumerate() {
            sweep.add(at, position)?;
        }
        Some(sweep)
    }

    fn add(&mut self, at: usize, position: &Position) -> Option<()> {
        let divisor = u64::from(self.lots_per_unit);
        if position.strike.0.checked_rem(divisor)? != 0 {
            return None;
        }
        let strike = position.strike.0.checked_div(divisor)?;
        if strike > u64::MAX >> PLACE_BITS {
            return None;
        }
        self.insert(strike << PLACE_BITS | u64::try_from(at).ok()?, at)?;
        // The positions of one expiry stand side by side.
        let last = self.line_count.checked_sub(1);
        let line = match last.filter(|last| self.lines.get(*last).is_some_and(|line| line.expiry == position.expiry)) {
            Some(last) => last,
            None => {
                let new = self.line_count;
                self.lines.get_mut(new)?.expiry = position.expiry;
                self.line_count = new.checked_add(1)?;
                new
            }
        };
        *self.line_of.get_mut(at)? = u8::try_from(line).ok()?;
        if position.kind == Kind::Put {
            // At a price of zero a put pays its strike, and each unit of price takes its lots away.
            let paid = i64::try_from(strike).ok()?.checked_mul(position.lots.0)?;
            let line = self.lines.get_mut(line)?;
            line.value = line.value.checked_add(paid)?;
            line.slope = line.slope.checked_sub(position.lots.0)?;
        }
        Some(())
    }

    /// Keeps the first `len` keys and `key` ascending.
    fn insert(&mut self, key: u64, len: usize) -> Option<()> {
        let mut at = len;
        while let Some(before) = at.checked_sub(1) {
            let held = *self.keys.get(before)?;
            if held <= key {
                break;
            }
            *self.keys.get_mut(at)? = held;
            at = before;
        }
        *self.keys.get_mut(at)? = key;
        Some(())
    }

    /// The least value over a price of zero and every strike. `None` when an amount exceeds 63 bits.
    #[inline(never)]
    pub fn worst(&mut self, holdings: &Holdings<'_>, scale: Scale) -> Option<QuoteAtoms> {
        let mut worst = holdings.quote.checked_add(QuoteAtoms(self.debts()?))?;
        let mut price = 0_u64;
        for (_, key) in self.positions.iter().zip(self.keys) {
            let strike = key >> PLACE_BITS;
            if strike != price {
                self.walk(strike.checked_sub(price)?)?;
                price = strike;
                let node = PriceE6(strike.checked_mul(u64::from(self.lots_per_unit))?);
                let collateral = holdings.quote.checked_add(super::base_floor(holdings.base, node, scale).ok()?)?;
                worst = worst.min(collateral.checked_add(QuoteAtoms(self.debts()?))?);
            }
            let place = usize::try_from(key & PLACE_MASK).ok()?;
            let line = self.lines.get_mut(usize::from(*self.line_of.get(place)?))?;
            line.slope = line.slope.checked_add(self.positions.get(place)?.lots.0)?;
        }
        Some(worst)
    }

    fn walk(&mut self, step: u64) -> Option<()> {
        let step = i64::try_from(step).ok()?;
        for line in self.lines.get_mut(..self.line_count)? {
            if line.slope != 0 {
                line.value = line.value.checked_add(line.slope.checked_mul(step)?)?;
            }
        }
        Some(())
    }

    /// Sum of what expiries owe.
    fn debts(&self) -> Option<i64> {
        let mut sum = 0_i64;
        for line in self.lines.get(..self.line_count)? {
            if line.value < 0 {
                sum = sum.checked_add(line.value)?;
            }
        }
        Some(sum)
    }
}
