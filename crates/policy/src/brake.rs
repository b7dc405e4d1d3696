//! The brake's state machine: who may raise and lower the level, and when a trip runs out.

use crate::{Action, Level, allows};

/// A guardian's trip lasts this long.
pub const TRIP_S: i64 = 6 * 3600;
/// Trips are counted over this long.
pub const TRIP_DAY_S: i64 = 24 * 3600;
/// Trips of all guardians together in one day, at most.
pub const TRIPS_PER_DAY: u8 = 3;
/// Highest level that a guardian may raise to.
pub const GUARDIAN_LEVEL: Level = Level::Frozen;
/// Where a trip falls back to when it runs out: never to normal.
pub const EXPIRED_LEVEL: Level = Level::CloseOnly;

/// What raised the level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    None = 0,
    Guardian = 1,
    Council = 2,
}

impl Cause {
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::None),
            1 => Some(Self::Guardian),
            2 => Some(Self::Council),
            _ => None,
        }
    }

    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// State of a brake. Times are unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brake {
    /// As last written; [`Brake::level_in_force`] is what counts.
    pub level: Level,
    pub cause: Cause,
    pub tripped_unix_s: i64,
    /// When a guardian's trip runs out; 0 when there is none.
    pub expires_unix_s: i64,
    /// Trips since `trips_since_unix_s`.
    pub guardian_trips: u8,
    pub trips_since_unix_s: i64,
}

/// Why a change of level was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrakeError {
    /// A raise must go above the level in force.
    NotUpward,
    /// A guardian raises to [`GUARDIAN_LEVEL`] at most.
    AboveGuardianLevel,
    /// The day's trips are used up; the council must re-arm the guardians.
    GuardiansDisabled,
    /// A relaxation must go below the level in force.
    NotDownward,
    /// A migration ends by verification or rollback only.
    MigrationOpen,
    /// A time does not fit its type.
    TimeOverflow,
}

/// The level that holds at `now_unix_s`, from a brake's stored fields.
///
/// A byte that this code does not know counts as [`Level::Migrating`]: a reader that cannot tell refuses.
pub const fn level_in_force(level: u8, cause: u8, expires_unix_s: i64, now_unix_s: i64) -> Level {
    let (Some(level), Some(cause)) = (Level::from_byte(level), Cause::from_byte(cause)) else {
        return Level::Migrating;
    };
    let expired = matches!(cause, Cause::Guardian) && expires_unix_s <= now_unix_s;
    if expired && level.byte() > EXPIRED_LEVEL.byte() { EXPIRED_LEVEL } else { level }
}

impl Brake {
    /// A brake that nothing has raised.
    pub const RELEASED: Self = Self {
        level: Level::Normal,
        cause: Cause::None,
        tripped_unix_s: 0,
        expires_unix_s: 0,
        guardian_trips: 0,
        trips_since_unix_s: 0,
    };

    /// The level that holds now.
    pub const fn level_in_force(&self, now_unix_s: i64) -> Level {
        level_in_force(self.level.byte(), self.cause.byte(), self.expires_unix_s, now_unix_s)
    }

    /// Whether `action` may happen now.
    pub const fn allows(&self, action: Action, now_unix_s: i64) -> bool {
        allows(self.level_in_force(now_unix_s), action)
    }

    /// A guardian raises the level. Periods are divided by `time_divisor` (1 on a public network).
    ///
    /// INVARIANT(G-7): a guardian only raises. INVARIANT(G-8): the trip runs out, to [`EXPIRED_LEVEL`] at most.
    pub fn guardian_raise(self, to: Level, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        if to > GUARDIAN_LEVEL {
            return Err(BrakeError::AboveGuardianLevel);
        }
        if to <= self.level_in_force(now_unix_s) {
            return Err(BrakeError::NotUpward);
        }
        if self.guardian_trips >= TRIPS_PER_DAY {
            return Err(BrakeError::GuardiansDisabled);
        }
        let day_end =
            self.trips_since_unix_s.checked_add(scaled(TRIP_DAY_S, time_divisor)).ok_or(BrakeError::TimeOverflow)?;
        let new_day = self.guardian_trips == 0 || now_unix_s >= day_end;
        Ok(Self {
            level: to,
            cause: Cause::Guardian,
            tripped_unix_s: now_unix_s,
            expires_unix_s: now_unix_s.checked_add(scaled(TRIP_S, time_divisor)).ok_or(BrakeError::TimeOverflow)?,
            guardian_trips: if new_day { 1 } else { self.guardian_trips.saturating_add(1) },
            trips_since_unix_s: if new_day { now_unix_s } else { self.trips_since_unix_s },
        })
    }

    /// The council lowers the level. What remains stands until the council lowers it again.
    pub fn relax(self, to: Level, now_unix_s: i64) -> Result<Self, BrakeError> {
        let in_force = self.level_in_force(now_unix_s);
        if in_force == Level::Migrating {
            return Err(BrakeError::MigrationOpen);
        }
        if to >= in_force {
            return Err(BrakeError::NotDownward);
        }
        let cause = if to == Level::Normal { Cause::None } else { Cause::Council };
        Ok(Self { level: to, cause, expires_unix_s: 0, ..self })
    }

    /// The council has named the guardians anew: the count of trips starts over.
    pub const fn rearmed(self) -> Self {
        Self { guardian_trips: 0, trips_since_unix_s: 0, ..self }
    }
}

/// A period as this build runs it, never below one second.
fn scaled(period_s: i64, time_divisor: u32) -> i64 {
    period_s.checked_div(i64::from(time_divisor)).unwrap_or(period_s).max(1)
}

#[cfg(test)]
mod tests;
