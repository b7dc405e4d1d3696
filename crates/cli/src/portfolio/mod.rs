//! `bastion margin`: a portfolio from a file, margined by the crate that the programs call. The file is described in docs/portfolio.md.

mod answer;
mod params;
mod read;
mod show;
mod standard;

pub use answer::{Answer, Contingencies, Scenario};
pub use read::File;
pub(crate) use read::svi;

use crate::input::InputError;
use crate::market::{self, Market};
use crate::{Connection, Error};
use params::Params;
use risk::portfolio::{Leg, Portfolio, PortfolioError, Table, report, sort};
use solana_pubkey::Pubkey;

/// Which of an account's two modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Exact repricing at 33 nodes.
    Portfolio,
    /// The worst payoff over a fixed set of prices.
    Standard,
}

/// Margin of the portfolio in a JSON text. Errors: every [`InputError`].
pub fn margin(json: &str, mode: Mode) -> Result<Answer, InputError> {
    let file = File::read(json)?;
    file.check()?;
    if mode == Mode::Standard {
        standard::check(&file)?;
    }
    let table = Table::new(&file.params.margin)
        .map_err(|reason| InputError::Portfolio { path: "params".to_owned(), reason })?;
    let mut legs = file.legs.clone();
    sort(&mut legs);
    let report = file.report(&legs, &table).map_err(|reason| file.blame(&table, reason))?;
    match mode {
        Mode::Portfolio => Ok(Answer::of_report(&report)),
        Mode::Standard => standard::answer(&file, report.assessment.mtm),
    }
}

/// Portfolio margin of a live account, whatever its mode. Errors: `AccountMissing`, `Unvalued`.
pub fn live(connection: &Connection, address: &Pubkey) -> Result<Answer, Error> {
    let account = market::account(connection, address)?;
    let market = Market::at(connection, Pubkey::from(account.market))?;
    Ok(Answer::of_report(&market.inputs(&account, market.spot())?.report()?))
}

impl File {
    fn report(&self, legs: &[Leg], table: &Table) -> Result<risk::portfolio::Report, PortfolioError> {
        let portfolio = Portfolio { quote: self.quote, base: self.base, expiries: &self.expiries, legs };
        report(&portfolio, &self.market, table)
    }

    /// What the crate refuses before it looks at positions, with its place.
    fn check(&self) -> Result<(), InputError> {
        self.market.check().map_err(|reason| {
            let path = match reason {
                PortfolioError::SpotOutOfRange => "spot",
                PortfolioError::StableOutOfRange => "params.stable",
                PortfolioError::ConfidenceOutOfRange => "params.half_width",
                PortfolioError::QuotePriceOutOfRange => "params.quote_price",
                _ => "lots_per_unit",
            };
            InputError::Portfolio { path: path.to_owned(), reason }
        })?;
        for (index, expiry) in self.expiries.iter().enumerate() {
            expiry.check().map_err(|reason| {
                let field = if matches!(reason, PortfolioError::Average(_)) { ".average" } else { "" };
                InputError::Portfolio { path: format!("expiries[{index}]{field}"), reason }
            })?;
        }
        Ok(())
    }

    /// The place of what the crate refused: the first position that is refused for the same reason when it stands alone.
    fn blame(&self, table: &Table, reason: PortfolioError) -> InputError {
        let alone = |leg: &Leg| self.report(core::slice::from_ref(leg), table).err() == Some(reason);
        let path = match self.legs.iter().position(alone) {
            Some(index) => format!("positions[{index}]"),
            None => "the portfolio as a whole".to_owned(),
        };
        InputError::Portfolio { path, reason }
    }
}

#[cfg(test)]
mod tests;
