//! The last minute, and the time until settlement: every position at its adverse intrinsic value on the settlement average.
//!
//! The average may still end anywhere between the running mean and where the rest would take it at the node's price, half width of the
//! feed included; a long is valued at the lower end's or upper end's payoff, whichever is less, a short at the greater.

use super::totals::{ExpiryTotals, Group, Setting};
use super::{Expiry, Leg, PortfolioError};
use crate::average::Range;
use crate::scenario::{FLAT, MOVES, UP};
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
    fn new(expiry: &Expiry, setting: &Setting<'_>) -> Result<Self, PortfolioError> {
        let Setting { market, table, .. } = setting;
        let mut ranges = [Range { low: PriceE6::ZERO, high: PriceE6::ZERO }; MOVES];
        for (range, move_e9) in ranges.iter_mut().zip(&table.moves().moves_e9) {
            *range = expiry.average.range(market.spot, market.half_width, *move_e9)?;
        }
        let whole_s = u64::from(expiry.average.fixed_s).saturating_add(u64::from(expiry.average.remaining_s));
        Ok(Self { ranges, remaining_s: expiry.average.remaining_s, whole_s })
    }

    /// Values the legs of an expiry; exact but for one unit of the sums a leg. Errors: `Average`, `Overflow`.
    #[inline(never)]
    pub fn value_of(group: &Group<'_>, setting: &Setting<'_>, out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
        Self::new(group.expiry, setting)?.value(group.legs, setting, out).ok_or(PortfolioError::Overflow)
    }

    fn value(&self, legs: &[Leg], setting: &Setting<'_>, out: &mut ExpiryTotals) -> Option<()> {
        let Setting { market, unit, .. } = setting;
        out.begin();
        let mut by_move = [0_i64; MOVES];
        let mut lots = 0_u64;
        for leg in legs {
            for (value, range) in by_move.iter_mut().zip(&self.ranges) {
                // BOUND: 2^31 lots x 2^48.
                let held = i128::from(leg.lots.0).wrapping_mul(i128::from(adverse(leg, range).0));
                *value = value.checked_add(unit.sum_floor(held))?;
            }
            lots = lots.checked_add(leg.lots.0.unsigned_abs())?;
        }
        for (node, place) in out.nodes.iter_mut().zip(UP.chain(0..FLAT.len()).chain(0..FLAT.len()).chain([0, 0])) {
            // BOUND: `sum`: values together stay below 2^63.
            *node = node.wrapping_add(*by_move.get(place)?);
        }
        // No delta is above one. ROUNDING: up, as it is charged for. BOUND: 2^35 lots, 2^26 s, 2^20 lots a unit.
        let moving = lots.checked_mul(u64::from(self.remaining_s))?;
        let whole = self.whole_s.checked_mul(u64::from(market.scale.lots_per_unit))?;
        out.exposure_atoms = mul_div_ceil(market.spot.0, moving, whole)?;
        // A difference of two floors.
        out.step_guard = i64::try_from(legs.len()).ok()?;
        Some(())
    }
}

/// Intrinsic value at the end of the range that is worse for the holder.
fn adverse(leg: &Leg, range: &Range) -> PriceE6 {
    let (low, high) = (leg.kind.intrinsic(leg.strike, range.low), leg.kind.intrinsic(leg.strike, range.high));
    if leg.lots.0 > 0 { low.min(high) } else { low.max(high) }
}
