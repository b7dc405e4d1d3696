//! How often guardians may trip.

use super::{BrakeError, after};

/// Trips are counted over this long.
pub const TRIP_DAY_S: i64 = 24 * 3600;
/// Trips of all guardians together in one day, at most.
pub const TRIPS_PER_DAY: u8 = 3;

/// The guardians' trips of the day, over the protocol and all markets together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trips {
    pub count: u8,
    /// When the day began that they count in.
    pub since_unix_s: i64,
}

impl Trips {
    pub const NONE: Self = Self { count: 0, since_unix_s: 0 };

    /// Counts one more. Once a day's trips are used up, only the council arms the guardians again.
    pub fn spend(self, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        if self.count >= TRIPS_PER_DAY {
            return Err(BrakeError::GuardiansDisabled);
        }
        let new_day = self.count == 0 || now_unix_s >= after(self.since_unix_s, TRIP_DAY_S, time_divisor)?;
        Ok(if new_day {
            Self { count: 1, since_unix_s: now_unix_s }
        } else {
            Self { count: self.count.saturating_add(1), ..self }
        })
    }
}
