//! The state machine of a level: who may raise and lower it, on what proof, and when it comes down by itself.
//!
//! A [`Latch`] is the level of the whole protocol or of one market; a [`Brake`] is the protocol's latch with the guardians' count. What
//! holds for a market is the higher of the two: [`market_level`].

mod cause;
mod migration;
mod trips;

pub use cause::{Cause, Trigger};
pub use trips::{TRIP_DAY_S, TRIPS_PER_DAY, Trips};

use crate::{Action, Level, allows};

/// A guardian's trip lasts this long.
pub const TRIP_S: i64 = 6 * 3600;
/// A freeze by proof lasts this long, and as long again after each renewal of the proof.
pub const PROOF_S: i64 = 24 * 3600;
/// A migration that nobody ends lasts this long; then the protocol is frozen for [`TRIP_S`].
pub const MIGRATION_S: i64 = 2 * 3600;
/// A freeze is held this long for an emergency patch.
pub const HOLD_S: i64 = 12 * 3600;
/// Quiet time before close-only comes down by itself.
pub const COOLDOWN_S: i64 = 30 * 60;
/// Good samples of the feed before close-only comes down by itself.
pub const GOOD_SAMPLES: u32 = 10;
/// Quiet time before the throttle comes down by itself.
pub const CLEAN_S: i64 = 3600;
/// Highest level that a guardian may raise to.
pub const GUARDIAN_LEVEL: Level = Level::Frozen;
/// Where a freeze falls to when it runs out: never to normal.
pub const EXPIRED_LEVEL: Level = Level::CloseOnly;

/// A level with its reason and times, in unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Latch {
    /// As last written; [`Latch::level_in_force`] is what counts.
    pub level: Level,
    pub cause: Cause,
    pub tripped_unix_s: i64,
    /// When something last spoke for the level: a trip, or its renewal.
    pub evidence_unix_s: i64,
    /// When a freeze falls to [`EXPIRED_LEVEL`], and before which no level comes down by itself; 0 for none.
    pub expires_unix_s: i64,
    /// When a migration that nobody ended becomes a freeze; 0 for none.
    pub migration_ends_unix_s: i64,
}

/// The protocol's latch, and the trips of its guardians.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Brake {
    pub latch: Latch,
    pub trips: Trips,
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
    /// A migration ends by verification, or runs out; it is not relaxed.
    MigrationOpen,
    /// A freeze does not come down by itself before it runs out.
    FreezeStands,
    /// Below close-only a freeze is relaxed only with its invariants verified.
    FreezeUnverified,
    /// Too little time has passed since the last evidence.
    CooldownRunning,
    /// The feed has given too few good samples in a row.
    SamplesTooFew,
    /// Only a freeze is held.
    NotFrozen,
    /// No migration is open.
    NoMigration,
    /// The stored level or cause is of no version known here.
    Unknown,
    /// A time does not fit its type.
    TimeOverflow,
}

/// The level that holds at `now_unix_s`, from a latch's stored fields.
///
/// A byte that this code does not know counts as [`Level::Migrating`]: a reader that cannot tell refuses.
/// INVARIANT(G-8): a level above close-only that has an end falls to close-only, by time alone.
pub const fn level_in_force(
    level: u8,
    cause: u8,
    migration_ends_unix_s: i64,
    expires_unix_s: i64,
    now_unix_s: i64,
) -> Level {
    let (Some(level), Some(_)) = (Level::from_byte(level), Cause::from_byte(cause)) else {
        return Level::Migrating;
    };
    let ended = migration_ends_unix_s != 0 && migration_ends_unix_s <= now_unix_s;
    let expired = expires_unix_s != 0 && expires_unix_s <= now_unix_s;
    match level {
        Level::Migrating if !ended => Level::Migrating,
        Level::Migrating | Level::Frozen if expired => EXPIRED_LEVEL,
        Level::Migrating | Level::Frozen => Level::Frozen,
        level => level,
    }
}

