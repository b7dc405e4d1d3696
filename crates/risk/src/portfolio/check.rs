//! What is checked before anything is computed.

use super::{Expiry, Leg, Market, Portfolio, PortfolioError};
use crate::payoff::POSITIONS;
use crate::standard::LOTS_MAX;
use core::cmp::Ordering;
use pricing::SECONDS_MAX;
use units::PriceE6;

/// Most lots in one unit.
const LOTS_PER_UNIT_MAX: u32 = 1_000_000;
/// Largest notional of a leg, as a power of two of quote atoms.
const NOTIONAL_BITS: u32 = 60;
/// Bits of the largest number of lots.
const LOTS_BITS: u32 = 30;
/// Bounds of the quote token's price in USD.
const QUOTE_PRICE: core::ops::RangeInclusive<u64> = 500_000..=2_000_000;

fn require(fact: bool, error: PortfolioError) -> Result<(), PortfolioError> {
    if fact { Ok(()) } else { Err(error) }
}

impl Market {
    /// Errors: `SpotOutOfRange`, `StableOutOfRange`, `ConfidenceOutOfRange`, `QuotePriceOutOfRange`, `ScaleOutOfRange`.
    pub fn check(&self) -> Result<(), PortfolioError> {
        require(self.spot.in_bounds(), PortfolioError::SpotOutOfRange)?;
        require(self.stable.in_bounds(), PortfolioError::StableOutOfRange)?;
        require(self.half_width <= self.spot, PortfolioError::ConfidenceOutOfRange)?;
        require(QUOTE_PRICE.contains(&self.quote_price.0), PortfolioError::QuotePriceOutOfRange)?;
        let lots = (1..=LOTS_PER_UNIT_MAX).contains(&self.scale.lots_per_unit);
        require(lots && self.scale.base_unit_atoms > 0, PortfolioError::ScaleOutOfRange)
    }
}

impl Expiry {
    /// Errors: `ForwardOutOfRange`, `TimeOutOfRange`, `Average`. The surface is checked where it is used.
    pub fn check(&self) -> Result<(), PortfolioError> {
        require(self.forward.in_bounds(), PortfolioError::ForwardOutOfRange)?;
        let soon = self.seconds <= SECONDS_MAX.cast_signed();
        require(soon, PortfolioError::TimeOutOfRange)?;
        Ok(self.average.check()?)
    }
}

impl Leg {
    /// Errors: `LegEmpty`, `LotsOutOfRange`, `StrikeOutOfRange`, `NotionalOutOfRange`.
    fn check(&self, forward: PriceE6, lots_per_unit: u32) -> Result<(), PortfolioError> {
        require(self.lots.0 != 0, PortfolioError::LegEmpty)?;
        let size = self.lots.0.unsigned_abs();
        require(size <= LOTS_MAX, PortfolioError::LotsOutOfRange)?;
        require(self.strike.in_bounds(), PortfolioError::StrikeOutOfRange)?;
        // Almost every price is below 2^30 x 1e-6: no number of lots passes the bound then.
        let larger = forward.max(self.strike).0;
        if larger >> (NOTIONAL_BITS.saturating_sub(LOTS_BITS)) == 0 {
            return Ok(());
        }
        // BOUND: 2^30 x 2^44, against 2^20 x 2^60.
        let product = u128::from(size).saturating_mul(u128::from(larger));
        let most = u128::from(lots_per_unit) << NOTIONAL_BITS;
        require(product <= most, PortfolioError::NotionalOutOfRange)
    }
}

/// Checks a portfolio's legs: their number, order and sizes.
pub(super) fn check_legs(portfolio: &Portfolio<'_>, lots_per_unit: u32) -> Result<(), PortfolioError> {
    require(portfolio.legs.len() <= POSITIONS, PortfolioError::TooManyLegs)?;
    let mut before: Option<&Leg> = None;
    for leg in portfolio.legs {
        let expiry = portfolio.expiries.get(leg.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
        if let Some(before) = before {
            match before.key().cmp(&leg.key()) {
                Ordering::Less => {}
                Ordering::Equal => return Err(PortfolioError::LegDuplicated),
                Ordering::Greater => return Err(PortfolioError::LegsOutOfOrder),
            }
        }
        leg.check(expiry.forward, lots_per_unit)?;
        before = Some(leg);
    }
    Ok(())
}
