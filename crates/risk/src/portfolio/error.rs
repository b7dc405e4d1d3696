//! Why a portfolio has no margin figure.

use super::ParamsError;
use crate::average::AverageError;
use core::fmt;
use pricing::PricingError;

/// One variant for each distinct check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortfolioError {
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
    /// The stable price lies outside 1e2..=1e13.
    StableOutOfRange,
    /// The feed's half width is above its price.
    ConfidenceOutOfRange,
    /// The quote token's price lies outside 0.5..=2 USD.
    QuotePriceOutOfRange,
    /// `lots_per_unit` outside 1..=1e6, or `base_unit_atoms` zero.
    ScaleOutOfRange,
    /// A forward outside 1e2..=1e13.
    ForwardOutOfRange,
    /// An expiry more than two years away.
    TimeOutOfRange,
    /// A surface that the pricing core refuses.
    Surface(PricingError),
    /// A running average that cannot be used.
    Average(AverageError),
    /// More than 32 legs.
    TooManyLegs,
    /// A leg of no lots.
    LegEmpty,
    /// More than 1e9 lots in a leg.
    LotsOutOfRange,
    /// A strike outside 1e2..=1e13.
    StrikeOutOfRange,
    /// A strike more than 4,096 times the forward, or less than its 4,096th part.
    StrikeTooFar,
    /// A leg of an expiry that is not in the list.
    ExpiryUnknown,
    /// Two legs of one series.
    LegDuplicated,
    /// Legs are not ordered by expiry, strike and kind.
    LegsOutOfOrder,
    /// A leg's notional at the larger of forward and strike exceeds 2^60 atoms.
    NotionalOutOfRange,
    /// A parameter out of its bounds.
    Params(ParamsError),
    /// A sum leaves 63 bits of quote atoms.
    Overflow,
}

impl fmt::Display for PortfolioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SpotOutOfRange => f.write_str("spot outside 0.0001..=10000000"),
            Self::StableOutOfRange => f.write_str("stable price outside 0.0001..=10000000"),
            Self::ConfidenceOutOfRange => f.write_str("confidence wider than the price itself"),
            Self::QuotePriceOutOfRange => f.write_str("price of the quote token outside 0.5..=2"),
            Self::ScaleOutOfRange => f.write_str("lots per unit outside 1..=1000000, or a base unit of no atoms"),
            Self::ForwardOutOfRange => f.write_str("forward outside 0.0001..=10000000"),
            Self::TimeOutOfRange => f.write_str("expiry more than two years away"),
            Self::Surface(error) => write!(f, "surface: {error}"),
            Self::Average(error) => write!(f, "settlement average: {error}"),
            Self::TooManyLegs => f.write_str("more than 32 positions"),
            Self::LegEmpty => f.write_str("a position of no lots"),
            Self::LotsOutOfRange => f.write_str("more than 1000000000 lots in a position"),
            Self::StrikeOutOfRange => f.write_str("strike outside 0.0001..=10000000"),
            Self::StrikeTooFar => f.write_str("strike / forward outside 1/4096..=4096"),
            Self::ExpiryUnknown => f.write_str("a position's expiry is not in the list of expiries"),
            Self::LegDuplicated => f.write_str("two positions of one series"),
            Self::LegsOutOfOrder => f.write_str("positions not ordered by expiry, strike and kind"),
            Self::NotionalOutOfRange => f.write_str("a position's notional exceeds 2^60 quote atoms"),
            Self::Params(error) => write!(f, "parameters: {error}"),
            Self::Overflow => f.write_str("a sum exceeds 63 bits of quote atoms"),
        }
    }
}

impl core::error::Error for PortfolioError {}

impl From<AverageError> for PortfolioError {
    fn from(error: AverageError) -> Self {
        Self::Average(error)
    }
}
