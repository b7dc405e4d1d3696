//! Margin from the sums: the worst node, and what it leaves.

use super::sum::{Unit, Wide, part_floor};
use super::totals::Totals;
use super::{Contingencies, Market, Portfolio, PortfolioError, Table};
use crate::scenario::{CENTRE, DOWN, FLAT, FULL_MOVES, MOVES, TILT_DOWN, TILT_UP, UP};
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
    let Worst { at_price: worst_mm, at_lower: worst_im } = worst(totals, table, &base.changes_floor(table))?;
    let contingencies = Contingencies::of(portfolio, market, table, totals)?;

    let guarded = totals.now().checked_sub(totals.guard)?;
    let options = unit.atoms_floor(guarded, totals.strikes)?;
    let long_only = portfolio.legs.iter().all(|leg| leg.lots.0 > 0);
    // What cannot be negative is not, whatever the guard.
    let (sum, strikes) = if long_only && options.0 < 0 { (0, 0) } else { (guarded, totals.strikes) };
    let options_and = |loss: i64| unit.atoms_floor(sum.checked_add(loss)?, strikes);
    let held = |base: QuoteAtoms| portfolio.quote.checked_add(base);
    let part_mm = part_floor(worst_mm.amount, table.params.mm_loss_e9);
    Some(Assessment {
        mtm: held(base.now)?.checked_add(options_and(0)?)?,
        im: held(base.lower)?.checked_add(options_and(worst_im.amount)?)?.checked_sub(contingencies.initial()?)?,
        mm: held(base.now)?.checked_add(options_and(part_mm)?)?.checked_sub(contingencies.maintenance()?)?,
        loss_im: unit.atoms_floor(worst_im.amount, 0)?,
        loss_mm: unit.atoms_floor(worst_mm.amount, 0)?,
        worst: worst_mm.node,
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

    /// [`Self::change_floor`] at every different move, and the same with gains at the lower price.
    #[inline(never)]
    fn changes_floor(&self, table: &Table) -> [(i64, i64); MOVES] {
        let mut changes = [(0, 0); MOVES];
        if self.loss_size != 0 {
            for (change, moved) in changes.iter_mut().zip(&table.moves().changes_q36) {
                let now = self.change_floor(*moved, self.now_size);
                *change = (now, if now > 0 { self.change_floor(*moved, self.lower_size) } else { now });
            }
        }
        changes
    }

    /// Change at a move as a sum, the move given as in a table's `changes_q36`; gains count on `gaining`. ROUNDING: down.
    #[inline(always)]
    pub fn change_floor(&self, change_q36: i64, gaining: i64) -> i64 {
        let mut sum = Wide::ZERO;
        if change_q36 < 0 {
            sum.add(self.loss_size, change_q36.unsigned_abs());
            // BOUND: below 2^62.
            return sum.sum().wrapping_add(1).wrapping_neg();
        }
        sum.add(gaining, change_q36.cast_unsigned());
        sum.sum()
    }
}

/// The worst losses with base at its price and at the lower price.
struct Worst {
    at_price: Loss,
    at_lower: Loss,
}

impl Worst {
    /// What a node changes the options by, and base at each price.
    ///
    /// Base at the lower price is never worth more, so neither is its worst loss, and most nodes are done with one comparison.
    #[inline(always)]
    fn take(&mut self, node: usize, change: i64, (price, lower): (i64, i64), weight_e9: u32) {
        // BOUND: `sum`: values together stay below 2^62.
        let lower = change.wrapping_add(lower);
        if lower >= self.at_price.amount {
            return;
        }
        // A part of a smaller loss is smaller still.
        let price = part_floor(change.wrapping_add(price), weight_e9);
        let lower = part_floor(lower, weight_e9);
        if price < self.at_price.amount {
            self.at_price = Loss { amount: price, node };
        }
        if lower < self.at_lower.amount {
            self.at_lower = Loss { amount: lower, node };
        }
    }
}

/// The worst weighted losses over all nodes, base changing by so much at its price and at the lower price.
#[inline(never)]
fn worst(totals: &Totals, table: &Table, of_base: &[(i64, i64); MOVES]) -> Option<Worst> {
    const ALL: u32 = 1_000_000_000;
    let now = totals.now();
    let none = Loss { amount: 0, node: CENTRE };
    let mut worst = Worst { at_price: none, at_lower: none };
    for group in [UP.start..FULL_MOVES, FLAT, DOWN] {
        let mut node = group.start;
        for (value, of_base) in totals.nodes.get(group)?.iter().zip(of_base) {
            worst.take(node, value.wrapping_sub(now), *of_base, ALL);
            node = node.wrapping_add(1);
        }
    }
    let tilt = if totals.nodes.get(TILT_UP)? <= totals.nodes.get(TILT_DOWN)? { TILT_UP } else { TILT_DOWN };
    worst.take(tilt, totals.tilted.checked_sub(now)?, (0, 0), ALL);
    let mut node = FULL_MOVES;
    let values = totals.nodes.get(FULL_MOVES..UP.end)?.iter().zip(of_base.get(FULL_MOVES..)?);
    for ((value, of_base), weight_e9) in values.zip(table.moves().weights_e9.get(FULL_MOVES..)?) {
        worst.take(node, value.wrapping_sub(now), *of_base, *weight_e9);
        node = node.wrapping_add(1);
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
