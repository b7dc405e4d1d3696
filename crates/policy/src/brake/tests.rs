use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

fn raised(to: Level, now: i64) -> Brake {
    Brake::RELEASED.guardian_raise(to, now, 1).unwrap()
}

#[test]
fn guardian_raise_holds_for_six_hours_then_falls_to_close_only() {
    let brake = raised(Level::Frozen, NOW);
    assert_eq!(brake.level_in_force(NOW + TRIP_S - 1), Level::Frozen);
    assert_eq!(brake.level_in_force(NOW + TRIP_S), Level::CloseOnly);
    assert_eq!(raised(Level::Throttle, NOW).level_in_force(NOW + TRIP_S), Level::Throttle);
    assert!(!brake.allows(Action::Withdraw, NOW));
    assert!(brake.allows(Action::Withdraw, NOW + TRIP_S));
}

#[test]
fn guardian_raise_to_the_level_in_force_or_below_fails_not_upward() {
    let brake = raised(Level::CloseOnly, NOW);
    for to in [Level::Normal, Level::Throttle, Level::CloseOnly] {
        assert_eq!(brake.guardian_raise(to, NOW, 1), Err(BrakeError::NotUpward));
    }
    assert!(brake.guardian_raise(Level::Frozen, NOW, 1).is_ok());
}

#[test]
fn guardian_raise_to_migrating_fails_above_guardian_level() {
    assert_eq!(Brake::RELEASED.guardian_raise(Level::Migrating, NOW, 1), Err(BrakeError::AboveGuardianLevel));
}

#[test]
fn guardian_raise_after_three_trips_fails_until_rearmed() {
    let mut brake = Brake::RELEASED;
    for trip in 0..3 {
        brake = brake.guardian_raise(Level::Frozen, NOW + trip, 1).unwrap().relax(Level::Normal, NOW + trip).unwrap();
    }
    for later in [NOW + 3, NOW + 10 * TRIP_DAY_S] {
        assert_eq!(brake.guardian_raise(Level::Frozen, later, 1), Err(BrakeError::GuardiansDisabled));
    }
    let brake = brake.rearmed().guardian_raise(Level::Frozen, NOW + 4, 1).unwrap();
    assert_eq!((brake.guardian_trips, brake.trips_since_unix_s), (1, NOW + 4));
}

#[test]
fn guardian_trips_start_over_after_a_day() {
    let second = raised(Level::Throttle, NOW).guardian_raise(Level::CloseOnly, NOW + TRIP_DAY_S - 1, 1).unwrap();
    assert_eq!((second.guardian_trips, second.trips_since_unix_s), (2, NOW));
    let third = second.guardian_raise(Level::Frozen, NOW + TRIP_DAY_S, 1).unwrap();
    assert_eq!((third.guardian_trips, third.trips_since_unix_s), (1, NOW + TRIP_DAY_S));
}

#[test]
fn time_divisor_shortens_periods() {
    let brake = Brake::RELEASED.guardian_raise(Level::Frozen, NOW, 60).unwrap();
    assert_eq!(brake.expires_unix_s, NOW + 360);
    assert_eq!(Brake::RELEASED.guardian_raise(Level::Frozen, NOW, u32::MAX).unwrap().expires_unix_s, NOW + 1);
    assert_eq!(Brake::RELEASED.guardian_raise(Level::Frozen, NOW, 0).unwrap().expires_unix_s, NOW + TRIP_S);
}

#[test]
fn relax_goes_down_only() {
    let brake = raised(Level::Frozen, NOW);
    assert_eq!(brake.relax(Level::Frozen, NOW), Err(BrakeError::NotDownward));
    // Once the trip has run out, its fall-back is what a relaxation must go below.
    assert_eq!(brake.relax(Level::CloseOnly, NOW + TRIP_S), Err(BrakeError::NotDownward));
    let relaxed = brake.relax(Level::CloseOnly, NOW).unwrap();
    assert_eq!((relaxed.level, relaxed.cause, relaxed.expires_unix_s), (Level::CloseOnly, Cause::Council, 0));
    assert_eq!(relaxed.level_in_force(i64::MAX), Level::CloseOnly);
    assert_eq!(relaxed.relax(Level::Normal, NOW).unwrap().cause, Cause::None);
}

#[test]
fn relax_of_a_migration_fails_migration_open() {
    let brake = Brake { level: Level::Migrating, cause: Cause::Council, ..Brake::RELEASED };
    assert_eq!(brake.relax(Level::Normal, NOW), Err(BrakeError::MigrationOpen));
}

#[test]
fn unknown_stored_bytes_count_as_migrating() {
    assert_eq!(level_in_force(5, 0, 0, NOW), Level::Migrating);
    assert_eq!(level_in_force(0, 3, 0, NOW), Level::Migrating);
}

#[test]
fn raise_at_the_end_of_time_fails_time_overflow() {
    assert_eq!(Brake::RELEASED.guardian_raise(Level::Frozen, i64::MAX, 1), Err(BrakeError::TimeOverflow));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Raise(usize),
    Relax(usize),
    Rearm,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5_usize).prop_map(Step::Raise),
        (0..5_usize).prop_map(Step::Relax),
        Just(Step::Rearm),
        (0..2 * TRIP_DAY_S).prop_map(Step::Wait),
    ]
}

proptest! {
    /// INVARIANT(G-7), INVARIANT(G-8) over any history: raises only raise, relaxations only lower, no trip outlives its time, and time alone
    /// never brings the level to normal or up.
    #[test]
    fn histories_keep_the_brake_honest(steps in prop::collection::vec(step(), 1..60)) {
        let (mut brake, mut now) = (Brake::RELEASED, NOW);
        let mut accepted: Vec<i64> = Vec::new();
        for step in steps {
            let before = brake.level_in_force(now);
            match step {
                Step::Raise(to) => if let Ok(next) = brake.guardian_raise(Level::ALL[to], now, 1) {
                    prop_assert!(next.level_in_force(now) > before);
                    prop_assert!(next.level_in_force(now) <= Level::Frozen);
                    prop_assert!(next.level_in_force(now + TRIP_S) <= Level::CloseOnly);
                    prop_assert!(next.level_in_force(i64::MAX) > Level::Normal);
                    brake = next;
                    accepted.push(now);
                },
                Step::Relax(to) => if let Ok(next) = brake.relax(Level::ALL[to], now) {
                    prop_assert!(next.level_in_force(now) < before);
                    prop_assert_eq!(next.guardian_trips, brake.guardian_trips);
                    brake = next;
                },
                Step::Rearm => {
                    brake = brake.rearmed();
                    accepted.clear();
                    prop_assert_eq!(brake.level_in_force(now), before);
                }
                Step::Wait(seconds) => {
                    now += seconds;
                    let after = brake.level_in_force(now);
                    prop_assert!(after <= before);
                    prop_assert!(after == before || after == Level::CloseOnly);
                }
            }
            prop_assert!(brake.guardian_trips <= TRIPS_PER_DAY);
            // Trips in the day that began with the brake's own count.
            let counted = accepted.iter().filter(|at| **at >= brake.trips_since_unix_s && **at < brake.trips_since_unix_s + TRIP_DAY_S);
            prop_assert!(counted.count() <= usize::from(TRIPS_PER_DAY));
        }
    }
}
