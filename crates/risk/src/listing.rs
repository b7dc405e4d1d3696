//! The listing rule: which expiries anybody may list, and on which strikes.
//!
//! Source: margin design, Instructions (`expiry_create`): daily, weekly and monthly at 08:00 UTC, at most 32 strikes on the tick around the
//! forward; ours: spot stands for the forward, and a build for local networks lists every ten seconds. Exact.

use units::{PriceE6, UnixSeconds};

/// Strikes of an expiry.
pub const STRIKES: usize = 32;
/// Latest expiry, from now.
pub const HORIZON_S: i64 = 2 * 365 * DAY_S;
/// For how long after its time an expiry stands, whoever has claims left: vaults read its price when their epochs turn.
pub const KEPT_S: i64 = 7 * DAY_S;

const DAY_S: i64 = 86_400;
/// Expiries fall on 08:00 UTC.
const DAILY_OFFSET_S: i64 = 8 * 3_600;
/// In a build for local networks, whose clock periods are divided, expiries fall on any ten seconds.
const SCALED_STEP_S: i64 = 10;

/// Why an expiry cannot be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingError {
    NotInFuture,
    BeyondHorizon,
    OffSchedule,
}

/// Why no strikes can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrikesError {
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
    TickZero,
    /// The first or the last strike lies outside 1e2..=1e13: the tick does not suit the price.
    StrikesOutOfRange,
}

/// Checks an expiry against the rule; `time_divisor` is 1 on a public network.
///
/// Errors: in the order of the checks, `NotInFuture`, `BeyondHorizon`, `OffSchedule`.
pub const fn expiry_check(expiry: UnixSeconds, now: UnixSeconds, time_divisor: u32) -> Result<(), ListingError> {
    if expiry.0 <= now.0 {
        return Err(ListingError::NotInFuture);
    }
    if expiry.0.saturating_sub(now.0) > HORIZON_S {
        return Err(ListingError::BeyondHorizon);
    }
    let (step, offset) = if time_divisor > 1 { (SCALED_STEP_S, 0) } else { (DAY_S, DAILY_OFFSET_S) };
    // BOUND: both are positive and at most a day.
    match expiry.0.checked_rem(step) {
        Some(rest) if rest == offset => Ok(()),
        _ => Err(ListingError::OffSchedule),
    }
}

/// 32 ascending strikes on the tick around `spot`: the 16th is the multiple nearest to spot, or the first is one tick when spot is low.
///
/// Errors: `SpotOutOfRange`, `TickZero`, `StrikesOutOfRange`.
pub fn strikes(spot: PriceE6, tick: PriceE6) -> Result<[PriceE6; STRIKES], StrikesError> {
    if !spot.in_bounds() {
        return Err(StrikesError::SpotOutOfRange);
    }
    if tick == PriceE6::ZERO {
        return Err(StrikesError::TickZero);
    }
    ladder(spot, tick).ok_or(StrikesError::StrikesOutOfRange)
}

/// `None` where a strike leaves the price bounds.
fn ladder(spot: PriceE6, tick: PriceE6) -> Option<[PriceE6; STRIKES]> {
    let half = tick.0.checked_div(2)?;
    let nearest = spot.0.checked_add(half)?.checked_div(tick.0)?;
    let first = nearest.saturating_sub(15).max(1);
    let mut strikes = [PriceE6::ZERO; STRIKES];
    let mut strike = first.checked_mul(tick.0)?;
    for slot in &mut strikes {
        *slot = PriceE6(strike);
        strike = strike.checked_add(tick.0)?;
    }
    let within = strikes.first()?.in_bounds() && strikes.last()?.in_bounds();
    within.then_some(strikes)
}

#[cfg(test)]
mod tests;