/// The protocol's level as a reader of its account sees it.
pub fn brake_level(brake: &abi::breaker::Brake, now_unix_s: i64) -> Level {
    let (ends, expires) = (brake.migration_ends_unix_s.get(), brake.expires_unix_s.get());
    level_in_force(brake.level, brake.cause, ends, expires, now_unix_s)
}

/// A market's own level as a reader of its custody sees it.
pub fn custody_level(custody: &abi::breaker::Custody, now_unix_s: i64) -> Level {
    level_in_force(custody.level, custody.cause, 0, custody.expires_unix_s.get(), now_unix_s)
}

/// What holds in a market: the higher of the protocol's level and its own.
pub fn market_level(brake: &abi::breaker::Brake, custody: &abi::breaker::Custody, now_unix_s: i64) -> Level {
    brake_level(brake, now_unix_s).max(custody_level(custody, now_unix_s))
}

impl Latch {
    /// A latch that nothing has raised.
    pub const RELEASED: Self = Self {
        level: Level::Normal,
        cause: Cause::None,
        tripped_unix_s: 0,
        evidence_unix_s: 0,
        expires_unix_s: 0,
        migration_ends_unix_s: 0,
    };

    /// The level that holds now.
    pub const fn level_in_force(&self, now_unix_s: i64) -> Level {
        let (ends, expires) = (self.migration_ends_unix_s, self.expires_unix_s);
        level_in_force(self.level.byte(), self.cause.byte(), ends, expires, now_unix_s)
    }

    /// Since when the level in force has held.
    pub fn since_unix_s(&self, now_unix_s: i64) -> i64 {
        match (self.level, self.level_in_force(now_unix_s)) {
            (written, in_force) if written == in_force => self.tripped_unix_s,
            (_, Level::Frozen) => self.migration_ends_unix_s,
            _ => self.expires_unix_s,
        }
    }

    /// Whether `action` may happen now.
    pub const fn allows(&self, action: Action, now_unix_s: i64) -> bool {
        allows(self.level_in_force(now_unix_s), action)
    }

    /// A proof raises the level, or renews it while it stands. Periods are divided by `time_divisor` (1 on a public network).
    pub fn trip(self, trigger: Trigger, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        let to = trigger.level();
        let in_force = self.level_in_force(now_unix_s);
        if to < in_force {
            return Err(BrakeError::NotUpward);
        }
        let fresh = to > in_force;
        // A renewal lengthens what stands and never shortens it, whoever raised it.
        let standing = if fresh { 0 } else { self.expires_unix_s };
        let expires =
            if to == Level::Frozen { after(now_unix_s, PROOF_S, time_divisor)?.max(standing) } else { standing };
        Ok(Self {
            level: to,
            cause: trigger.cause(),
            tripped_unix_s: if fresh { now_unix_s } else { self.since_unix_s(now_unix_s) },
            evidence_unix_s: now_unix_s,
            expires_unix_s: expires,
            migration_ends_unix_s: 0,
        })
    }

    /// A guardian raises the level; the trip is counted by the caller.
    ///
    /// INVARIANT(G-7): a guardian only raises. INVARIANT(G-8): the trip runs out, to [`EXPIRED_LEVEL`] at most.
    pub fn guardian_raise(self, to: Level, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        if to > GUARDIAN_LEVEL {
            return Err(BrakeError::AboveGuardianLevel);
        }
        if to <= self.level_in_force(now_unix_s) {
            return Err(BrakeError::NotUpward);
        }
        Ok(Self {
            level: to,
            cause: Cause::Guardian,
            tripped_unix_s: now_unix_s,
            evidence_unix_s: now_unix_s,
            expires_unix_s: after(now_unix_s, TRIP_S, time_divisor)?,
            migration_ends_unix_s: 0,
        })
    }

