//! Margin with the value at every node, for people.

use super::margin::{Base, assess_totals, place};
use super::sum::part_floor;
use super::totals::Totals;
use super::{Assessment, Market, Portfolio, PortfolioError, Table};
use crate::scenario::{NODES, Node};
use units::QuoteAtoms;

/// One node's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeValue {
    pub node: Node,
    /// Of the whole portfolio.
    pub value: QuoteAtoms,
    /// Weight x (value at node - value now): a gain where positive.
    pub loss: QuoteAtoms,
}

/// A portfolio's margin and its nodes in the table's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub assessment: Assessment,
    pub nodes: [NodeValue; NODES],
}

/// As [`super::assess`], with every node. The two tilts are given each for the whole portfolio; margin takes the worse of each expiry.
pub fn report(portfolio: &Portfolio<'_>, market: &Market, table: &Table) -> Result<Report, PortfolioError> {
    let node = Node::of(&table.params.scenarios, 0).ok_or(PortfolioError::Overflow)?;
    let mut nodes = [NodeValue { node, value: QuoteAtoms::ZERO, loss: QuoteAtoms::ZERO }; NODES];
    let assessment = ladder(portfolio, market, table, |index, value| {
        if let Some(place) = nodes.get_mut(index) {
            *place = value;
        }
    })?;
    Ok(Report { assessment, nodes })
}

/// As [`report`], each node given to `each` with its index.
pub fn ladder(
    portfolio: &Portfolio<'_>,
    market: &Market,
    table: &Table,
    each: impl FnMut(usize, NodeValue),
) -> Result<Assessment, PortfolioError> {
    let totals = Totals::of(portfolio, market, table)?;
    let assessment = assess_totals(portfolio, market, table, &totals).ok_or(PortfolioError::Overflow)?;
    climb(portfolio, market, table, &totals, each).ok_or(PortfolioError::Overflow)?;
    Ok(assessment)
}

#[inline(never)]
fn climb(
    portfolio: &Portfolio<'_>,
    market: &Market,
    table: &Table,
    totals: &Totals,
    mut each: impl FnMut(usize, NodeValue),
) -> Option<()> {
    let unit = &totals.unit;
    let base = Base::of(portfolio.base, market, unit)?;
    let held = portfolio.quote.checked_add(base.now)?;
    for (index, options) in totals.nodes.iter().enumerate() {
        let node = Node::of(&table.params.scenarios, index)?;
        let change_q36 = table.moves().changes_q36.get(place(index))?;
        let of_base = if base.now.0 == 0 { 0 } else { base.change_floor(*change_q36, base.now_size) };
        let value = options.checked_sub(totals.guard)?.checked_add(of_base)?;
        let change = options.checked_sub(totals.now())?.checked_add(of_base)?;
        let value = held.checked_add(unit.atoms_floor(value, totals.strikes)?)?;
        each(index, NodeValue { node, value, loss: unit.atoms_floor(part_floor(change, node.weight_e9), 0)? });
    }
    Some(())
}
