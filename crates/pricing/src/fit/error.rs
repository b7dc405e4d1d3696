//! Why there is no surface.

use super::FIT_POINTS_MAX;
use crate::error::PricingError;
use core::fmt;

/// One variant for each distinct check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FitError {
    /// No quote.
    QuotesMissing,
    /// More than 256 quotes.
    TooManyQuotes,
    /// More than 256 listed strikes.
    TooManyStrikes,
    /// The quote of this index has no weight.
    WeightZero(usize),
    /// The quote of this index: its strike or volatility is out of range.
    Quote(usize, PricingError),
    /// The forward or the time is out of range.
    Terms(PricingError),
    /// The listed strikes do not ascend, are none, or lie out of range.
    Listed(PricingError),
    /// The earlier neighbour's total variance is above the later one's at a checked strike: no slice fits between.
    NeighboursCross,
    /// No slice that passes was found between the neighbours; this check failed last.
    NoSlice(PricingError),
}

impl fmt::Display for FitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QuotesMissing => f.write_str("no quotes"),
            Self::TooManyQuotes => write!(f, "more than {FIT_POINTS_MAX} quotes"),
            Self::TooManyStrikes => write!(f, "more than {FIT_POINTS_MAX} listed strikes"),
            Self::WeightZero(index) => write!(f, "quote {index}: weight is zero"),
            Self::Quote(index, error) => write!(f, "quote {index}: {error}"),
            Self::Terms(error) => write!(f, "{error}"),
            Self::Listed(error) => write!(f, "listed strikes: {error}"),
            Self::NeighboursCross => f.write_str("the earlier expiry's total variance is above the later one's"),
            Self::NoSlice(error) => write!(f, "no slice between the neighbours passes the checks: {error}"),
        }
    }
}

impl core::error::Error for FitError {}