    /// The level comes down one step by itself: nobody's decision, only quiet. `good_samples` are the feed's in a row, or what stands
    /// for them where there is no feed. That the causes are gone now is the caller's to check.
    pub fn rest(self, good_samples: u32, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        let (to, quiet_s) = match self.level_in_force(now_unix_s) {
            Level::Normal => return Err(BrakeError::NotDownward),
            Level::Throttle => (Level::Normal, CLEAN_S),
            Level::CloseOnly => (Level::Throttle, COOLDOWN_S),
            Level::Frozen => return Err(BrakeError::FreezeStands),
            Level::Migrating => return Err(BrakeError::MigrationOpen),
        };
        let quiet_from = self.since_unix_s(now_unix_s).max(self.evidence_unix_s);
        if now_unix_s < after(quiet_from, quiet_s, time_divisor)?.max(self.expires_unix_s) {
            return Err(BrakeError::CooldownRunning);
        }
        if to == Level::Throttle && good_samples < GOOD_SAMPLES {
            return Err(BrakeError::SamplesTooFew);
        }
        let cause = if to == Level::Normal { Cause::None } else { self.cause };
        Ok(Self::lowered(to, cause, now_unix_s))
    }

    /// The council lowers the level. What remains comes down by itself, or by the council again. `verified` says that the invariants
    /// of what was frozen have just been checked.
    pub fn relax(self, to: Level, now_unix_s: i64, verified: bool) -> Result<Self, BrakeError> {
        let in_force = self.level_in_force(now_unix_s);
        if in_force == Level::Migrating {
            return Err(BrakeError::MigrationOpen);
        }
        if to >= in_force {
            return Err(BrakeError::NotDownward);
        }
        if in_force == Level::Frozen && to < EXPIRED_LEVEL && !verified {
            return Err(BrakeError::FreezeUnverified);
        }
        let cause = if to == Level::Normal { Cause::None } else { Cause::Council };
        Ok(Self::lowered(to, cause, now_unix_s))
    }

    const fn lowered(to: Level, cause: Cause, now_unix_s: i64) -> Self {
        Self {
            level: to,
            cause,
            tripped_unix_s: now_unix_s,
            evidence_unix_s: now_unix_s,
            expires_unix_s: 0,
            migration_ends_unix_s: 0,
        }
    }
}

impl Brake {
    /// A brake that nothing has raised.
    pub const RELEASED: Self = Self { latch: Latch::RELEASED, trips: Trips::NONE };

    /// The level that holds now.
    pub const fn level_in_force(&self, now_unix_s: i64) -> Level {
        self.latch.level_in_force(now_unix_s)
    }

    /// A guardian raises the protocol's level.
    pub fn guardian_raise(self, to: Level, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        let latch = self.latch.guardian_raise(to, now_unix_s, time_divisor)?;
        Ok(Self { latch, trips: self.trips.spend(now_unix_s, time_divisor)? })
    }

    /// A guardian raises one market's level; the trip counts with all others.
    pub fn guardian_raise_market(
        self,
        market: Latch,
        to: Level,
        now_unix_s: i64,
        time_divisor: u32,
    ) -> Result<(Self, Latch), BrakeError> {
        let market = market.guardian_raise(to, now_unix_s, time_divisor)?;
        Ok((Self { trips: self.trips.spend(now_unix_s, time_divisor)?, ..self }, market))
    }

    /// The council lowers the protocol's level: from a freeze to close-only at first.
    pub fn relax(self, to: Level, now_unix_s: i64) -> Result<Self, BrakeError> {
        Ok(Self { latch: self.latch.relax(to, now_unix_s, false)?, ..self })
    }

    /// The council has named the guardians anew: the count of trips starts over.
    pub const fn rearmed(self) -> Self {
        Self { trips: Trips::NONE, ..self }
    }
}

/// A period as this build runs it, never below one second.
pub fn scaled(period_s: i64, time_divisor: u32) -> i64 {
    period_s.checked_div(i64::from(time_divisor)).unwrap_or(period_s).max(1)
}

fn after(from_unix_s: i64, period_s: i64, time_divisor: u32) -> Result<i64, BrakeError> {
    from_unix_s.checked_add(scaled(period_s, time_divisor)).ok_or(BrakeError::TimeOverflow)
}

#[cfg(test)]
mod tests;
