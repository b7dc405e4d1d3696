//! What a volatility surface must satisfy to be posted, beyond being free of arbitrage at each strike.
//!
//! ```text
//! forward  F = S e^(r t)                                   |r| <= 30 % a year, moving by at most 1 % a minute
//! move     |v' - v| <= v x bound x minutes                 v the total volatility at each listed strike, at one and the same moment
//! band     s / 16 <= w(F) / t <= max(16 s, 1)              s the realised variance over a day, once there is an hour of it
//! ```
//! Source: the oracle design, Volatility surface; no-arbitrage is `pricing::Slice::check_listed` (Gatheral & Jacquier 2014). Ours: the
//! band in variances (a factor of four in volatility), never tighter than 100 % above, as a quiet day says little about the next.

use crate::mark::{ForwardError, forward_floor};
use abi::oracle::Surface;
use pricing::{Neighbours, PricingError, Row, SECONDS_MIN, SECONDS_PER_YEAR, Slice, Svi};
use units::{PriceE6, UnixSeconds};

/// How far the rate of a forward may move in a bucket, in 1e-9.
pub const RATE_STEP_E9: i64 = 10_000_000;
/// A surface is stale after so many buckets: then nothing is checked against it, and nobody may rely on it.
pub const STALE_BUCKETS: i64 = 20;
/// A post's time to expiry may be off by this much.
pub const REFERENCE_OFF_S: u64 = 60;
/// Bounds of a board's bound on moves, in basis points a bucket.
pub const MOVE_BPS_MAX: u16 = 10_000;
/// Realised variance counts from this many samples on.
pub const REALISED_SAMPLES: u32 = 60;
/// A factor of four in volatility.
const BAND: u64 = 16;
/// 100 % a year.
const BAND_FREE_E12: u64 = 1_000_000_000_000;
const BPS: u64 = 10_000;

/// One expiry's surface as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    pub svi: Svi,
    /// Seconds to expiry that the total variances are for.
    pub reference_s: u64,
    pub rate_e9: i64,
}

/// The fit that stands, and when it was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub fit: Fit,
    pub posted: UnixSeconds,
}

/// What a post is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    pub now: UnixSeconds,
    pub expiry: UnixSeconds,
    pub bucket_s: u32,
    pub spot: PriceE6,
    /// Listed strikes, ascending.
    pub strikes: &'a [PriceE6],
    pub previous: Option<Standing>,
    /// Neighbouring expiries, if they have surfaces.
    pub earlier: Option<Standing>,
    pub later: Option<Standing>,
    /// Basis points of total volatility a bucket.
    pub move_bps: u16,
    /// Realised variance a year in 1e-12, and samples in it.
    pub realised: (u64, u32),
}

/// Why a post is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceError {
    /// A parameter is out of its bounds, or there is arbitrage.
    Pricing(PricingError),
    Expired,
    /// The time to expiry that the post is for is not now's.
    ReferenceOff,
    /// A rate outside -30 %..=30 % a year, or one whose forward leaves the price bounds.
    RateOutOfRange,
    RateMovesTooFast,
    VolMovesTooFast,
    VolOutsideBand,
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
}

impl From<PricingError> for SurfaceError {
    fn from(error: PricingError) -> Self {
        Self::Pricing(error)
    }
}

impl From<ForwardError> for SurfaceError {
    fn from(error: ForwardError) -> Self {
        match error {
            ForwardError::TimeOutOfRange => Self::Pricing(PricingError::TimeOutOfRange),
            ForwardError::SpotOutOfRange => Self::SpotOutOfRange,
            ForwardError::RateOutOfRange | ForwardError::ForwardOutOfRange => Self::RateOutOfRange,
        }
    }
}

impl From<&Surface> for Standing {
    fn from(surface: &Surface) -> Self {
        let svi = Svi {
            a_e9: surface.a_e9.get(),
            b_e9: surface.b_e9.get(),
            rho_e9: surface.rho_e9.get(),
            m_e9: surface.m_e9.get(),
            sigma_e9: surface.sigma_e9.get(),
        };
        let fit = Fit { svi, reference_s: surface.reference_s.get(), rate_e9: surface.rate_e9.get() };
        Self { fit, posted: UnixSeconds(surface.posted_unix_s.get()) }
    }
}

impl Standing {
    /// Whether anybody may still rely on it.
    pub fn is_fresh(&self, now: UnixSeconds, bucket_s: u32) -> bool {
        now.0.saturating_sub(self.posted.0) <= STALE_BUCKETS.saturating_mul(bucket_s.into())
    }

