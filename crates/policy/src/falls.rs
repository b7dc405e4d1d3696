//! When a level comes down, and to what: what the rules of [`Latch`] come to from now on, if nobody raises or renews anything.

use crate::{BrakeError, CLEAN_S, COOLDOWN_S, EXPIRED_LEVEL, Latch, Level, scaled};

/// The next step down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fall {
    pub to: Level,
    /// The first moment at which it can happen.
    pub unix_s: i64,
    /// By time alone, or by a call that anybody may make once there is nothing against it.
    pub by_itself: bool,
}

impl Latch {
    /// The next step down from the level in force; `None` at L0, and for a level that has no end.
    pub fn fall(&self, now_unix_s: i64, time_divisor: u32) -> Result<Option<Fall>, BrakeError> {
        let quiet = |to, quiet_s| {
            let from = self.since_unix_s(now_unix_s).max(self.evidence_unix_s);
            let quiet_until = from.checked_add(scaled(quiet_s, time_divisor)).ok_or(BrakeError::TimeOverflow)?;
            Ok(Some(Fall { to, unix_s: quiet_until.max(self.expires_unix_s), by_itself: false }))
        };
        let ends = |to, unix_s| Ok((unix_s != 0).then_some(Fall { to, unix_s, by_itself: true }));
        match self.level_in_force(now_unix_s) {
            Level::Normal => Ok(None),
            Level::Throttle => quiet(Level::Normal, CLEAN_S),
            Level::CloseOnly => quiet(Level::Throttle, COOLDOWN_S),
            Level::Frozen => ends(EXPIRED_LEVEL, self.expires_unix_s),
            Level::Migrating => ends(Level::Frozen, self.migration_ends_unix_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GOOD_SAMPLES, Trigger};
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000;

    /// Any latch that raises, proofs and time can make.
    fn latch() -> impl Strategy<Value = Latch> {
        let step = prop_oneof![
            (0..Trigger::ALL.len()).prop_map(|at| (Some(Trigger::ALL[at]), Level::Normal)),
            (1..4_usize).prop_map(|at| (None, Level::ALL[at])),
            Just((None, Level::Migrating)),
        ];
        prop::collection::vec((step, 0..40_000_i64), 1..5).prop_map(|steps| {
            let (mut latch, mut now) = (Latch::RELEASED, NOW - 5 * 40_000);
            for ((trigger, level), wait) in steps {
                let next = match (trigger, level) {
                    (Some(trigger), _) => latch.trip(trigger, now, 1),
                    (None, Level::Migrating) => latch.migrate(now, 1),
                    (None, level) => latch.guardian_raise(level, now, 1),
                };
                latch = next.unwrap_or(latch);
                now += wait;
            }
            latch
        })
    }

    proptest! {
        #[test]
        fn fall_is_the_first_moment_at_which_the_level_comes_down(latch in latch()) {
            let before = latch.level_in_force(NOW);
            let Some(fall) = latch.fall(NOW, 1).unwrap() else {
                prop_assert_eq!(before, Level::Normal);
                return Ok(());
            };
            prop_assert!(fall.to < before);
            if fall.by_itself {
                prop_assert!(fall.unix_s > NOW);
                prop_assert_eq!(latch.level_in_force(fall.unix_s - 1), before);
                prop_assert_eq!(latch.level_in_force(fall.unix_s), fall.to);
            } else {
                let early = (fall.unix_s - 1).max(NOW);
                if early < fall.unix_s {
                    prop_assert_eq!(latch.rest(GOOD_SAMPLES, early, 1), Err(BrakeError::CooldownRunning));
                }
                let rested = latch.rest(GOOD_SAMPLES, fall.unix_s.max(NOW), 1).unwrap();
                prop_assert_eq!(rested.level_in_force(fall.unix_s.max(NOW)), fall.to);
            }
        }
    }
}
