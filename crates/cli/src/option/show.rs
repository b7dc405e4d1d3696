//! Tables for people.

use super::{Implied, PRICE_UNIT, Priced};
use crate::table::Table;
use core::fmt;

/// What an option is, in one line.
fn heading(kind: &str, forward: &str, strike: &str, seconds: u64) -> String {
    format!("{kind}, strike {strike}, forward {forward}, {seconds} s to expiry")
}

impl fmt::Display for Priced {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = heading(self.kind, &self.forward, &self.strike, self.seconds);
        writeln!(formatter, "{about}, volatility {}\n", self.vol)?;
        let mut table = Table::new(["", "value", "unit"]).numeric(1);
        let mut row = |name: &str, value: &str, unit: &str| {
            table.row([name.to_owned(), value.to_owned(), unit.to_owned()]);
        };
        row("price", &self.price, PRICE_UNIT);
        for (name, greek) in self.greeks.rows() {
            // All decimals are in the JSON.
            row(name, &shortened(&greek.value), greek.unit);
        }
        write!(formatter, "{table}")
    }
}

impl fmt::Display for Implied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = heading(self.kind, &self.forward, &self.strike, self.seconds);
        writeln!(formatter, "{about}, price {}\n", self.price)?;
        let mut table = Table::new(["", "value", "unit"]).numeric(1);
        table.row(["volatility".to_owned(), self.vol.clone(), self.vol_unit.to_owned()]);
        write!(formatter, "{table}")
    }
}

/// At most twelve decimals, as the price has.
fn shortened(decimals: &str) -> String {
    let Ok(number) = crate::decimal::parse(decimals, 15) else { return decimals.to_owned() };
    crate::decimal::rounded(number, 15, 12)
}
