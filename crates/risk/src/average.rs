//! The settlement average while it is being formed: one part fixed by past buckets, the rest still moving with the price.
//!
//! ```text
//! fixed part    = floor(mean x fixed_s / (fixed_s + remaining_s))
//! variable part = floor(forward x remaining_s / (fixed_s + remaining_s))
//! forward of the payoff = fixed part + variable part; a move of the market moves the variable part only
//! ```
//! Source: margin design, Settlement; the decomposition of the forward is the one of Derive's portfolio margin. Ours: buckets that did
//! not count have no weight, as in the settlement itself. Error: each part is below the exact one by less than one unit of `PriceE6`;
//! this is how the parts are defined, so no figure built on them carries the error.

use crate::settlement::{Bucket, MIN_BUCKETS, Unsettled, WINDOW_BUCKETS, Window, number_floor};
use core::fmt;
use units::{PriceE6, UnixSeconds, mul_div_floor};

/// What is known of a settlement average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunningAverage {
    /// Mean of the buckets that count so far; without meaning while `fixed_s` is 0.
    pub mean: PriceE6,
    /// Seconds of the average that are fixed. At most 2 years.
    pub fixed_s: u32,
    /// Seconds of the average that are still to come. At most 2 years.
    pub remaining_s: u32,
}

/// Why a running average cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AverageError {
    /// Neither part has any weight.
    Empty,
    /// A part is longer than two years.
    TooLong,
    /// The mean lies outside the price bounds although part of the average is fixed.
    MeanOutOfRange,
    /// A price or a sum lies outside the bounds.
    PriceOutOfRange,
}

impl fmt::Display for AverageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "neither part of the average has any seconds",
            Self::TooLong => "a part of the average is longer than two years",
            Self::MeanOutOfRange => "mean outside 0.0001..=10000000 although part of the average is fixed",
            Self::PriceOutOfRange => "price outside 0.0001..=10000000, or a move outside -100 %..=1000 %",
        })
    }
}

/// Longest part of an average: two years.
const PART_MAX_S: u32 = 2 * 365 * 86_400;
/// One, in e9.
const ONE_E9: i64 = 1_000_000_000;

/// A payoff's forward in its two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub fixed: PriceE6,
    pub variable: PriceE6,
}

impl Parts {
    /// The forward that the payoff is priced on.
    pub const fn forward(self) -> PriceE6 {
        PriceE6(self.fixed.0.saturating_add(self.variable.0))
    }
}

/// Where the average may end, adverse on either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Rounded down.
    pub low: PriceE6,
    /// Rounded up.
    pub high: PriceE6,
}

impl RunningAverage {
    /// Nothing is fixed yet: before the window begins.
    pub const NOT_BEGUN: Self = Self { mean: PriceE6::ZERO, fixed_s: 0, remaining_s: 1 };

    /// Errors: `Empty`, `TooLong`, `MeanOutOfRange`.
    pub const fn check(&self) -> Result<(), AverageError> {
        if self.fixed_s == 0 && self.remaining_s == 0 {
            return Err(AverageError::Empty);
        }
        if self.fixed_s > PART_MAX_S || self.remaining_s > PART_MAX_S {
            return Err(AverageError::TooLong);
        }
        if self.fixed_s > 0 && !self.mean.in_bounds() {
            return Err(AverageError::MeanOutOfRange);
        }
        Ok(())
    }

    /// The two parts of the payoff's forward. Errors: those of [`Self::check`], and `PriceOutOfRange` for `forward`.
    pub fn parts(&self, forward: PriceE6) -> Result<Parts, AverageError> {
        self.check()?;
        if !forward.in_bounds() {
            return Err(AverageError::PriceOutOfRange);
        }
        if self.fixed_s == 0 {
            return Ok(Parts { fixed: PriceE6::ZERO, variable: forward });
        }
        let share = |price: PriceE6, seconds: u32| {
            mul_div_floor(price.0, u64::from(seconds), self.total_s()).ok_or(AverageError::PriceOutOfRange)
        };
        Ok(Parts {
            fixed: PriceE6(share(self.mean, self.fixed_s)?),
            variable: PriceE6(share(forward, self.remaining_s)?),
        })
    }

