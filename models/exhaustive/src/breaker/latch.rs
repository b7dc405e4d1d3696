//! A latch as every model keeps it: times relative to a present that stands still, so that the states are finitely many however long
//! the clock runs.

use policy::{
    Brake, COOLDOWN_S, HOLD_S, Latch, Level, MIGRATION_S, PROOF_S, TRIP_DAY_S, TRIP_S, TRIPS_PER_DAY, Trips, scaled,
};

/// By the division that scales local builds, a trip lasts one tick here, a proof and the day of trips four, everything else one or two.
pub const DIVISOR: u32 = 21_600;
/// The present.
pub const NOW: i64 = 1_000;
/// Good samples in plenty, and none.
pub const SAMPLES: [u32; 2] = [0, u32::MAX];

/// A period in ticks.
pub fn ticks(period_s: i64) -> i64 {
    scaled(period_s, DIVISOR)
}

/// Guardians alone freeze for a day's trips and one more: one that began the day before, or was running when they were armed anew.
pub fn guardians_ticks() -> i64 {
    ticks(TRIP_S).saturating_mul(i64::from(TRIPS_PER_DAY).saturating_add(1))
}

/// The longest freeze that anything but a guardian's trip makes.
pub fn spoken_ticks() -> i64 {
    ticks(PROOF_S).max(ticks(HOLD_S)).max(ticks(MIGRATION_S).saturating_add(ticks(TRIP_S)))
}

/// What lies further back than this has no effect any more.
fn forgotten() -> i64 {
    NOW.saturating_sub(ticks(TRIP_DAY_S).max(ticks(COOLDOWN_S))).saturating_sub(1)
}

/// The latch with what is forgotten made equal.
pub fn settled(latch: Latch) -> Latch {
    shifted(latch, 0)
}

/// The latch one tick later.
pub fn ticked(latch: Latch) -> Latch {
    shifted(latch, 1)
}

fn shifted(latch: Latch, by: i64) -> Latch {
    Latch {
        tripped_unix_s: back(latch.tripped_unix_s, by),
        evidence_unix_s: back(latch.evidence_unix_s, by),
        expires_unix_s: end_back(latch.expires_unix_s, by),
        migration_ends_unix_s: end_back(latch.migration_ends_unix_s, by),
        ..latch
    }
}

/// The brake with what is forgotten made equal, or one tick later.
pub fn brake_settled(brake: Brake) -> Brake {
    Brake { latch: settled(brake.latch), trips: trips(brake.trips, 0) }
}

pub fn brake_ticked(brake: Brake) -> Brake {
    Brake { latch: ticked(brake.latch), trips: trips(brake.trips, 1) }
}

fn trips(trips: Trips, by: i64) -> Trips {
    // A day that counts nothing has not begun.
    let since = if trips.count == 0 { forgotten() } else { back(trips.since_unix_s, by) };
    Trips { since_unix_s: since, ..trips }
}

fn back(time: i64, by: i64) -> i64 {
    time.saturating_sub(by).max(forgotten())
}

/// Zero means that there is no end.
fn end_back(time: i64, by: i64) -> i64 {
    if time == 0 { 0 } else { back(time, by) }
}

/// How many ticks it takes a latch that everybody leaves alone, but for the calls that lower it by quiet, to come down to L0.
pub fn rests_within(mut latch: Latch, limit: i64) -> bool {
    for _ in 0..=limit {
        while let Ok(lower) = latch.rest(u32::MAX, NOW, DIVISOR) {
            latch = lower;
        }
        if latch.level_in_force(NOW) == Level::Normal {
            return true;
        }
        latch = ticked(latch);
    }
    false
}
