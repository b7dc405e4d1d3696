//! Why an amount of cash cannot be given: one list for all that multiplies prices with lots.

use crate::payoff::BookError;
use crate::portfolio::PortfolioError;
use core::fmt;

/// One variant for each distinct check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CashError {
    /// A premium outside 1e2..=1e13.
    PriceOutOfRange,
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
    /// A top node that does not fit 64 bits.
    NodeOutOfRange,
    /// No lots, or 2^63 and more.
    LotsOutOfRange,
    LotsPerUnitZero,
    /// There is base, but its unit has no atoms.
    BaseUnitZero,
    /// A fee rate above 100 basis points.
    FeeRateOutOfRange,
    /// A premium, or a fee, below zero.
    AmountNegative,
    /// A price times lots, or times base, exceeds 63 bits of quote atoms.
    NotionalTooLarge,
    /// A sum of amounts leaves 63 bits of quote atoms.
    SumTooLarge,
}

impl CashError {
    /// Why price x lots / `lots_per_unit` has no result.
    pub(crate) const fn of_product(lots_per_unit: u32) -> Self {
        if lots_per_unit == 0 { Self::LotsPerUnitZero } else { Self::NotionalTooLarge }
    }
}

impl fmt::Display for CashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PriceOutOfRange => "price outside 0.0001..=10000000",
            Self::SpotOutOfRange => "spot outside 0.0001..=10000000",
            Self::NodeOutOfRange => "the top node exceeds 64 bits",
            Self::LotsOutOfRange => "lots outside 1..2^63",
            Self::LotsPerUnitZero => "lots per unit is zero",
            Self::BaseUnitZero => "a base unit of no atoms",
            Self::FeeRateOutOfRange => "fee rate above 100 basis points",
            Self::AmountNegative => "a premium or fee below zero",
            Self::NotionalTooLarge => "a notional exceeds 63 bits of quote atoms",
            Self::SumTooLarge => "a sum exceeds 63 bits of quote atoms",
        })
    }
}

impl core::error::Error for CashError {}

/// For readers that give the figures of both modes.
impl From<CashError> for PortfolioError {
    fn from(error: CashError) -> Self {
        match error {
            CashError::SpotOutOfRange => Self::SpotOutOfRange,
            CashError::LotsOutOfRange => Self::LotsOutOfRange,
            CashError::LotsPerUnitZero | CashError::BaseUnitZero => Self::ScaleOutOfRange,
            CashError::PriceOutOfRange
            | CashError::NodeOutOfRange
            | CashError::FeeRateOutOfRange
            | CashError::AmountNegative
            | CashError::NotionalTooLarge
            | CashError::SumTooLarge => Self::Overflow,
        }
    }
}

impl From<BookError> for PortfolioError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Full => Self::TooManyLegs,
            BookError::LegEmpty => Self::LegEmpty,
            BookError::LegDuplicated => Self::LegDuplicated,
        }
    }
}
