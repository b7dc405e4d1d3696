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
        // BOUND: 2^65 x 2^44.
        let whole = u128::from(lots_per_unit).checked_mul(u128::from(BILLION))?;
        let concentrated = match excess_e9 {
            0 => 0,
            excess => u64::try_from(excess.checked_mul(u128::from(market.spot.0))?.div_ceil(whole)).ok()?,
        };
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

fn atoms(atoms: u64) -> Option<QuoteAtoms> {
    i64::try_from(atoms).ok().map(QuoteAtoms)
}