    /// The range of averages when the rest is formed within `half_width` of `spot` moved by `move_e9`, widened to hold the running mean.
    ///
    /// ROUNDING: outward. Domain: `spot` within the price bounds, `half_width` at most `spot`, `move_e9` in -1e9..=10e9.
    /// Errors: those of [`Self::check`], and `PriceOutOfRange`.
    pub fn range(&self, spot: PriceE6, half_width: PriceE6, move_e9: i64) -> Result<Range, AverageError> {
        self.check()?;
        let in_domain =
            spot.in_bounds() && half_width <= spot && (-ONE_E9..=ONE_E9.saturating_mul(10)).contains(&move_e9);
        if !in_domain {
            return Err(AverageError::PriceOutOfRange);
        }
        self.range_inner(spot, half_width, move_e9).ok_or(AverageError::PriceOutOfRange)
    }

    fn range_inner(&self, spot: PriceE6, half_width: PriceE6, move_e9: i64) -> Option<Range> {
        // BOUND: prices < 2^44, moves < 2^34 and seconds < 2^27, so every product is below 2^106.
        let one = u128::from(ONE_E9.unsigned_abs());
        let factor = u128::try_from(ONE_E9.checked_add(move_e9)?).ok()?;
        let moved = u128::from(spot.0).checked_mul(factor)?;
        let width = u128::from(half_width.0).checked_mul(one)?;
        let fixed = u128::from(self.mean.0).checked_mul(u128::from(self.fixed_s))?.checked_mul(one)?;
        let whole = u128::from(self.total_s()).checked_mul(one)?;
        let projected = |price: u128| fixed.checked_add(price.checked_mul(u128::from(self.remaining_s))?);
        let low = projected(moved.saturating_sub(width))?.checked_div(whole)?;
        let high = projected(moved.checked_add(width)?)?.div_ceil(whole);
        let (low, high) = (u64::try_from(low).ok()?, u64::try_from(high).ok()?);
        Some(if self.fixed_s == 0 {
            Range { low: PriceE6(low), high: PriceE6(high) }
        } else {
            Range { low: PriceE6(low.min(self.mean.0)), high: PriceE6(high.max(self.mean.0)) }
        })
    }

    /// Seconds of both parts; not zero once checked.
    const fn total_s(&self) -> u64 {
        // BOUND: two 32-bit values.
        (self.fixed_s as u64).saturating_add(self.remaining_s as u64)
    }
}

/// The running average of `expiry` at `now`; `place` reads a place of the feed's ring.
///
/// Finished buckets of the window that count are fixed; those that cannot count any more have no weight. When fewer than the 24 that a
/// window needs can still count, a later window will decide, and nothing is fixed.
pub fn running(
    expiry: UnixSeconds,
    now: UnixSeconds,
    bucket_s: u32,
    place: impl Fn(u32) -> Bucket,
) -> Result<RunningAverage, Unsettled> {
    let end = number_floor(expiry, bucket_s)?;
    let current = number_floor(now, bucket_s)?.clamp(end.saturating_sub(WINDOW_BUCKETS), end);
    let window = Window { bucket_s, place: &place };
    let (mut sum, mut used) = (0_u64, 0_u32);
    for mean in (end.saturating_sub(WINDOW_BUCKETS)..current).filter_map(|number| window.mean_of(number)) {
        // BOUND: 30 prices below 2^44.
        sum = sum.saturating_add(mean);
        used = used.saturating_add(1);
    }
    let remaining = end.saturating_sub(current);
    let Some(mean) = sum.checked_div(u64::from(used)) else { return Ok(RunningAverage::NOT_BEGUN) };
    if used.saturating_add(remaining) < u32::from(MIN_BUCKETS) {
        return Ok(RunningAverage::NOT_BEGUN);
    }
    let seconds = |buckets: u32| buckets.checked_mul(bucket_s).ok_or(Unsettled::TimeOutOfRange);
    Ok(RunningAverage { mean: PriceE6(mean), fixed_s: seconds(used)?, remaining_s: seconds(remaining)? })
}

#[cfg(test)]
mod tests;
