//! Total volatility: sigma sqrt(T), the only way in which volatility and time enter a price.

use crate::elementary::{Root, root};
use crate::error::PricingError;
use crate::fixed::Q;
use crate::terms::{SECONDS_MAX, SECONDS_MIN};
use units::VolE9;

/// sqrt(T) of one expiry, ready to be multiplied by volatilities.
#[derive(Clone, Copy, Debug)]
pub struct RootTime {
    /// sqrt(T) x 1e-9 x 2^(68 + shift), 39 bits, split below the 8th.
    high: u64,
    low: u64,
    shift: u32,
}

impl RootTime {
    /// Relative error below 3e-11. Error: `TimeOutOfRange`.
    pub fn new(seconds: u64) -> Result<Self, PricingError> {
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) {
            return Err(PricingError::TimeOutOfRange);
        }
        Ok(Self::of(seconds))
    }

    /// As [`Self::new`], of seconds already checked.
    #[inline(always)]
    pub(crate) fn of(seconds: u64) -> Self {
        /// 2^122 / (31,536,000 x 1e18): the root comes out in the unit of a volatility in 1e-9.
        const YEARS_E18_Q122: u64 = 168_598_172_981;
        // BOUND: 60 s..2 years are 2^5.9..2^25.9 seconds, the product is in 2^43..2^63.3.
        let Root { mantissa, shift } = root(seconds.wrapping_mul(YEARS_E18_Q122));
        Self { high: mantissa >> 8, low: mantissa & 0xff, shift }
    }

    /// sqrt(T) in Q38. Relative error below 2e-11.
    #[inline(always)]
    pub(crate) const fn root_q38(&self) -> u64 {
        // mantissa x 1e9 / 2^(30 + shift). BOUND: high < 2^31, so the product is below 2^61.
        let product = self.high.wrapping_mul(1_000_000_000).wrapping_add(self.low.wrapping_mul(1_000_000_000) >> 8);
        product >> (22u32.wrapping_add(self.shift) & 63)
    }

    /// The 39 bits and the shift.
    #[cfg(test)]
    pub(crate) const fn parts(&self) -> (u64, u32) {
        (self.high << 8 | self.low, self.shift)
    }

    /// sigma sqrt(T). Error: `VolOutOfRange`.
    pub fn total(&self, vol: VolE9) -> Result<TotalVol, PricingError> {
        if vol.in_bounds() { Ok(self.total_of(vol)) } else { Err(PricingError::VolOutOfRange) }
    }

    /// As [`Self::total`], of a volatility already checked: Q38, rounded down. Never falls when volatility or time rises.
    ///
    /// MONOTONE: in `vol` each line is non-decreasing; in time, one second moves sqrt(T) by at least 2^-27 of itself and the error of the
    /// root is below 2^-35.
    #[inline(always)]
    pub(crate) fn total_of(&self, vol: VolE9) -> TotalVol {
        // BOUND: vol <= 5e9 < 2^32.3 by validation, high < 2^31, so the product is below 2^63.3; low x vol < 2^41.
        let sum = vol.0.wrapping_mul(self.high).wrapping_add(vol.0.wrapping_mul(self.low) >> 8);
        TotalVol(sum >> (22u32.wrapping_add(self.shift) & 63))
    }
}

/// sigma sqrt(T) in Q38: at least 2^24, that of 5 % over a minute; a shock leaves a sixteenth of it or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalVol(pub(crate) u64);

/// Largest total volatility that the kernels take: 16. The largest unshocked one, 500 % over two years, is 7.1.
pub(crate) const TOTAL_VOL_MAX: u64 = 16 << Q;

impl TotalVol {
    /// In Q38.
    pub const fn q38(self) -> u64 {
        self.0
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_wrap, reason = "BOUND: a total volatility is at most 2^42")]
    pub(crate) const fn signed(self) -> i64 {
        self.0 as i64
    }
}
