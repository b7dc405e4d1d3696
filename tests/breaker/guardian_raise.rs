use crate::fixture::{Fixture, TRIP_S, error};
use client::breaker as calls;
use policy::{Level, TRIP_DAY_S};
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, key, keypair};

#[test]
fn guardian_raise_holds_six_hours_then_falls_to_close_only() {
    let mut fixture = Fixture::new();
    let now = fixture.world.unix_s();
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let brake = fixture.brake_state();
    assert_eq!((brake.level, brake.cause, brake.guardian_trips), (3, 1, 1));
    assert_eq!((brake.tripped_unix_s.get(), brake.expires_unix_s.get()), (now, now + 6 * 3_600));
    fixture.world.advance_s(TRIP_S - 1);
    assert_eq!(fixture.level(), Level::Frozen);
    fixture.world.advance_s(1);
    // INVARIANT(G-8)
    assert_eq!(fixture.level(), Level::CloseOnly);
    fixture.world.advance_s(365 * TRIP_DAY_S);
    assert_eq!(fixture.level(), Level::CloseOnly);
}

#[test]
fn guardian_raise_by_anyone_else_fails_not_guardian() {
    let mut fixture = Fixture::new();
    // The authority itself is no guardian.
    fixture.guardian = keypair("deployer");
    let raise = fixture.guardian_raise(3);
    fixture.world.fail(&[raise], &[&fixture.guardian], error("NotGuardian"));
}

#[test]
fn guardian_raise_to_level_in_force_or_below_fails_level_not_upward() {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(2);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    for level in 0..=2 {
        let raise = fixture.guardian_raise(level);
        fixture.world.fail(&[raise], &[&fixture.guardian], error("LevelNotUpward"));
    }
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
}

#[test]
fn guardian_raise_to_migrating_fails_level_above_guardian() {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(4);
    fixture.world.fail(&[raise], &[&fixture.guardian], error("LevelAboveGuardian"));
}

#[test]
fn guardian_raise_to_unknown_level_fails_level_unknown() {
    let mut fixture = Fixture::new();
    for level in [5, u8::MAX] {
        let raise = fixture.guardian_raise(level);
        fixture.world.fail(&[raise], &[&fixture.guardian], error("LevelUnknown"));
    }
}

#[test]
fn guardian_raise_a_fourth_time_fails_guardians_disabled_until_rearmed() {
    let mut fixture = Fixture::new();
    for (trip, guardian) in ["guardian 0", "guardian 1", "guardian 0"].into_iter().enumerate() {
        fixture.guardian = keypair(guardian);
        let instructions = [fixture.guardian_raise(3), fixture.level_relax(2)];
        fixture.world.ok(&instructions, &[&fixture.guardian, &fixture.authority]);
        assert_eq!(usize::from(fixture.brake_state().guardian_trips), trip + 1);
    }
    for guardian in ["guardian 0", "guardian 1"] {
        fixture.guardian = keypair(guardian);
        let raise = fixture.guardian_raise(3);
        fixture.world.fail(&[raise], &[&fixture.guardian], error("GuardiansDisabled"));
        fixture.world.advance_s(TRIP_DAY_S);
    }
    let rearm = fixture.guardians_set(vec![key("guardian 1")]);
    fixture.world.ok(&[rearm], &[&fixture.authority]);
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    assert_eq!(fixture.brake_state().guardian_trips, 1);
}

#[test]
fn guardian_raise_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let brake = fixture.brake;
    let brake = fixture.forged(&brake);
    Substitutions::of(fixture.guardian_raise(3), calls::GuardianRaise::ACCOUNTS, &[&fixture.guardian])
        .stranger("guardian", error("NotGuardian"))
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .wrong("brake", fixture.config, InstructionError::AccountDataTooSmall)
        .run(&mut fixture.world);
}
