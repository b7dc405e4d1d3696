//! The last minute, and the time until settlement: every position at its adverse intrinsic value on the settlement average.
//!
//! The average may still end anywhere between the running mean and where the rest would take it at the node's price, half width of the
//! feed included; a long is valued at the lower end's or upper end's payoff, whichever is less, a short at the greater.

use super::totals::{ExpiryTotals, Setting};
use super::{Expiry, Leg, Market, PortfolioError, Table};
use crate::average::Range;
use crate::scenario::{FLAT, MOVES, NODES, UP};
use pricing::ROW_Q;
use units::{PriceE6, mul_div_ceil};

/// The ranges of an expiry's average at every different move.
pub(super) struct LastMinute {
    ranges: [Range; MOVES],
    /// Parts of the average that spot still enters, of how many.
    remaining_s: u32,
    whole_s: u64,
}

impl LastMinute {
    /// Error: `Average`.
    #[inline(never)]
    fn new(expiry: &Expiry, market: &Market, table: &Table) -> Result<Self, PortfolioError> {
        let mut ranges = [Range { low: PriceE6::ZERO, high: PriceE6::ZERO }; MOVES];
        for (range, move_e9) in ranges.iter_mut().zip(&table.moves_e9) {
            *range = expiry.average.range(market.spot, market.half_width, *move_e9)?;
        }
        let whole_s = u64::from(expiry.average.fixed_s).saturating_add(u64::from(expiry.average.remaining_s));
        Ok(Self { ranges, remaining_s: expiry.average.remaining_s, whole_s })
    }

    /// Values the legs of an expiry; exact, so that nothing is guarded. Errors: `Average`, `Overflow`.
    #[inline(never)]
    pub fn value_of(expiry: &Expiry, legs: &[Leg], setting: &Setting) -> Result<ExpiryTotals, PortfolioError> {
        let Setting { market, table } = setting;
        Self::new(expiry, market, table)?.value(legs, market).ok_or(PortfolioError::Overflow)
    }

    fn value(&self, legs: &[Leg], market: &Market) -> Option<ExpiryTotals> {
        let mut by_move = [0_i128; MOVES];
        let mut lots = 0_u64;
        for leg in legs {
            for (value, range) in by_move.iter_mut().zip(&self.ranges) {
                // BOUND: 2^30 lots x 2^48 x 2^36.
                let held = i128::from(leg.lots.0).checked_mul(i128::from(adverse(leg, range).0))?;
                *value = value.checked_add(held.checked_mul(1 << ROW_Q)?)?;
            }
            lots = lots.checked_add(leg.lots.0.unsigned_abs())?;
        }
        let mut nodes = [0_i128; NODES];
        for (node, place) in nodes.iter_mut().zip(UP.chain(0..FLAT.len()).chain(0..FLAT.len()).chain([0, 0])) {
            *node = *by_move.get(place)?;
        }
        // No delta is above one. ROUNDING: up, as it is charged for. BOUND: 2^35 lots, 2^26 s, 2^20 lots a unit.
        let moving = lots.checked_mul(u64::from(self.remaining_s))?;
        let whole = self.whole_s.checked_mul(u64::from(market.scale.lots_per_unit))?;
        let exposure_atoms = mul_div_ceil(market.spot.0, moving, whole)?;
        Some(ExpiryTotals { nodes, guard: 0, step_guard: 0, exposure_atoms })
    }
}

/// Intrinsic value at the end of the range that is worse for the holder.
fn adverse(leg: &Leg, range: &Range) -> PriceE6 {
    let (low, high) = (leg.kind.intrinsic(leg.strike, range.low), leg.kind.intrinsic(leg.strike, range.high));
    if leg.lots.0 > 0 { low.min(high) } else { low.max(high) }
}
