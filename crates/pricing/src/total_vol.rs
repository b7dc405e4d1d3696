//! Total volatility: sigma sqrt(T), the only way in which volatility and time enter a price.

use crate::elementary::{Root, root};
use crate::error::PricingError;
use crate::fixed::Q;
use crate::terms::{SECONDS_MAX, SECONDS_MIN};
use units::VolE9;

/// sqrt(T) of one expiry, ready to be multiplied by volatilities.
#[derive(Clone, Copy, Debug)]
pub struct RootTime {
    /// sqrt(T) in Q38.
    pub(crate) root_q38: u64,
    /// sqrt(T) x 1e-9 x 2^(74 + shift), split below the 16th bit.
    high: u64,
    low: u64,
    shift: u32,
}

impl RootTime {
    /// Relative error below 2^-37 (from 1 / year as a 38-bit constant). Error: `TimeOutOfRange`.
    pub fn new(seconds: u64) -> Result<Self, PricingError> {
        if !(SECONDS_MIN..=SECONDS_MAX).contains(&seconds) {
            return Err(PricingError::TimeOutOfRange);
        }
        Ok(Self::of(seconds))
    }

    /// As [`Self::new`], of seconds already checked.
    #[inline(always)]
    pub(crate) fn of(seconds: u64) -> Self {
        /// 2^62 / 31,536,000.
        const YEARS_Q62: u64 = 146_235_604_338;
        const BILLION: u64 = 1_000_000_000;
        // BOUND: two years in Q62 are 2^63.
        let Root { mantissa, shift } = root(seconds.wrapping_mul(YEARS_Q62));
        // mantissa x 2^29 / 1e9 in two steps of a long division. BOUND: mantissa <= 2^46, the remainder is below 2^30.
        let head = mantissa << 17;
        let quotient = head.checked_div(BILLION).unwrap_or(0);
        let rest = head.wrapping_sub(quotient.wrapping_mul(BILLION));
        let tail = (rest << 12).checked_div(BILLION).unwrap_or(0);
        let scaled = (quotient << 12).wrapping_add(tail);
        Self { root_q38: mantissa >> (7u32.wrapping_add(shift) & 63), high: scaled >> 16, low: scaled & 0xffff, shift }
    }

    /// sigma sqrt(T). Error: `VolOutOfRange`.
    pub fn total(&self, vol: VolE9) -> Result<TotalVol, PricingError> {
        if vol.in_bounds() { Ok(self.total_of(vol)) } else { Err(PricingError::VolOutOfRange) }
    }

    /// As [`Self::total`], of a volatility already checked: Q38, rounded down. Never falls when volatility or time rises.
    ///
    /// MONOTONE: in `vol` each line is non-decreasing; in time, one second moves sqrt(T) by at least 2^-28 of itself and the error of the
    /// root is below 2^-37.
    #[inline(always)]
    pub(crate) fn total_of(&self, vol: VolE9) -> TotalVol {
        // BOUND: vol <= 5e9 < 2^33 by validation, high < 2^30, so the product is below 2^63; low x vol < 2^49.
        let sum = vol.0.wrapping_mul(self.high).wrapping_add(vol.0.wrapping_mul(self.low) >> 16);
        TotalVol(sum >> (20u32.wrapping_add(self.shift) & 63))
    }
}

/// sigma sqrt(T) in Q38.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotalVol(pub(crate) u64);

/// Largest total volatility that the kernels take: 16. The largest unshocked one, 500 % over two years, is 7.1.
pub(crate) const TOTAL_VOL_MAX: u64 = 16 << Q;
/// Least: 2^-18; the least unshocked one, 5 % over a minute, is 18 times that.
pub(crate) const TOTAL_VOL_MIN: u64 = 1 << 20;

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

    /// Brought within what the kernels take.
    #[inline(always)]
    pub(crate) const fn clamped(self) -> Self {
        if self.0 < TOTAL_VOL_MIN {
            Self(TOTAL_VOL_MIN)
        } else if self.0 > TOTAL_VOL_MAX {
            Self(TOTAL_VOL_MAX)
        } else {
            self
        }
    }
}
