//! Margin from the sums: the worst node, and what it leaves.

use super::totals::{Totals, to_atoms_floor};
use super::{Contingencies, Market, Portfolio, PortfolioError, Table};
use crate::scenario::{CENTRE, FLAT, TILT_DOWN, TILT_UP, UNIT_NODES, UP};
use pricing::ROW_Q;
use units::{BaseAtoms, QuoteAtoms};

/// A portfolio's margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// Value now.
    pub mtm: QuoteAtoms,
    /// Initial margin: negative means that new risk is refused.
    pub im: QuoteAtoms,
    /// Maintenance margin: negative means liquidation.
    pub mm: QuoteAtoms,
    /// Loss at the worst node, weighted, at most zero; in initial margin gains of base count at the lower of price and stable price.
    pub loss_im: QuoteAtoms,
    pub loss_mm: QuoteAtoms,
    /// The node of `loss_mm`; a tilt stands for the worse tilt of every expiry. The present when nothing loses.
    pub worst: usize,
    pub contingencies: Contingencies,
}

/// Bits that a loss drops before it is weighted.
const DROPPED: u32 = 30;
const BILLION: i128 = 1_000_000_000;

/// A loss in the unit of the sums, and the node it stands at.
#[derive(Clone, Copy)]
struct Loss {
    amount: i128,
    node: usize,
}

/// Margin of a portfolio. Errors: every [`PortfolioError`].
pub fn assess(portfolio: &Portfolio<'_>, market: &Market, table: &Table) -> Result<Assessment, PortfolioError> {
    let totals = Totals::of(portfolio, market, table)?;
    assess_totals(portfolio, market, table, &totals).ok_or(PortfolioError::Overflow)
}

#[inline(never)]
pub(super) fn assess_totals(
    portfolio: &Portfolio<'_>,
    market: &Market,
    table: &Table,
    totals: &Totals,
) -> Option<Assessment> {
    let lots_per_unit = market.scale.lots_per_unit;
    let base = Base::of(portfolio.base, market)?;
    let worst = worst(totals, table, &base)?;
    let worst_im = if base.lower == base.now { worst } else { worst_at(totals, table, &base, base.lower)? };
    let contingencies = Contingencies::of(portfolio, market, table, totals)?;

    let long_only = portfolio.legs.iter().all(|leg| leg.lots.0 > 0);
    let guarded = totals.now().checked_sub(totals.guard)?;
    // What cannot be negative is not, whatever the guard.
    let options = if long_only { guarded.max(0) } else { guarded };
    let options_and = |loss: i128| to_atoms_floor(options.checked_add(loss)?, lots_per_unit);
    let held = |base: QuoteAtoms| portfolio.quote.checked_add(base);
    let part_mm = weighted_floor(worst.amount, table.params.mm_loss_e9)?;
    Some(Assessment {
        mtm: held(base.now)?.checked_add(options_and(0)?)?,
        im: held(base.lower)?.checked_add(options_and(worst_im.amount)?)?.checked_sub(contingencies.initial()?)?,
        mm: held(base.now)?.checked_add(options_and(part_mm)?)?.checked_sub(contingencies.maintenance()?)?,
        loss_im: to_atoms_floor(worst_im.amount, lots_per_unit)?,
        loss_mm: to_atoms_floor(worst.amount, lots_per_unit)?,
        worst: worst.node,
        contingencies,
    })
}

/// The value of base: rounded down as value, up where it can be lost.
pub(super) struct Base {
    pub now: QuoteAtoms,
    ceil: QuoteAtoms,
    /// At the lower of price and stable price.
    lower: QuoteAtoms,
    lots_per_unit: u32,
}

impl Base {
    pub fn of(base: BaseAtoms, market: &Market) -> Option<Self> {
        let unit = market.scale.base_unit_atoms;
        Some(Self {
            now: market.spot.value_floor(base, unit)?,
            ceil: market.spot.value_ceil(base, unit)?,
            lower: market.spot.min(market.stable).value_floor(base, unit)?,
            lots_per_unit: market.scale.lots_per_unit,
        })
    }

    /// Change at one of the moves in the unit of the sums; gains count at `gaining`. ROUNDING: down, a factor being rounded down too.
    pub fn change_floor(&self, table: &Table, place: usize, gaining: QuoteAtoms) -> Option<i128> {
        const ONE: i64 = 1 << ROW_Q;
        if self.ceil.0 == 0 {
            return Some(0);
        }
        let gain = table.moves.get(place)?.factor_q36().cast_signed().checked_sub(ONE)?;
        let of = if gain < 0 { self.ceil } else { gaining };
        // BOUND: 2^63 x 2^20 x 2^39.
        i128::from(of.0).checked_mul(i128::from(self.lots_per_unit))?.checked_mul(i128::from(gain))
    }
}

fn worst(totals: &Totals, table: &Table, base: &Base) -> Option<Loss> {
    worst_at(totals, table, base, base.now)
}

/// The worst weighted loss over all nodes.
fn worst_at(totals: &Totals, table: &Table, base: &Base, gaining: QuoteAtoms) -> Option<Loss> {
    let now = totals.now();
    let change = |node: usize| {
        totals.nodes.get(node)?.checked_sub(now)?.checked_add(base.change_floor(table, place(node), gaining)?)
    };
    let mut worst = Loss { amount: 0, node: CENTRE };
    let mut take = |amount: i128, node: usize| {
        if amount < worst.amount {
            worst = Loss { amount, node };
        }
    };
    let tilt = if totals.nodes.get(TILT_UP)? <= totals.nodes.get(TILT_DOWN)? { TILT_UP } else { TILT_DOWN };
    take(totals.tilted.checked_sub(now)?, tilt);
    for nodes in UNIT_NODES {
        for node in nodes {
            take(change(node)?, node);
        }
    }
    for node in UNIT_NODES.first()?.end..UP.end {
        take(weighted_floor(change(node)?, *table.weights_e9.get(node)?)?, node);
    }
    Some(worst)
}

/// `weight` of an amount, rounded down.
pub(super) fn weighted_floor(amount: i128, weight_e9: u32) -> Option<i128> {
    if i128::from(weight_e9) == BILLION {
        return Some(amount);
    }
    // BOUND: 2^94 x 2^30.
    let parts = (amount >> DROPPED).checked_mul(i128::from(weight_e9))?;
    parts.checked_div_euclid(BILLION)?.checked_mul(1 << DROPPED)
}

/// Place of a node's move in the list of moves.
pub(super) const fn place(node: usize) -> usize {
    if node < UP.end {
        node
    } else if node < FLAT.end {
        node.saturating_sub(FLAT.start)
    } else if node < TILT_UP {
        node.saturating_sub(FLAT.end)
    } else {
        0
    }
}
