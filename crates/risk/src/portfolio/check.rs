//! What is checked before anything is computed.

use super::sum::notional;
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
/// Bits of a price that a first look leaves out.
const COARSE_BITS: u32 = 14;
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
        // In units of 2^14 of price, rounded up, almost every notional passes without 128 bits. BOUND: 2^30 x (2^30 + 1), against 2^17 x 2^46.
        let larger = forward.max(self.strike).0;
        let rough = size.wrapping_mul((larger >> COARSE_BITS).wrapping_add(1));
        if rough <= u64::from(lots_per_unit.min(1 << 17)) << NOTIONAL_BITS.wrapping_sub(COARSE_BITS) {
            return Ok(());
        }
        // BOUND: 2^30 x 2^44, against 2^20 x 2^60.
        let product = u128::from(size).saturating_mul(u128::from(larger));
        let most = u128::from(lots_per_unit) << NOTIONAL_BITS;
        require(product <= most, PortfolioError::NotionalOutOfRange)
    }
}

/// Checks a portfolio's legs and their expiries: number, order and sizes. Returns the legs' gross notional in 1 / lots_per_unit atoms.
pub(super) fn check_legs(portfolio: &Portfolio<'_>, market: &Market) -> Result<u128, PortfolioError> {
    require(portfolio.legs.len() <= POSITIONS, PortfolioError::TooManyLegs)?;
    let mut gross = 0_u128;
    let mut expiry: Option<(PriceE6, PriceE6)> = None;
    let mut before: Option<&Leg> = None;
    for leg in portfolio.legs {
        let same = before.is_some_and(|before| before.expiry == leg.expiry && before.strike < leg.strike);
        let prices = match expiry {
            // Most legs differ from the one before in the strike alone.
            Some(prices) if same => prices,
            _ => {
                match before.map(|before| before.key().cmp(&leg.key())) {
                    None | Some(Ordering::Less) => {}
                    Some(Ordering::Equal) => return Err(PortfolioError::LegDuplicated),
                    Some(Ordering::Greater) => return Err(PortfolioError::LegsOutOfOrder),
                }
                let of = portfolio.expiries.get(leg.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
                of.check()?;
                let prices = (of.forward, of.largest(market)?);
                expiry = Some(prices);
                prices
            }
        };
        leg.check(prices.0, market.scale.lots_per_unit)?;
        // BOUND: 32 times 2^31 x 2^44.
        gross = gross.wrapping_add(notional(leg.lots.0.unsigned_abs(), prices.1.0));
        before = Some(leg);
    }
    Ok(gross)
}
