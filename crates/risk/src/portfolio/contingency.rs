//! What the nodes do not hold, each term for itself.

use super::totals::Totals;
use super::{Market, PEG, Portfolio, Table};
use crate::part::part_e9_ceil;
use units::{QuoteAtoms, mul_div_ceil};

const BILLION: u64 = 1_000_000_000;

/// Amounts that margin holds back, none negative. ROUNDING: up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contingencies {
    /// 0.5 % of spot for every unit sold short; no long offsets it, not even of the same strike.
    pub net_short_im: QuoteAtoms,
    /// As `net_short_im`, 0.3 %.
    pub net_short_mm: QuoteAtoms,
    /// Sum over expiries of (0.5 + 2 tau) times the worst loss one core step away, at any volatility.
    pub forward_basis: QuoteAtoms,
    /// Half width of the feed times |delta|, that of base and of each expiry added up.
    pub oracle_confidence: QuoteAtoms,
    /// 1 % of spot for every unit, long or short, above 10 % of its series' open interest.
    pub concentration: QuoteAtoms,
    /// The quote token's deviation from its peg times the same |delta| at spot.
    pub quote_depeg: QuoteAtoms,
}

impl Contingencies {
    /// `None` on overflow.
    pub(super) fn of(portfolio: &Portfolio<'_>, market: &Market, table: &Table, totals: &Totals) -> Option<Self> {
        let params = &table.params;
        let lots_per_unit = market.scale.lots_per_unit;
        let mut short_lots = 0_u64;
        // Excess lots in 1e-9.
        let mut excess_e9 = 0_u128;
        for leg in portfolio.legs {
            // BOUND: 32 times 2^30 lots, 32 times 2^60 of excess.
            let lots = leg.lots.0.unsigned_abs();
            if leg.lots.0 < 0 {
                short_lots = short_lots.wrapping_add(lots);
            }
            if let Some(open_interest) = leg.open_interest {
                let excess = excess_of_e9(lots, open_interest, params.concentration_share_e9);
                excess_e9 = excess_e9.wrapping_add(u128::from(excess));
            }
        }
        let part_e9 = |amount: u64, part_e9: u32| atoms(part_e9_ceil(atoms(amount)?.0.unsigned_abs(), part_e9));
        let part = |amount: u64, parts: u64, whole: u64| atoms(mul_div_ceil(amount, parts, whole)?);
        let short = notional_ceil(market, short_lots)?;
        let concentrated = notional_e9_ceil(market.spot.0, u64::from(lots_per_unit), excess_e9)?;
        let base = market.spot.value_ceil(portfolio.base, market.scale.base_unit_atoms)?;
        let exposure = totals.exposure_atoms.checked_add(u64::try_from(base.0).ok()?)?;
        Some(Self {
            net_short_im: part_e9(short, params.net_short_im_e9)?,
            net_short_mm: part_e9(short, params.net_short_mm_e9)?,
            forward_basis: totals.unit.atoms_ceil(totals.basis)?,
            oracle_confidence: part(exposure, market.half_width.0, market.spot.0)?,
            concentration: part_e9(concentrated, params.concentration_e9)?,
            quote_depeg: part(exposure, market.quote_price.0.abs_diff(PEG.0), PEG.0)?,
        })
    }

    /// All that initial margin holds back.
    pub fn initial(&self) -> Option<QuoteAtoms> {
        self.shared()?.checked_add(self.net_short_im)
    }

    /// All that maintenance margin holds back.
    pub fn maintenance(&self) -> Option<QuoteAtoms> {
        self.shared()?.checked_add(self.net_short_mm)
    }

    fn shared(&self) -> Option<QuoteAtoms> {
        let market = self.oracle_confidence.checked_add(self.quote_depeg)?;
        self.forward_basis.checked_add(self.concentration)?.checked_add(market)
    }
}

/// Lots held beyond the free share of a series, in 1e-9.
fn excess_of_e9(lots: u64, open_interest: u64, share_e9: u32) -> u64 {
    // BOUND: lots are at most 1e9, so what is held is below 2^60, and a free share that does not fit is more. A share is below 2^30; the
    // check of a product costs more than the rest.
    let held = lots.wrapping_mul(BILLION);
    let free = if open_interest >> 32 == 0 {
        open_interest.wrapping_mul(u64::from(share_e9))
    } else {
        open_interest.saturating_mul(u64::from(share_e9))
    };
    held.saturating_sub(free)
}

/// Lots at spot in quote atoms, rounded up.
fn notional_ceil(market: &Market, lots: u64) -> Option<u64> {
    mul_div_ceil(market.spot.0, lots, u64::from(market.scale.lots_per_unit))
}

/// Lots in 1e-9 at spot in quote atoms, rounded up.
fn notional_e9_ceil(spot: u64, lots_per_unit: u64, lots_e9: u128) -> Option<u64> {
    if lots_e9 == 0 {
        return Some(0);
    }
    if let Ok(lots_e9) = u64::try_from(lots_e9)
        && let (Some(lots), Some(rest_e9)) = (lots_e9.checked_div(BILLION), lots_e9.checked_rem(BILLION))
        && let Ok(rest_e9) = u32::try_from(rest_e9)
        && (lots | spot) >> 32 == 0
    {
        // Almost always, at a third of the cost. A ceiling within a ceiling is the ceiling. BOUND: (2^32 - 1)^2 + 2^32 - 1.
        return Some(lots.wrapping_mul(spot).wrapping_add(part_e9_ceil(spot, rest_e9)).div_ceil(lots_per_unit));
    }
    // BOUND: 2^65 x 2^44, and 2^20 x 2^30.
    let whole = u128::from(lots_per_unit).checked_mul(u128::from(BILLION))?;
    u64::try_from(lots_e9.checked_mul(u128::from(spot))?.div_ceil(whole)).ok()
}

fn atoms(atoms: u64) -> Option<QuoteAtoms> {
    i64::try_from(atoms).ok().map(QuoteAtoms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Short and long enough for both ways of computing it.
        #[test]
        fn notional_of_parts_of_lots_matches_its_definition(
            spot in 1_u64..=10_000_000_000_000,
            short in 0_u32..44,
            lots_per_unit in 1_u64..=1_000_000,
            lots_e9: u128,
            drop in 63_u32..128,
        ) {
            let (spot, lots_e9) = ((spot >> short).max(1), lots_e9 >> drop);
            let ceil = (lots_e9 * u128::from(spot)).div_ceil(u128::from(lots_per_unit) * u128::from(BILLION));
            prop_assert_eq!(notional_e9_ceil(spot, lots_per_unit, lots_e9), u64::try_from(ceil).ok());
        }
    }
}
