//! Forwards, and the model's price of one series.

use crate::portfolio::Expiry;
use crate::payoff::Kind;
use pricing::{ONE_Q38, RootTime, SECONDS_PER_YEAR, Slice, Terms, exp_q38, ln_q38};
use units::{PriceE6, VolE9, mul_div_floor};

/// Bounds of a forward's rate a year, 1e9 = 100 %.
pub const RATE_MAX_E9: u64 = 300_000_000;
const BILLION: u64 = 1_000_000_000;

/// F = S e^(r tau), rounded down; S where the expiry has passed.
///
/// Source: margin design, Quantities. Domain: S within the price bounds, |r| at most [`RATE_MAX_E9`] (brought within it). Error: 1e-10 of the
/// forward and one unit. `None` where the forward leaves the price bounds.
pub fn forward_floor(spot: PriceE6, rate_e9: i64, seconds: i64) -> Option<PriceE6> {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    let rate = rate_e9.unsigned_abs().min(RATE_MAX_E9);
    // BOUND: 3e8 x 2^26 < 2^55, and rate x time below 0.6: below 2^38 in Q38.
    let exponent_e9 = mul_div_floor(rate, seconds, SECONDS_PER_YEAR)?;
    let size = i64::try_from(mul_div_floor(exponent_e9, ONE_Q38, BILLION)?).ok()?;
    let exponent = if rate_e9 < 0 { size.checked_neg()? } else { size };
    let forward = PriceE6(mul_div_floor(spot.0, exp_q38(exponent), ONE_Q38)?);
    forward.in_bounds().then_some(forward)
}

/// The volatility that the surface gives a strike now, within 5 %..500 %. `None` in the last minute, and where the surface, or the strike
/// against the forward, is out of bounds.
pub fn vol_floor(expiry: &Expiry, strike: PriceE6) -> Option<VolE9> {
    let seconds = u64::try_from(expiry.seconds).ok()?;
    let slice = Slice::new(&expiry.svi, expiry.reference_s, seconds).ok()?;
    let ratio = mul_div_floor(strike.0, ONE_Q38, expiry.forward.0)?;
    // BOUND: beyond these |k| is above 8.3 and a row is refused, too.
    if !(ONE_Q38 >> 12..=ONE_Q38 << 12).contains(&ratio) {
        return None;
    }
    // 100 % over the time is the root of the time.
    let root = RootTime::new(seconds).ok()?.total(VolE9(BILLION)).ok()?;
    let vol = mul_div_floor(slice.total_vol(ln_q38(ratio)).q38(), BILLION, root.q38())?;
    Some(VolE9(vol.clamp(VolE9::MIN.0, VolE9::MAX.0)))
}

/// What a series is priced from. `None` as [`vol_floor`].
pub fn terms(expiry: &Expiry, strike: PriceE6) -> Option<Terms> {
    let vol = vol_floor(expiry, strike)?;
    Some(Terms { forward: expiry.forward, strike, vol, seconds: u64::try_from(expiry.seconds).ok()? })
}

/// The model's price of one unit, rounded down. `None` as [`vol_floor`].
pub fn price_floor(expiry: &Expiry, strike: PriceE6, kind: Kind) -> Option<PriceE6> {
    let price = pricing::price(&terms(expiry, strike)?).ok()?;
    Some(match kind {
        Kind::Call => price.call.price_floor(),
        Kind::Put => price.put.price_floor(),
    })
}

#[cfg(test)]
mod tests;
