//! Forwards, and the model's price of one series.

use crate::payoff::Kind;
use crate::portfolio::Expiry;
use core::fmt;
use pricing::{ONE_Q38, PricingError, RootTime, SECONDS_MAX, SECONDS_PER_YEAR, Slice, Terms, exp_q38, ln_q38};
use units::{PriceE6, VolE9, mul_div_floor};

/// Bound of a forward's rate a year, 1e9 = 100 %.
pub const RATE_MAX_E9: i64 = 300_000_000;
const BILLION: u64 = 1_000_000_000;

/// Why there is no forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardError {
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
    /// A rate outside -30 %..=30 % a year.
    RateOutOfRange,
    /// An expiry more than two years away.
    TimeOutOfRange,
    /// The forward itself lies outside 1e2..=1e13.
    ForwardOutOfRange,
}

impl fmt::Display for ForwardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SpotOutOfRange => "spot outside 0.0001..=10000000",
            Self::RateOutOfRange => "rate outside -30 %..=30 % a year",
            Self::TimeOutOfRange => "expiry more than two years away",
            Self::ForwardOutOfRange => "forward outside 0.0001..=10000000",
        })
    }
}

impl core::error::Error for ForwardError {}

/// F = S e^(r tau), rounded down; S where the expiry has passed.
///
/// Source: margin design, Quantities. Domain: S within the price bounds, |r| at most [`RATE_MAX_E9`], tau at most two years. Error: 1e-10 of
/// the forward and one unit. Errors: `SpotOutOfRange`, `RateOutOfRange`, `TimeOutOfRange`, `ForwardOutOfRange`.
pub fn forward_floor(spot: PriceE6, rate_e9: i64, seconds: i64) -> Result<PriceE6, ForwardError> {
    if !spot.in_bounds() {
        return Err(ForwardError::SpotOutOfRange);
    }
    if !(-RATE_MAX_E9..=RATE_MAX_E9).contains(&rate_e9) {
        return Err(ForwardError::RateOutOfRange);
    }
    let seconds = u64::try_from(seconds).unwrap_or(0);
    if seconds > SECONDS_MAX {
        return Err(ForwardError::TimeOutOfRange);
    }
    // BOUND: 3e8 x 2^26 < 2^55, and rate x time at most 0.6: below 2^38 in Q38.
    let turned = rate_e9.unsigned_abs().saturating_mul(seconds);
    let size = mul_div_floor(turned, ONE_Q38, SECONDS_PER_YEAR.saturating_mul(BILLION)).map_or(0, u64::cast_signed);
    let exponent = if rate_e9 < 0 { size.wrapping_neg() } else { size };
    let forward = mul_div_floor(spot.0, exp_q38(exponent), ONE_Q38).map(PriceE6);
    forward.filter(|forward| forward.in_bounds()).ok_or(ForwardError::ForwardOutOfRange)
}

/// The volatility that the surface gives a strike now, within 5 %..500 %.
///
/// Errors: those of `pricing::Slice::new`, `TimeOutOfRange` in the last minute, `ForwardOutOfRange`, `StrikeOutOfRange`,
/// `MoneynessOutOfRange`.
pub fn vol_floor(expiry: &Expiry, strike: PriceE6) -> Result<VolE9, PricingError> {
    let seconds = seconds(expiry)?;
    let slice = Slice::new(&expiry.svi, expiry.reference_s, seconds)?;
    if !expiry.forward.in_bounds() {
        return Err(PricingError::ForwardOutOfRange);
    }
    if !strike.in_bounds() {
        return Err(PricingError::StrikeOutOfRange);
    }
    // BOUND: prices in bounds are below 2^44, so the ratio is below 2^38 x 2^37: beyond 64 bits it is beyond the range, too.
    let ratio = mul_div_floor(strike.0, ONE_Q38, expiry.forward.0).ok_or(PricingError::MoneynessOutOfRange)?;
    // BOUND: beyond these |k| is above 8.3 and a row is refused, too.
    if !(ONE_Q38 >> 12..=ONE_Q38 << 12).contains(&ratio) {
        return Err(PricingError::MoneynessOutOfRange);
    }
    // 100 % over the time is the root of the time.
    let root = RootTime::new(seconds)?.total(VolE9(BILLION))?;
    let vol = mul_div_floor(slice.total_vol(ln_q38(ratio)).q38(), BILLION, root.q38());
    Ok(VolE9(vol.ok_or(PricingError::VolOutOfRange)?.clamp(VolE9::MIN.0, VolE9::MAX.0)))
}

/// What a series is priced from. Errors: those of [`vol_floor`].
pub fn terms(expiry: &Expiry, strike: PriceE6) -> Result<Terms, PricingError> {
    let vol = vol_floor(expiry, strike)?;
    Ok(Terms { forward: expiry.forward, strike, vol, seconds: seconds(expiry)? })
}

/// The model's price of one unit, rounded down. Errors: those of [`vol_floor`].
pub fn price_floor(expiry: &Expiry, strike: PriceE6, kind: Kind) -> Result<PriceE6, PricingError> {
    let price = pricing::price(&terms(expiry, strike)?)?;
    Ok(match kind {
        Kind::Call => price.call.price_floor(),
        Kind::Put => price.put.price_floor(),
    })
}

fn seconds(expiry: &Expiry) -> Result<u64, PricingError> {
    u64::try_from(expiry.seconds).map_err(|_| PricingError::TimeOutOfRange)
}

#[cfg(test)]
mod tests;
