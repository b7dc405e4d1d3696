//! What `bastion margin` answers.

use crate::decimal;
use risk::portfolio::{NodeValue, Report};
use serde::Serialize;
use units::QuoteAtoms;

/// Margin of a portfolio. The JSON has these fields in this order; amounts are quote units, as decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub mode: &'static str,
    pub unit: &'static str,
    /// Value now.
    pub mtm: String,
    /// Initial margin: negative means that new risk is refused.
    pub im: String,
    /// Maintenance margin: negative means liquidation.
    pub mm: String,
    pub scenarios: Vec<Scenario>,
    /// Name of the scenario that decides; of initial margin in standard mode.
    pub worst: String,
    pub contingencies: Contingencies,
}

/// The portfolio at one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scenario {
    pub name: String,
    pub value: String,
    /// Weight x (value there - value now): negative where it loses.
    pub loss: String,
}

/// What margin holds back beside the worst loss, by name; standard margin holds back nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contingencies {
    #[serde(flatten)]
    pub amounts: Option<Amounts>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amounts {
    pub net_short_im: String,
    pub net_short_mm: String,
    pub forward_basis: String,
    pub oracle_confidence: String,
    pub concentration: String,
    pub quote_depeg: String,
}

pub(super) const UNIT: &str = "quote units";

/// Atoms as quote units.
pub(super) fn quote(atoms: QuoteAtoms) -> String {
    decimal::full(atoms.0.into(), 6)
}

impl Answer {
    pub(super) fn of_report(report: &Report) -> Self {
        let scenario =
            |at: &NodeValue| Scenario { name: at.node.to_string(), value: quote(at.value), loss: quote(at.loss) };
        let assessment = &report.assessment;
        let held = &assessment.contingencies;
        Self {
            mode: "portfolio",
            unit: UNIT,
            mtm: quote(assessment.mtm),
            im: quote(assessment.im),
            mm: quote(assessment.mm),
            scenarios: report.nodes.iter().map(scenario).collect(),
            worst: report.nodes.get(assessment.worst).map(|at| at.node.to_string()).unwrap_or_default(),
            contingencies: Contingencies {
                amounts: Some(Amounts {
                    net_short_im: quote(held.net_short_im),
                    net_short_mm: quote(held.net_short_mm),
                    forward_basis: quote(held.forward_basis),
                    oracle_confidence: quote(held.oracle_confidence),
                    concentration: quote(held.concentration),
                    quote_depeg: quote(held.quote_depeg),
                }),
            },
        }
    }
}
