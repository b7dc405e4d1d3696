//! Level 4, the governor's alone: nothing runs but the recording of prices while accounts are migrated and verified.

use super::{BrakeError, Cause, HOLD_S, Latch, MIGRATION_S, TRIP_S, after};
use crate::Level;

impl Latch {
    /// Opens a migration. INVARIANT(G-8): if nobody ends it, it becomes a freeze by itself, and that falls to close-only.
    pub fn migrate(self, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        if self.level_in_force(now_unix_s) == Level::Migrating {
            return Err(BrakeError::NotUpward);
        }
        let ends = after(now_unix_s, MIGRATION_S, time_divisor)?;
        Ok(Self {
            level: Level::Migrating,
            cause: Cause::Migration,
            tripped_unix_s: now_unix_s,
            evidence_unix_s: now_unix_s,
            expires_unix_s: after(ends, TRIP_S, time_divisor)?,
            migration_ends_unix_s: ends,
        })
    }

    /// Ends a migration whose accounts are verified, whether or not it has run out: down to close-only.
    pub fn migrated(self, now_unix_s: i64) -> Result<Self, BrakeError> {
        if self.level != Level::Migrating || self.level_in_force(now_unix_s) < Level::Frozen {
            return Err(BrakeError::NoMigration);
        }
        Ok(Self::lowered(Level::CloseOnly, Cause::Migration, now_unix_s))
    }

    /// Holds a freeze for an emergency patch.
    pub fn held(self, now_unix_s: i64, time_divisor: u32) -> Result<Self, BrakeError> {
        if self.level_in_force(now_unix_s) != Level::Frozen {
            return Err(BrakeError::NotFrozen);
        }
        let until = after(now_unix_s, HOLD_S, time_divisor)?;
        // No end stands for ever, and is not shortened.
        let expires = if self.expires_unix_s == 0 { 0 } else { self.expires_unix_s.max(until) };
        Ok(Self {
            level: Level::Frozen,
            evidence_unix_s: now_unix_s,
            expires_unix_s: expires,
            migration_ends_unix_s: 0,
            ..self
        })
    }
}
