//! Margin from the sums: the worst node, and what it leaves.

use super::sum::{Unit, Wide, part_floor};
use super::totals::Totals;
use super::{Contingencies, Market, Portfolio, PortfolioError, Table};
use crate::scenario::{CENTRE, DOWN, FLAT, FULL_MOVES, MOVES, TILT_DOWN, TILT_UP, UP};
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

/// A loss in the unit of the sums, and the node it stands at.
#[derive(Clone, Copy)]
struct Loss {
    amount: i64,
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
    let unit = &totals.unit;
    let base = Base::of(portfolio.base, market, unit)?;
    let worst = worst(totals, table, &base)?;
    let worst_im = if base.lower == base.now { worst } else { worst_at(totals, table, &base, base.lower_size)? };
    let contingencies = Contingencies::of(portfolio, market, table, totals)?;

    let guarded = totals.now().checked_sub(totals.guard)?;
    let options = unit.atoms_floor(guarded, totals.strikes)?;
    let long_only = portfolio.legs.iter().all(|leg| leg.lots.0 > 0);
    // What cannot be negative is not, whatever the guard.
    let (sum, strikes) = if long_only && options.0 < 0 { (0, 0) } else { (guarded, totals.strikes) };
    let options_and = |loss: i64| unit.atoms_floor(sum.checked_add(loss)?, strikes);
    let held = |base: QuoteAtoms| portfolio.quote.checked_add(base);
    let part_mm = part_floor(worst.amount, table.params.mm_loss_e9);
    Some(Assessment {
        mtm: held(base.now)?.checked_add(options_and(0)?)?,
        im: held(base.lower)?.checked_add(options_and(worst_im.amount)?)?.checked_sub(contingencies.initial()?)?,
        mm: held(base.now)?.checked_add(options_and(part_mm)?)?.checked_sub(contingencies.maintenance()?)?,
        loss_im: unit.atoms_floor(worst_im.amount, 0)?,
        loss_mm: unit.atoms_floor(worst.amount, 0)?,
        worst: worst.node,
        contingencies,
    })
}

/// The value of base: rounded down as value, up where it can be lost.
pub(super) struct Base {
    pub now: QuoteAtoms,
    /// At the lower of price and stable price.
    lower: QuoteAtoms,
    /// As sizes: what can be lost, what can be gained at the price, and at the lower price.
    loss_size: i64,
    pub now_size: i64,
    lower_size: i64,
}

impl Base {
    pub fn of(base: BaseAtoms, market: &Market, unit: &Unit) -> Option<Self> {
        let atoms = market.scale.base_unit_atoms;
        let now = market.spot.value_floor(base, atoms)?;
        let ceil = market.spot.value_ceil(base, atoms)?;
        let lower = market.spot.min(market.stable).value_floor(base, atoms)?;
        let loss_size = if ceil.0 == 0 { 0 } else { unit.size_of_floor(ceil).checked_add(unit.size_guard().min(1))? };
        let (now_size, lower_size) = (unit.size_of_floor(now), unit.size_of_floor(lower));
        Some(Self { now, lower, loss_size, now_size, lower_size })
    }

    /// [`Self::change_floor`] at every different move.
    fn changes_floor(&self, table: &Table, gaining: i64) -> Option<[i64; MOVES]> {
        let mut changes = [0; MOVES];
        if self.loss_size != 0 {
            for (place, change) in changes.iter_mut().enumerate() {
                *change = self.change_floor(table, place, gaining)?;
            }
        }
        Some(changes)
    }

    /// Change at one of the moves as a sum; gains count on `gaining`. ROUNDING: down, a factor being rounded down too.
    pub fn change_floor(&self, table: &Table, place: usize, gaining: i64) -> Option<i64> {
        const ONE: u64 = 1 << ROW_Q;
        if self.loss_size == 0 {
            return Some(0);
        }
        let factor = table.moves.get(place)?.factor_q36();
        let mut sum = Wide::ZERO;
        if factor < ONE {
            sum.add(self.loss_size, ONE.wrapping_sub(factor));
            return sum.sum().checked_add(1)?.checked_neg();
        }
        sum.add(gaining, factor.wrapping_sub(ONE));
        Some(sum.sum())
    }
}

fn worst(totals: &Totals, table: &Table, base: &Base) -> Option<Loss> {
    worst_at(totals, table, base, base.now_size)
}

/// The worst weighted loss over all nodes, gains of base counting on `gaining`.
fn worst_at(totals: &Totals, table: &Table, base: &Base, gaining: i64) -> Option<Loss> {
    let now = totals.now();
    let tilt = if totals.nodes.get(TILT_UP)? <= totals.nodes.get(TILT_DOWN)? { TILT_UP } else { TILT_DOWN };
    let mut worst = Loss { amount: 0, node: CENTRE };
    let mut take = |amount: i64, node: usize| {
        if amount < worst.amount {
            worst = Loss { amount, node };
        }
    };
    take(totals.tilted.checked_sub(now)?, tilt);
    let of_base = base.changes_floor(table, gaining)?;
    // BOUND: `sum`: values together stay below 2^62.
    let change = |(value, of_base): (&i64, &i64)| value.wrapping_sub(now).wrapping_add(*of_base);
    for group in [UP.start..FULL_MOVES, FLAT, DOWN] {
        let changes = totals.nodes.get(group.clone())?.iter().zip(&of_base).map(change);
        for (place, change) in changes.enumerate() {
            take(change, group.start.wrapping_add(place));
        }
    }
    let tail = totals.nodes.get(..UP.end)?.iter().zip(&of_base).map(change).zip(&table.weights_e9);
    for (node, (change, weight_e9)) in tail.enumerate().skip(FULL_MOVES) {
        take(part_floor(change, *weight_e9), node);
    }
    Some(worst)
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
