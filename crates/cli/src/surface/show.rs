//! A table for people.

use super::Answer;
use crate::table::Table;
use core::fmt;

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let svi = &self.svi;
        writeln!(
            formatter,
            "svi a {}, b {}, rho {}, m {}, sigma {}, for {} s to expiry",
            svi.a, svi.b, svi.rho, svi.m, svi.sigma, self.svi_reference_s
        )?;
        if self.projected {
            writeln!(
                formatter,
                "the quotes' own best surface admits arbitrage: this is the nearest found that does not"
            )?;
        }
        writeln!(formatter, "volatility off by {} (root mean square), {} at most\n", self.rms, self.worst)?;
        let mut table = Table::new(["strike", "quote", "surface", "difference"]).numeric(1).numeric(2).numeric(3);
        for row in &self.quotes {
            table.row([row.strike.clone(), row.vol.clone(), row.fitted.clone(), row.difference.clone()]);
        }
        write!(formatter, "{table}")
    }
}
