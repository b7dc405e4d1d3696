use crate::fixture::{Fixture, TRIP_S, error};
use client::breaker as calls;
use policy::Level;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, keypair};

fn raised() -> Fixture {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    fixture
}

#[test]
fn level_relax_lowers_step_by_step_and_stands() {
    let mut fixture = raised();
    for (level, cause) in [(2, 2), (1, 2), (0, 0)] {
        let relax = fixture.level_relax(level);
        fixture.world.ok(&[relax], &[&fixture.authority]);
        let brake = fixture.brake_state();
        assert_eq!((brake.level, brake.cause, brake.expires_unix_s.get()), (level, cause, 0));
        fixture.world.advance_s(TRIP_S);
        assert_eq!(fixture.level().byte(), level);
    }
}

#[test]
fn level_relax_to_level_in_force_or_above_fails_level_not_downward() {
    let mut fixture = raised();
    for level in [3, 4] {
        let relax = fixture.level_relax(level);
        fixture.world.fail(&[relax], &[&fixture.authority], error("LevelNotDownward"));
    }
    // The trip has run out: what counts is what is in force.
    fixture.world.advance_s(TRIP_S);
    let relax = fixture.level_relax(2);
    fixture.world.fail(&[relax], &[&fixture.authority], error("LevelNotDownward"));
}

#[test]
fn level_relax_to_unknown_level_fails_level_unknown() {
    let mut fixture = raised();
    let relax = fixture.level_relax(5);
    fixture.world.fail(&[relax], &[&fixture.authority], error("LevelUnknown"));
}

#[test]
fn level_relax_of_a_migration_fails_migration_open() {
    let mut fixture = Fixture::new();
    let brake = fixture.brake;
    fixture.world.edit(&brake, |brake: &mut abi::breaker::Brake| (brake.level, brake.cause) = (4, 2));
    assert_eq!(fixture.level(), Level::Migrating);
    let relax = fixture.level_relax(2);
    fixture.world.fail(&[relax], &[&fixture.authority], error("MigrationOpen"));
}

#[test]
fn level_relax_by_a_guardian_fails_not_authority() {
    // INVARIANT(G-7)
    let mut fixture = raised();
    fixture.authority = keypair("guardian 0");
    let relax = fixture.level_relax(0);
    fixture.world.fail(&[relax], &[&fixture.authority], error("NotAuthority"));
}

#[test]
fn level_relax_refuses_every_wrong_account() {
    let mut fixture = raised();
    let (config, brake) = (fixture.config, fixture.brake);
    let (config, brake) = (fixture.forged(&config), fixture.forged(&brake));
    Substitutions::of(fixture.level_relax(0), calls::LevelRelax::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", fixture.brake, InstructionError::Custom(2040))
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("config", config, InstructionError::IllegalOwner)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .wrong("brake", fixture.config, 2040)
        .run(&mut fixture.world);
}