    /// The slice at `seconds` to its expiry, if it is fresh; one that expires within a minute has none any more.
    fn fresh_slice(&self, setting: &Setting<'_>, seconds: u64) -> Result<Option<Slice>, PricingError> {
        if !self.is_fresh(setting.now, setting.bucket_s) || seconds < SECONDS_MIN {
            return Ok(None);
        }
        Slice::new(&self.fit.svi, self.fit.reference_s, seconds).map(Some)
    }
}

/// Checks a post. The neighbours' expiries are given with them: `earlier` and `later` seconds from this expiry.
///
/// Errors: in the order of the checks, `Expired`, `ReferenceOff`, `RateMovesTooFast`, `SpotOutOfRange`, `RateOutOfRange`, those of
/// `pricing`, `VolMovesTooFast`, `VolOutsideBand`.
pub fn check(fit: &Fit, setting: &Setting<'_>, gaps_s: (u64, u64)) -> Result<(), SurfaceError> {
    let seconds = u64::try_from(setting.expiry.0.saturating_sub(setting.now.0)).ok().filter(|seconds| *seconds > 0);
    let seconds = seconds.ok_or(SurfaceError::Expired)?;
    if fit.reference_s.abs_diff(seconds) > REFERENCE_OFF_S {
        return Err(SurfaceError::ReferenceOff);
    }
    let passed_s = |standing: &Standing| setting.now.0.saturating_sub(standing.posted.0).max(0);
    if let Some(previous) = &setting.previous {
        let step = i128::from(RATE_STEP_E9).saturating_mul(passed_s(previous).into());
        let moved = i128::from(fit.rate_e9).saturating_sub(previous.fit.rate_e9.into()).saturating_abs();
        if moved.saturating_mul(i128::from(setting.bucket_s)) > step {
            return Err(SurfaceError::RateMovesTooFast);
        }
    }
    let forward = forward_floor(setting.spot, fit.rate_e9, seconds.cast_signed())?;
    let slice = Slice::new(&fit.svi, fit.reference_s, seconds)?;
    let (before_s, after_s) = (seconds.saturating_sub(gaps_s.0), seconds.saturating_add(gaps_s.1));
    let earlier = setting.earlier.map_or(Ok(None), |standing| standing.fresh_slice(setting, before_s))?;
    let later = setting.later.map_or(Ok(None), |standing| standing.fresh_slice(setting, after_s))?;
    slice.check_listed(forward, setting.strikes, &Neighbours { earlier: earlier.as_ref(), later: later.as_ref() })?;
    if let Some(previous) = &setting.previous {
        let before = Slice::new(&previous.fit.svi, previous.fit.reference_s, seconds)?;
        check_moves(&before, &slice, forward, setting, passed_s(previous).unsigned_abs())?;
    }
    check_band(&slice, seconds, setting.realised)
}

fn check_moves(
    before: &Slice,
    after: &Slice,
    forward: PriceE6,
    setting: &Setting<'_>,
    passed_s: u64,
) -> Result<(), SurfaceError> {
    let reach = u64::from(setting.move_bps).saturating_mul(passed_s);
    for strike in setting.strikes {
        let k = Row::new(forward, *strike)?.moneyness_q38();
        let (was, is) = (before.total_vol(k).q38(), after.total_vol(k).q38());
        // BOUND: total volatilities below 2^42, times 10^4 and 60 below 2^62; the other side only saturates where it is larger.
        let moved = was.abs_diff(is).saturating_mul(BPS).saturating_mul(setting.bucket_s.into());
        if moved > was.saturating_mul(reach) {
            return Err(SurfaceError::VolMovesTooFast);
        }
    }
    Ok(())
}

/// The variance a year at the forward against the realised one.
fn check_band(slice: &Slice, seconds: u64, realised: (u64, u32)) -> Result<(), SurfaceError> {
    let (realised_e12, samples) = realised;
    if samples < REALISED_SAMPLES {
        return Ok(());
    }
    // BOUND: a variance below 2^63 in Q56, above 0 as the slice has been checked; 2^39 of it after the shift, times 2^25 and 2^40.
    let total = u128::try_from(slice.variance_q56(0).max(0) >> 16).unwrap_or(0);
    let annual = total.saturating_mul(SECONDS_PER_YEAR.into()).saturating_mul(1_000_000_000_000) >> 40;
    let annual_e12 = u64::try_from(annual.checked_div(seconds.into()).unwrap_or(u128::MAX)).unwrap_or(u64::MAX);
    let high = realised_e12.saturating_mul(BAND).max(BAND_FREE_E12);
    if annual_e12.saturating_mul(BAND) < realised_e12 || annual_e12 > high {
        return Err(SurfaceError::VolOutsideBand);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
