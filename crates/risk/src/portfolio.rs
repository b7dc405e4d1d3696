//! Portfolio margin by exact repricing: every position at every node, from the current feed and surface, nothing cached.
//!
//! ```text
//! MtM = quote + base x S + sum of lots x mark / lots_per_unit
//! IM  = MtM (base at the lower of price and stable price) + loss - contingencies (initial)
//! MM  = MtM + 0.8 x loss                                        - contingencies (maintenance)
//! loss = min over nodes of weight x (value at node - value now), <= 0
//! ```
//! Source: margin design, Margin; readings of it in docs/adr/0006.
//!
//! Domain: prices 1e2..=1e13, K/F 1/4096..=4096, up to two years, 32 legs, notional of a leg (at the larger of forward and strike) up to
//! 2^60 atoms. Error, K/F up to 32: MtM, IM and MM are never above the exact figure, contingencies never below it, and none differs from
//! it by more than 2e-9 of gross notional (sum of lots x F / `lots_per_unit`, and base x S) and eight atoms.
//!
//! The VM allows a function 4 KiB of frame: what holds an array over the nodes stands in a function of its own, never inlined.
//!
//! ROUNDING: a row's call errs by less than `GUARD` on either side. That much is taken off every strike's net lots once, which bounds
//! IM and MM too: both are weighted means, with weights in 0..=1, of the value now and the value at a node.

mod basis;
mod check;
mod contingency;
mod error;
mod expiry;
mod greeks;
mod last_minute;
mod margin;
mod params;
mod report;
mod stored;
mod sum;
mod table;
mod tighter;
mod totals;

pub use contingency::Contingencies;
pub use error::PortfolioError;
pub use greeks::{Greeks, LegGreeks, SeriesGreeks, base_greeks, leg_greeks, priced_forward};
pub use margin::{Assessment, assess};
pub use params::{MarginParams, ParamsError};
pub use report::{NodeValue, Report, ladder, report};
pub use stored::{Moment, StoredError};
pub use table::Table;

use crate::average::RunningAverage;
use crate::payoff::Kind;
use crate::standard::Scale;
use pricing::Svi;
use units::{BaseAtoms, Lots, PriceE6, QuoteAtoms};

/// A market at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Market {
    /// The feed's price of base in quote.
    pub spot: PriceE6,
    /// Follows the price by at most 3 bps a second.
    pub stable: PriceE6,
    /// The feed's confidence: the price lies within this of `spot`. At most `spot`.
    pub half_width: PriceE6,
    /// The quote token in USD, 1e6 is the peg. 5e5..=2e6.
    pub quote_price: PriceE6,
    /// Minutes that the surface has been stale, see [`crate::scenario::stale_minutes`].
    pub stale_minutes: u64,
    pub scale: Scale,
}

/// The quote token's price at its peg.
pub const PEG: PriceE6 = PriceE6(1_000_000);
/// Below this many seconds to expiry, and until settled, positions are worth their adverse intrinsic value.
pub const INTRINSIC_BELOW_S: i64 = 60;

/// One expiry's forward and surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    pub forward: PriceE6,
    /// To expiry; negative afterwards. At most two years.
    pub seconds: i64,
    pub svi: Svi,
    /// Time to expiry that the surface is stated for. 60 s..=2 years.
    pub reference_s: u64,
    /// [`RunningAverage::NOT_BEGUN`] before the last 30 minutes.
    pub average: RunningAverage,
}

/// One position. Legs stand in the order of [`sort`], each series once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Index of the expiry.
    pub expiry: usize,
    pub strike: PriceE6,
    pub kind: Kind,
    /// Positive long, negative short; not zero.
    pub lots: Lots,
    /// The series' open interest in lots; `None` where it is unknown, and concentration is then not charged.
    pub open_interest: Option<u64>,
}

/// Everything of an account that portfolio margin depends on.
#[derive(Clone, Copy, Debug)]
pub struct Portfolio<'a> {
    pub quote: QuoteAtoms,
    pub base: BaseAtoms,
    pub expiries: &'a [Expiry],
    pub legs: &'a [Leg],
}

impl Leg {
    /// What legs are ordered by: expiry, strike, call before put.
    pub(crate) const fn key(&self) -> (usize, u64, bool) {
        (self.expiry, self.strike.0, matches!(self.kind, Kind::Put))
    }
}

/// Brings legs into the order that margin is computed in.
pub fn sort(legs: &mut [Leg]) {
    legs.sort_unstable_by_key(Leg::key);
}

#[cfg(test)]
mod tests;
