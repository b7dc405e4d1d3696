use super::*;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

fn raised(to: Level, now: i64) -> Brake {
    Brake::RELEASED.guardian_raise(to, now, 1).unwrap()
}

fn tripped(trigger: Trigger, now: i64) -> Latch {
    Latch::RELEASED.trip(trigger, now, 1).unwrap()
}

#[test]
fn guardian_raise_holds_for_six_hours_then_falls_to_close_only() {
    let brake = raised(Level::Frozen, NOW);
    assert_eq!(brake.level_in_force(NOW + TRIP_S - 1), Level::Frozen);
    assert_eq!(brake.level_in_force(NOW + TRIP_S), Level::CloseOnly);
    assert_eq!(brake.latch.since_unix_s(NOW + TRIP_S), NOW + TRIP_S);
    assert_eq!(raised(Level::Throttle, NOW).level_in_force(NOW + TRIP_S), Level::Throttle);
    assert!(!brake.latch.allows(Action::Withdraw, NOW));
    assert!(brake.latch.allows(Action::Withdraw, NOW + TRIP_S));
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
        brake =
            brake.guardian_raise(Level::Frozen, NOW + trip, 1).unwrap().relax(Level::CloseOnly, NOW + trip).unwrap();
    }
    for later in [NOW + 3, NOW + 10 * TRIP_DAY_S] {
        assert_eq!(brake.guardian_raise(Level::Frozen, later, 1), Err(BrakeError::GuardiansDisabled));
    }
    let brake = brake.rearmed().guardian_raise(Level::Frozen, NOW + 4, 1).unwrap();
    assert_eq!(brake.trips, Trips { count: 1, since_unix_s: NOW + 4 });
}

#[test]
fn guardian_trips_of_all_markets_count_together() {
    let mut brake = Brake::RELEASED;
    for market in 0..3 {
        let (next, latch) = brake.guardian_raise_market(Latch::RELEASED, Level::Frozen, NOW + market, 1).unwrap();
        assert_eq!((next.latch, latch.level), (Latch::RELEASED, Level::Frozen));
        brake = next;
    }
    let again = brake.guardian_raise_market(Latch::RELEASED, Level::Frozen, NOW + 3, 1);
    assert_eq!(again, Err(BrakeError::GuardiansDisabled));
    assert_eq!(brake.guardian_raise(Level::Frozen, NOW + 3, 1), Err(BrakeError::GuardiansDisabled));
}

#[test]
fn guardian_trips_start_over_after_a_day() {
    let second = raised(Level::Throttle, NOW).guardian_raise(Level::CloseOnly, NOW + TRIP_DAY_S - 1, 1).unwrap();
    assert_eq!(second.trips, Trips { count: 2, since_unix_s: NOW });
    let third = second.guardian_raise(Level::Frozen, NOW + TRIP_DAY_S, 1).unwrap();
    assert_eq!(third.trips, Trips { count: 1, since_unix_s: NOW + TRIP_DAY_S });
}

#[test]
fn time_divisor_shortens_periods() {
    let expires = |divisor| Brake::RELEASED.guardian_raise(Level::Frozen, NOW, divisor).unwrap().latch.expires_unix_s;
    assert_eq!([expires(60), expires(u32::MAX), expires(0)], [NOW + 360, NOW + 1, NOW + TRIP_S]);
}

#[test]
fn relax_goes_down_only_and_not_below_close_only_unverified() {
    let brake = raised(Level::Frozen, NOW);
    assert_eq!(brake.relax(Level::Frozen, NOW), Err(BrakeError::NotDownward));
    assert_eq!(brake.relax(Level::Normal, NOW), Err(BrakeError::FreezeUnverified));
    assert_eq!(brake.latch.relax(Level::Normal, NOW, true).unwrap().level, Level::Normal);
    // Once the trip has run out, its fall-back is what a relaxation must go below.
    assert_eq!(brake.relax(Level::CloseOnly, NOW + TRIP_S), Err(BrakeError::NotDownward));
    let relaxed = brake.relax(Level::CloseOnly, NOW).unwrap();
    let latch = relaxed.latch;
    assert_eq!((latch.level, latch.cause, latch.expires_unix_s), (Level::CloseOnly, Cause::Council, 0));
    assert_eq!(relaxed.level_in_force(i64::MAX), Level::CloseOnly);
    assert_eq!(relaxed.relax(Level::Normal, NOW).unwrap().latch.cause, Cause::None);
}

