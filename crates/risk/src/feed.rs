//! Which published prices a feed takes, and the one unit it keeps them in.
//!
//! ROUNDING: a price rounds down to the unit of `PriceE6`, its half width up.

use units::{BPS, PriceE6, UnixSeconds, mul_div_ceil, mul_div_floor};

/// Oldest refresh a reader may rely on, in seconds of cluster time.
pub const MAX_READ_AGE_S: i64 = 60;
/// A publisher's clock may run ahead of the cluster's by this much.
pub const MAX_AHEAD_S: i64 = 2;
/// Bounds of a feed's own limits: oldest publish time and widest half width that a feed may be created with.
pub const MAX_AGE_LIMIT_S: u32 = 60;
pub const MAX_CONFIDENCE_LIMIT_BPS: u16 = 200;
/// Exponents a source may publish with.
pub const EXPONENT_MIN: i32 = -12;
pub const EXPONENT_MAX: i32 = 0;

/// `severity` of a feed.
pub const SEVERITY_NORMAL: u8 = 0;
/// No price yet.
pub const SEVERITY_DOWN: u8 = 3;

/// Half width over published confidence, in hundredths: a Laplace scale of which 2.12 covers 88 % of the mass.
const HALF_WIDTH_PERCENT: u64 = 212;
const PERCENT: u64 = 100;
/// Decimal places of `PriceE6`.
const DECIMALS: i32 = 6;

/// What a source published: price and confidence are times 10^exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub price: i64,
    pub confidence: u64,
    pub exponent: i32,
    pub published: UnixSeconds,
}

/// What a feed accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Oldest publish time, in seconds before now.
    pub max_age_s: u32,
    /// Widest half width, in basis points of the price.
    pub max_confidence_bps: u16,
}

/// A price in the feed's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub price: PriceE6,
    /// Half width: the price is taken to lie within `price` +/- this.
    pub half_width: PriceE6,
}

/// Why a sample is not taken. The order of the checks is the order here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    PriceNotPositive,
    ExponentOutOfRange,
    PriceOutOfBounds,
    ConfidenceTooWide,
    PublishedInFuture,
    PublishedTooOld,
    /// Published before the sample that the feed holds.
    PublishedBackwards,
}

/// The bound that a feed's limits break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitsError {
    MaxAge,
    MaxConfidence,
}

impl Limits {
    /// Whether a feed may be created with these limits.
    pub const fn check(&self) -> Result<(), LimitsError> {
        if self.max_age_s == 0 || self.max_age_s > MAX_AGE_LIMIT_S {
            return Err(LimitsError::MaxAge);
        }
        if self.max_confidence_bps == 0 || self.max_confidence_bps > MAX_CONFIDENCE_LIMIT_BPS {
            return Err(LimitsError::MaxConfidence);
        }
        Ok(())
    }
}

/// Accepts or refuses a sample at `now`, given the publish time that the feed holds.
///
/// INVARIANT(O-1): a sample published before `held` is refused; one published at the same second is accepted, and the caller keeps
/// the price it holds.
pub fn accept(sample: &Sample, limits: Limits, held: UnixSeconds, now: UnixSeconds) -> Result<Quote, Refusal> {
    let quote = normalise(sample)?;
    let widest = mul_div_floor(quote.price.0, u64::from(limits.max_confidence_bps), BPS);
    if widest.is_none_or(|widest| quote.half_width.0 > widest) {
        return Err(Refusal::ConfidenceTooWide);
    }
    if sample.published.0 > now.0.saturating_add(MAX_AHEAD_S) {
        return Err(Refusal::PublishedInFuture);
    }
    if sample.published.0 < now.0.saturating_sub(i64::from(limits.max_age_s)) {
        return Err(Refusal::PublishedTooOld);
    }
    if sample.published < held {
        return Err(Refusal::PublishedBackwards);
    }
    Ok(quote)
}

/// A sample in the feed's unit, whatever its age.
pub fn normalise(sample: &Sample) -> Result<Quote, Refusal> {
    let price = u64::try_from(sample.price).map_err(|_| Refusal::PriceNotPositive)?;
    if price == 0 {
        return Err(Refusal::PriceNotPositive);
    }
    if sample.exponent < EXPONENT_MIN || sample.exponent > EXPONENT_MAX {
        return Err(Refusal::ExponentOutOfRange);
    }
    let (up, down) = scale(sample.exponent);
    let price = mul_div_floor(price, up, down).map(PriceE6).ok_or(Refusal::PriceOutOfBounds)?;
    if !price.in_bounds() {
        return Err(Refusal::PriceOutOfBounds);
    }
    // BOUND: `up` and `down` are powers of ten of at most 6 places, so both products stay below 212 x 10^6.
    let half_width =
        mul_div_ceil(sample.confidence, up.saturating_mul(HALF_WIDTH_PERCENT), down.saturating_mul(PERCENT))
            .map(PriceE6)
            .ok_or(Refusal::ConfidenceTooWide)?;
    Ok(Quote { price, half_width })
}

/// Whether a reader may rely on a feed's stored price at `now`.
pub const fn is_fresh(severity: u8, refreshed: UnixSeconds, now: UnixSeconds) -> bool {
    severity == SEVERITY_NORMAL && refreshed.0 <= now.0 && now.0.saturating_sub(refreshed.0) <= MAX_READ_AGE_S
}

/// 10^(6 + exponent) as a fraction of two powers of ten.
fn scale(exponent: i32) -> (u64, u64) {
    let places = DECIMALS.saturating_add(exponent);
    let power = 10_u64.saturating_pow(places.unsigned_abs());
    if places >= 0 { (power, 1) } else { (1, power) }
}

#[cfg(test)]
mod tests;
