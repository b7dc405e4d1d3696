//! Portfolio margin's inputs from accounts as the programs store them: the program and its readers take the same.

use super::{Expiry, INTRINSIC_BELOW_S, MarginParams};
use crate::average::{RunningAverage, running};
use crate::mark::{ForwardError, forward_floor};
use crate::scenario::{ScenarioParams, Tail, VolParams, stale_minutes};
use crate::settlement::{Bucket, Unsettled};
use abi::margin::PortfolioParams;
use abi::oracle::{Feed, Surface};
use core::fmt;
use pricing::{SECONDS_MIN, Svi};
use units::{PriceE6, UnixSeconds, VolE9};

/// A feed at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub feed: &'a Feed,
    /// What the feed's price is taken to be.
    pub spot: PriceE6,
    pub now: UnixSeconds,
    /// The market's: clock periods are divided by this.
    pub time_divisor: u32,
}

/// Why an expiry cannot be valued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredError {
    /// It is valued by its surface, and there is none.
    SurfaceMissing,
    Forward(ForwardError),
    Average(Unsettled),
}

impl fmt::Display for StoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SurfaceMissing => f.write_str("there is no surface"),
            Self::Forward(error) => write!(f, "forward: {error}"),
            Self::Average(_) => f.write_str("the settlement's times lie outside the feed's buckets"),
        }
    }
}

impl core::error::Error for StoredError {}

impl Moment<'_> {
    /// Whether an expiry is valued by its surface: not in the last minute, and not until it has settled.
    pub const fn reads_surface(&self, expiry: UnixSeconds) -> bool {
        expiry.0.saturating_sub(self.now.0) >= INTRINSIC_BELOW_S
    }

    /// An expiry, and the minutes that its surface is stale. `settled`: its price, once that is fixed.
    ///
    /// Errors: every [`StoredError`].
    #[inline(never)]
    pub fn expiry(
        &self,
        time: UnixSeconds,
        settled: Option<PriceE6>,
        surface: Option<&Surface>,
    ) -> Result<(Expiry, u64), StoredError> {
        let seconds = time.0.saturating_sub(self.now.0);
        let average = self.average(time, settled)?;
        let intrinsic = Expiry { forward: self.spot, seconds, svi: NO_SURFACE, reference_s: SECONDS_MIN, average };
        if !self.reads_surface(time) {
            return Ok((intrinsic, 0));
        }
        let surface = surface.ok_or(StoredError::SurfaceMissing)?;
        let age_s = self.now.0.saturating_sub(surface.posted_unix_s.get());
        let age_s = u64::try_from(age_s).unwrap_or(0).saturating_mul(u64::from(self.time_divisor));
        let forward = forward_floor(self.spot, surface.rate_e9.get(), seconds).map_err(StoredError::Forward)?;
        let svi = Svi {
            a_e9: surface.a_e9.get(),
            b_e9: surface.b_e9.get(),
            rho_e9: surface.rho_e9.get(),
            m_e9: surface.m_e9.get(),
            sigma_e9: surface.sigma_e9.get(),
        };
        Ok((Expiry { forward, svi, reference_s: surface.reference_s.get(), ..intrinsic }, stale_minutes(age_s)))
    }

    /// The feed's stable price; one that has not sampled yet has none, and its price stands in.
    pub fn stable(&self) -> PriceE6 {
        let stable = PriceE6(self.feed.stable_e6.get());
        if stable.in_bounds() { stable } else { self.spot }
    }

    /// What is known of the settlement: the price once it is fixed, the buckets of the last 30 minutes before.
    fn average(&self, time: UnixSeconds, settled: Option<PriceE6>) -> Result<RunningAverage, StoredError> {
        if let Some(mean) = settled {
            return Ok(RunningAverage { mean, fixed_s: 1, remaining_s: 0 });
        }
        let place = |place: u32| {
            let bucket = usize::try_from(place).ok().and_then(|place| self.feed.buckets.get(place));
            bucket.map_or(Bucket::default(), |bucket| Bucket {
                number: bucket.number.get(),
                weight_s: bucket.weight_s.get(),
                weighted_price_e6_s: bucket.weighted_price_e6_s.get(),
            })
        };
        running(time, self.now, self.feed.bucket_s.get(), place).map_err(StoredError::Average)
    }
}

/// Stands where no surface is looked at.
const NO_SURFACE: Svi = Svi { a_e9: 0, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 0 };

impl From<&PortfolioParams> for MarginParams {
    fn from(stored: &PortfolioParams) -> Self {
        let mut tail = [Tail { move_e9: 0, weight_e9: 0 }; 8];
        let entries = stored.tail_moves_e9.iter().zip(&stored.tail_weights_e9);
        for (tail, (move_e9, weight_e9)) in tail.iter_mut().zip(entries) {
            *tail = Tail { move_e9: move_e9.get(), weight_e9: weight_e9.get() };
        }
        let vol = VolParams {
            up_e9: stored.vol_up_e9.get(),
            down_e9: stored.vol_down_e9.get(),
            power_short_e9: stored.power_short_e9.get(),
            power_long_e9: stored.power_long_e9.get(),
            up_floor: VolE9(stored.up_floor_e9.get()),
            down_floor: VolE9(stored.down_floor_e9.get()),
            tilt_e9: stored.tilt_e9.get(),
            tilt_max_e9: stored.tilt_max_e9.get(),
            stale_e9: stored.stale_e9.get(),
        };
        Self {
            scenarios: ScenarioParams {
                multiplier_e9: stored.multiplier_e9.get(),
                step_e9: stored.step_e9.get(),
                wide_e9: stored.wide_e9.get(),
                tail,
                vol,
            },
            mm_loss_e9: stored.mm_loss_e9.get(),
            net_short_im_e9: stored.net_short_im_e9.get(),
            net_short_mm_e9: stored.net_short_mm_e9.get(),
            basis_add_e9: stored.basis_add_e9.get(),
            basis_per_year_e9: stored.basis_per_year_e9.get(),
            concentration_share_e9: stored.concentration_share_e9.get(),
            concentration_e9: stored.concentration_e9.get(),
        }
    }
}

impl From<&MarginParams> for PortfolioParams {
    fn from(params: &MarginParams) -> Self {
        let scenarios = &params.scenarios;
        let vol = &scenarios.vol;
        Self {
            multiplier_e9: scenarios.multiplier_e9.into(),
            step_e9: scenarios.step_e9.into(),
            wide_e9: scenarios.wide_e9.into(),
            tail_moves_e9: scenarios.tail.map(|tail| tail.move_e9.into()),
            tail_weights_e9: scenarios.tail.map(|tail| tail.weight_e9.into()),
            vol_up_e9: vol.up_e9.into(),
            vol_down_e9: vol.down_e9.into(),
            power_short_e9: vol.power_short_e9.into(),
            power_long_e9: vol.power_long_e9.into(),
            up_floor_e9: vol.up_floor.0.into(),
            down_floor_e9: vol.down_floor.0.into(),
            tilt_e9: vol.tilt_e9.into(),
            tilt_max_e9: vol.tilt_max_e9.into(),
            stale_e9: vol.stale_e9.into(),
            mm_loss_e9: params.mm_loss_e9.into(),
            net_short_im_e9: params.net_short_im_e9.into(),
            net_short_mm_e9: params.net_short_mm_e9.into(),
            basis_add_e9: params.basis_add_e9.into(),
            basis_per_year_e9: params.basis_per_year_e9.into(),
            concentration_share_e9: params.concentration_share_e9.into(),
            concentration_e9: params.concentration_e9.into(),
        }
    }
}