#[test]
fn trip_raises_and_a_renewal_lengthens_without_a_new_beginning() {
    let latch = tripped(Trigger::Invariant, NOW);
    assert_eq!((latch.level, latch.expires_unix_s), (Level::Frozen, NOW + PROOF_S));
    let renewed = latch.trip(Trigger::Insurance, NOW + 100, 1).unwrap();
    assert_eq!((renewed.tripped_unix_s, renewed.expires_unix_s), (NOW, NOW + 100 + PROOF_S));
    assert_eq!(renewed.level_in_force(NOW + 100 + PROOF_S), Level::CloseOnly);
    // A weaker proof says nothing new.
    for weaker in [Trigger::Volatility, Trigger::Severity] {
        assert_eq!(latch.trip(weaker, NOW, 1), Err(BrakeError::NotUpward));
    }
    // A proof does not shorten what a guardian or a hold has set.
    let held = latch.held(NOW + PROOF_S - 1, 1).unwrap();
    assert_eq!(held.trip(Trigger::Invariant, NOW, 1).unwrap().expires_unix_s, held.expires_unix_s);
}

#[test]
fn rest_takes_close_only_down_after_quiet_and_good_samples_one_step_at_a_time() {
    let latch = tripped(Trigger::Severity, NOW);
    assert_eq!(latch.rest(GOOD_SAMPLES, NOW + COOLDOWN_S - 1, 1), Err(BrakeError::CooldownRunning));
    assert_eq!(latch.rest(GOOD_SAMPLES - 1, NOW + COOLDOWN_S, 1), Err(BrakeError::SamplesTooFew));
    let renewed = latch.trip(Trigger::Deviation, NOW + 60, 1).unwrap();
    assert_eq!(renewed.rest(GOOD_SAMPLES, NOW + COOLDOWN_S, 1), Err(BrakeError::CooldownRunning));
    let throttled = latch.rest(GOOD_SAMPLES, NOW + COOLDOWN_S, 1).unwrap();
    assert_eq!((throttled.level, throttled.cause), (Level::Throttle, Cause::Severity));
    assert_eq!(throttled.rest(0, NOW + COOLDOWN_S + CLEAN_S - 1, 1), Err(BrakeError::CooldownRunning));
    let normal = throttled.rest(0, NOW + COOLDOWN_S + CLEAN_S, 1).unwrap();
    assert_eq!((normal.level, normal.cause), (Level::Normal, Cause::None));
    assert_eq!(normal.rest(0, NOW + 2 * CLEAN_S, 1), Err(BrakeError::NotDownward));
}

#[test]
fn rest_leaves_a_guardians_trip_its_six_hours_and_a_freeze_to_run_out() {
    let closed = raised(Level::CloseOnly, NOW).latch;
    assert_eq!(closed.rest(GOOD_SAMPLES, NOW + TRIP_S - 1, 1), Err(BrakeError::CooldownRunning));
    assert!(closed.rest(GOOD_SAMPLES, NOW + TRIP_S, 1).is_ok());
    let frozen = raised(Level::Frozen, NOW).latch;
    assert_eq!(frozen.rest(GOOD_SAMPLES, NOW + TRIP_S - 1, 1), Err(BrakeError::FreezeStands));
    // The quiet time of close-only begins when the freeze has fallen to it.
    assert_eq!(frozen.rest(GOOD_SAMPLES, NOW + TRIP_S + COOLDOWN_S - 1, 1), Err(BrakeError::CooldownRunning));
    assert_eq!(frozen.rest(GOOD_SAMPLES, NOW + TRIP_S + COOLDOWN_S, 1).unwrap().level, Level::Throttle);
}

#[test]
fn migration_ends_at_close_only_or_becomes_a_freeze_that_ends() {
    let latch = tripped(Trigger::Severity, NOW).migrate(NOW + 1, 1).unwrap();
    let ends = NOW + 1 + MIGRATION_S;
    assert_eq!(latch.level_in_force(ends - 1), Level::Migrating);
    assert_eq!((latch.level_in_force(ends), latch.since_unix_s(ends)), (Level::Frozen, ends));
    assert_eq!(latch.level_in_force(ends + TRIP_S), Level::CloseOnly);
    assert_eq!(latch.migrate(NOW + 2, 1), Err(BrakeError::NotUpward));
    assert_eq!(latch.relax(Level::Normal, NOW + 2, true), Err(BrakeError::MigrationOpen));
    assert_eq!(latch.rest(GOOD_SAMPLES, NOW + 2, 1), Err(BrakeError::MigrationOpen));
    for moment in [NOW + 2, ends, ends + TRIP_S - 1] {
        assert_eq!(latch.migrated(moment).unwrap().level_in_force(i64::MAX), Level::CloseOnly);
    }
    assert_eq!(latch.migrated(ends + TRIP_S), Err(BrakeError::NoMigration));
    assert_eq!(tripped(Trigger::Invariant, NOW).migrated(NOW), Err(BrakeError::NoMigration));
}

#[test]
fn hold_keeps_a_freeze_for_twelve_hours_and_makes_none() {
    let latch = raised(Level::Frozen, NOW).latch;
    let held = latch.held(NOW + TRIP_S - 1, 1).unwrap();
    assert_eq!(held.expires_unix_s, NOW + TRIP_S - 1 + HOLD_S);
    assert_eq!(latch.held(NOW + TRIP_S, 1), Err(BrakeError::NotFrozen));
    assert_eq!(Latch::RELEASED.held(NOW, 1), Err(BrakeError::NotFrozen));
    // A migration that has run out is a freeze, and is held as one.
    let fallen = Latch::RELEASED.migrate(NOW, 1).unwrap().held(NOW + MIGRATION_S, 1).unwrap();
    assert_eq!(fallen.level_in_force(NOW + MIGRATION_S + HOLD_S - 1), Level::Frozen);
}

