use crate::fixture::{Fixture, TRIP_S, error};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, keypair};

const MIGRATION_S: i64 = 2 * 3_600;
const HOLD_S: i64 = 12 * 3_600;

fn level_set(fixture: &Fixture, level: u8) -> Instruction {
    let accounts =
        calls::LevelSet { authority: fixture.authority.pubkey(), config: fixture.config, brake: fixture.brake };
    accounts.instruction(calls::LevelSetArgs { level })
}

fn set(fixture: &mut Fixture, level: u8) {
    let set = level_set(fixture, level);
    fixture.world.ok(&[set], &[&fixture.authority]);
}

fn fail(fixture: &mut Fixture, level: u8, name: &str) {
    let set = level_set(fixture, level);
    fixture.world.fail(&[set], &[&fixture.authority], error(name));
}

#[test]
fn level_set_opens_a_migration_and_ends_it_at_close_only() {
    let mut fixture = Fixture::new();
    set(&mut fixture, 4);
    assert_eq!(fixture.level().byte(), 4);
    fail(&mut fixture, 4, "LevelNotUpward");
    fail(&mut fixture, 3, "NotFrozen");
    set(&mut fixture, 2);
    let brake = fixture.brake_state();
    assert_eq!(
        (brake.level, brake.cause, brake.migration_ends_unix_s.get(), brake.expires_unix_s.get()),
        (2, 11, 0, 0)
    );
    fail(&mut fixture, 2, "NoMigration");
}

#[test]
fn level_set_migration_that_nobody_ends_becomes_a_freeze_and_then_close_only() {
    // INVARIANT(G-8)
    let mut fixture = Fixture::new();
    set(&mut fixture, 4);
    fixture.world.advance_s(MIGRATION_S - 1);
    assert_eq!(fixture.level().byte(), 4);
    fixture.world.advance_s(1);
    assert_eq!(fixture.level().byte(), 3);
    fixture.world.advance_s(TRIP_S);
    assert_eq!(fixture.level().byte(), 2);
    fail(&mut fixture, 2, "NoMigration");
}

#[test]
fn level_set_holds_a_freeze_for_twelve_hours_and_makes_none() {
    let mut fixture = Fixture::new();
    fail(&mut fixture, 3, "NotFrozen");
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    fixture.world.advance_s(TRIP_S - 1);
    set(&mut fixture, 3);
    fixture.world.advance_s(HOLD_S - 1);
    assert_eq!(fixture.level().byte(), 3);
    fixture.world.advance_s(1);
    assert_eq!(fixture.level().byte(), 2);
}

#[test]
fn level_set_to_any_other_level_fails_level_not_settable() {
    let mut fixture = Fixture::new();
    for level in [0, 1, 5, u8::MAX] {
        fail(&mut fixture, level, "LevelNotSettable");
    }
}

#[test]
fn level_set_by_a_guardian_fails_not_authority() {
    // INVARIANT(G-7)
    let mut fixture = Fixture::new();
    fixture.authority = keypair("guardian 0");
    fail(&mut fixture, 4, "NotAuthority");
}

#[test]
fn level_set_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (config, brake) = (fixture.config, fixture.brake);
    let (config, brake) = (fixture.forged(&config), fixture.forged(&brake));
    let authority = fixture.authority.insecure_clone();
    Substitutions::of(level_set(&fixture, 4), calls::LevelSet::ACCOUNTS, &[&authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
