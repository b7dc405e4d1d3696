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
    let totals = Totals::of(portfolio, market, table)?;
    report_totals(portfolio, market, table, &totals).ok_or(PortfolioError::Overflow)
}

fn report_totals(portfolio: &Portfolio<'_>, market: &Market, table: &Table, totals: &Totals) -> Option<Report> {
    let assessment = assess_totals(portfolio, market, table, totals)?;
    let unit = &totals.unit;
    let base = Base::of(portfolio.base, market, unit)?;
    let held = portfolio.quote.checked_add(base.now)?;
    let still =
        NodeValue { node: Node::of(&table.params.scenarios, 0)?, value: QuoteAtoms::ZERO, loss: QuoteAtoms::ZERO };
    let mut nodes = [still; NODES];
    for (index, (out, options)) in nodes.iter_mut().zip(&totals.nodes).enumerate() {
        let node = Node::of(&table.params.scenarios, index)?;
        let change_q36 = table.moves().changes_q36.get(place(index))?;
        let of_base = if base.now.0 == 0 { 0 } else { base.change_floor(*change_q36, base.now_size) };
        let value = options.checked_sub(totals.guard)?.checked_add(of_base)?;
        let change = options.checked_sub(totals.now())?.checked_add(of_base)?;
        *out = NodeValue {
            node,
            value: held.checked_add(unit.atoms_floor(value, totals.strikes)?)?,
            loss: unit.atoms_floor(part_floor(change, node.weight_e9), 0)?,
        };
    }
    Some(Report { assessment, nodes })
}