#[test]
fn market_level_is_the_higher_of_the_two() {
    let mut brake: abi::breaker::Brake = bytemuck::Zeroable::zeroed();
    let mut custody: abi::breaker::Custody = bytemuck::Zeroable::zeroed();
    assert_eq!(market_level(&brake, &custody, NOW), Level::Normal);
    (custody.level, custody.cause, custody.expires_unix_s) = (3, 10, (NOW + 1).into());
    assert_eq!(market_level(&brake, &custody, NOW), Level::Frozen);
    (brake.level, brake.cause, brake.migration_ends_unix_s) = (4, 11, (NOW + 1).into());
    assert_eq!(market_level(&brake, &custody, NOW), Level::Migrating);
    assert_eq!(custody_level(&custody, NOW + 1), Level::CloseOnly);
    custody.cause = 200;
    assert_eq!(market_level(&brake, &custody, NOW + 1), Level::Migrating);
}

#[test]
fn unknown_stored_bytes_count_as_migrating() {
    assert_eq!(level_in_force(5, 0, 0, 0, NOW), Level::Migrating);
    assert_eq!(level_in_force(0, 12, 0, 0, NOW), Level::Migrating);
}

#[test]
fn raise_at_the_end_of_time_fails_time_overflow() {
    assert_eq!(Brake::RELEASED.guardian_raise(Level::Frozen, i64::MAX, 1), Err(BrakeError::TimeOverflow));
    assert_eq!(Latch::RELEASED.trip(Trigger::Invariant, i64::MAX, 1), Err(BrakeError::TimeOverflow));
    assert_eq!(Latch::RELEASED.migrate(i64::MAX, 1), Err(BrakeError::TimeOverflow));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Raise(usize),
    Trip(usize),
    Relax(usize),
    Rest(u32),
    Migrate,
    Migrated,
    Rearm,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..5_usize).prop_map(Step::Raise),
        (0..8_usize).prop_map(Step::Trip),
        (0..5_usize).prop_map(Step::Relax),
        (0..20_u32).prop_map(Step::Rest),
        Just(Step::Migrate),
        Just(Step::Migrated),
        Just(Step::Rearm),
        (0..TRIP_DAY_S).prop_map(Step::Wait),
    ]
}

proptest! {
    /// INVARIANT(G-7), INVARIANT(G-8) over any history: raises only raise, what lowers only lowers, every level above close-only ends
    /// by itself there, and time alone never brings the level to normal or up.
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
                    brake = next;
                    accepted.push(now);
                },
                Step::Trip(number) => if let Ok(latch) = brake.latch.trip(Trigger::ALL[number], now, 1) {
                    prop_assert!(latch.level_in_force(now) >= before && latch.level_in_force(now) <= Level::Frozen);
                    brake.latch = latch;
                },
                Step::Relax(to) => if let Ok(next) = brake.relax(Level::ALL[to], now) {
                    prop_assert!(next.level_in_force(now) < before);
                    prop_assert!(before < Level::Frozen || next.level_in_force(now) == Level::CloseOnly);
                    prop_assert_eq!(next.trips, brake.trips);
                    brake = next;
                },
                Step::Rest(samples) => if let Ok(latch) = brake.latch.rest(samples, now, 1) {
                    prop_assert!(before <= Level::CloseOnly);
                    prop_assert_eq!(latch.level_in_force(now).byte() + 1, before.byte());
                    brake.latch = latch;
                },
                Step::Migrate => if let Ok(latch) = brake.latch.migrate(now, 1) {
                    prop_assert_eq!(latch.level_in_force(now), Level::Migrating);
                    brake.latch = latch;
                },
                Step::Migrated => if let Ok(latch) = brake.latch.migrated(now) {
                    prop_assert!(before >= Level::Frozen);
                    prop_assert_eq!(latch.level_in_force(now), Level::CloseOnly);
                    brake.latch = latch;
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
                    prop_assert!(after == before || after >= Level::CloseOnly);
                }
            }
            // Every freeze and every migration ends by itself.
            prop_assert!(brake.level_in_force(now + PROOF_S + MIGRATION_S) <= Level::CloseOnly);
            prop_assert!(brake.trips.count <= TRIPS_PER_DAY);
            // Trips in the day that began with the brake's own count.
            let since = brake.trips.since_unix_s;
            let counted = accepted.iter().filter(|at| **at >= since && **at < since + TRIP_DAY_S);
            prop_assert!(counted.count() <= usize::from(TRIPS_PER_DAY));
        }
    }
}
