//! What level 1 leaves of new risk: a size for one fill, and a rate for all of them.

use crate::scaled;
use units::mul_div_ceil;

/// The rate is counted over this long.
pub const THROTTLE_S: i64 = 3600;
/// Largest fill, and most new lots in [`THROTTLE_S`], as parts of the market's cap on open interest.
pub const FILL_BPS: u64 = 100;
pub const OPENED_BPS: u64 = 500;

/// New lots taken since the throttle's hour began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Throttle {
    pub since_unix_s: i64,
    pub opened_lots: u64,
}

/// Why a throttled market takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleError {
    /// One fill takes a hundredth of the cap at most.
    FillTooLarge,
    /// The hour's new lots would pass a twentieth of the cap.
    RateExceeded,
}

impl Throttle {
    /// Takes `lots` of new risk under a cap of `cap_lots` on open interest.
    pub fn take(self, lots: u64, cap_lots: u64, now_unix_s: i64, time_divisor: u32) -> Result<Self, ThrottleError> {
        if lots > part(cap_lots, FILL_BPS) {
            return Err(ThrottleError::FillTooLarge);
        }
        let passed = now_unix_s.saturating_sub(self.since_unix_s);
        let running = if passed < scaled(THROTTLE_S, time_divisor) {
            self
        } else {
            Self { since_unix_s: now_unix_s, opened_lots: 0 }
        };
        let opened_lots = running.opened_lots.checked_add(lots).ok_or(ThrottleError::RateExceeded)?;
        if opened_lots > part(cap_lots, OPENED_BPS) {
            return Err(ThrottleError::RateExceeded);
        }
        Ok(Self { opened_lots, ..running })
    }
}

/// Never below one lot, so that a small cap throttles and does not close.
fn part(cap_lots: u64, bps: u64) -> u64 {
    // BOUND: bps is below 10,000, so the quotient fits.
    mul_div_ceil(cap_lots, bps, 10_000).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;
    const IDLE: Throttle = Throttle { since_unix_s: 0, opened_lots: 0 };

    #[test]
    fn fill_takes_a_hundredth_of_the_cap_at_most() {
        assert!(IDLE.take(10, 1_000, NOW, 1).is_ok());
        assert_eq!(IDLE.take(11, 1_000, NOW, 1), Err(ThrottleError::FillTooLarge));
        assert!(IDLE.take(1, 0, NOW, 1).is_ok());
    }

    #[test]
    fn hour_takes_a_twentieth_of_the_cap_and_then_starts_over() {
        let mut throttle = IDLE;
        for fill in 0..5 {
            throttle = throttle.take(10, 1_000, NOW + fill, 1).unwrap();
        }
        assert_eq!(throttle, Throttle { since_unix_s: NOW, opened_lots: 50 });
        assert_eq!(throttle.take(1, 1_000, NOW + THROTTLE_S - 1, 1), Err(ThrottleError::RateExceeded));
        let next = throttle.take(1, 1_000, NOW + THROTTLE_S, 1).unwrap();
        assert_eq!(next, Throttle { since_unix_s: NOW + THROTTLE_S, opened_lots: 1 });
        assert!(throttle.take(1, 1_000, NOW + 60, 60).is_ok());
    }
}
