//! What an option is priced from, checked where it enters.

use crate::error::PricingError;
use units::{PriceE6, VolE9};

/// Shortest and longest time to expiry that is priced: one minute, two years of 365 days.
pub const SECONDS_MIN: u64 = 60;
pub const SECONDS_MAX: u64 = 2 * SECONDS_PER_YEAR;
pub const SECONDS_PER_YEAR: u64 = 31_536_000;

/// Whether an option pays above the strike or below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    Put,
}

/// An option and the market it is priced in. Undiscounted, on the expiry's forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub forward: PriceE6,
    pub strike: PriceE6,
    pub vol: VolE9,
    pub seconds: u64,
}

impl Terms {
    /// Errors: `ForwardOutOfRange`, `StrikeOutOfRange`, `VolOutOfRange`, `TimeOutOfRange`.
    #[inline(always)]
    pub(crate) const fn validate(&self) -> Result<(), PricingError> {
        if !self.vol.in_bounds() {
            return Err(PricingError::VolOutOfRange);
        }
        validate_prices(self.forward, self.strike, self.seconds)
    }
}

/// Errors: `ForwardOutOfRange`, `StrikeOutOfRange`, `TimeOutOfRange`.
#[inline(always)]
pub(crate) const fn validate_prices(forward: PriceE6, strike: PriceE6, seconds: u64) -> Result<(), PricingError> {
    if !forward.in_bounds() {
        return Err(PricingError::ForwardOutOfRange);
    }
    if !strike.in_bounds() {
        return Err(PricingError::StrikeOutOfRange);
    }
    if seconds < SECONDS_MIN || seconds > SECONDS_MAX {
        return Err(PricingError::TimeOutOfRange);
    }
    Ok(())
}
