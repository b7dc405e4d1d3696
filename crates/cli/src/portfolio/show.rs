//! Tables for people.

use super::Answer;
use crate::table::Table;
use core::fmt;

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} margin, amounts in {}\n", self.mode, self.unit)?;
        let mut totals = Table::new(["", "amount", "meaning"]).numeric(1);
        for (name, amount, meaning) in [
            ("mtm", &self.mtm, "value now"),
            ("im", &self.im, "initial margin: below zero, new risk is refused"),
            ("mm", &self.mm, "maintenance margin: below zero, the account is liquidated"),
        ] {
            totals.row([name.to_owned(), amount.clone(), meaning.to_owned()]);
        }
        writeln!(formatter, "{totals}")?;
        let mut scenarios = Table::new(["scenario", "value", "loss", ""]).numeric(1).numeric(2);
        for scenario in &self.scenarios {
            let mark = if scenario.name == self.worst { "worst" } else { "" };
            scenarios.row([scenario.name.clone(), scenario.value.clone(), scenario.loss.clone(), mark.to_owned()]);
        }
        writeln!(formatter, "{scenarios}")?;
        let Some(held) = &self.contingencies.amounts else { return Ok(()) };
        let mut contingencies = Table::new(["contingency", "amount", "held back in"]).numeric(1);
        for (name, amount, margin) in [
            ("net_short_im", &held.net_short_im, "im"),
            ("net_short_mm", &held.net_short_mm, "mm"),
            ("forward_basis", &held.forward_basis, "im, mm"),
            ("oracle_confidence", &held.oracle_confidence, "im, mm"),
            ("concentration", &held.concentration, "im, mm"),
            ("quote_depeg", &held.quote_depeg, "im, mm"),
        ] {
            contingencies.row([name.to_owned(), amount.clone(), margin.to_owned()]);
        }
        write!(formatter, "{contingencies}")
    }
}
