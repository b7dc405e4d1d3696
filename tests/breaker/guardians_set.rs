use crate::fixture::{Fixture, error};
use client::breaker as calls;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use testkit::{Substitutions, key, keypair};

fn named(count: usize) -> Vec<Pubkey> {
    (0..count).map(|index| key(&format!("guardian {index}"))).collect()
}

#[test]
fn guardians_set_replaces_all_guardians() {
    let mut fixture = Fixture::new();
    let set = fixture.guardians_set(named(8));
    fixture.world.ok(&[set], &[&fixture.authority]);
    let brake = fixture.brake_state();
    assert_eq!((brake.guardian_count, brake.guardians[7], brake.seq.get()), (8, key("guardian 7").to_bytes(), 2));
    let set = fixture.guardians_set(vec![key("guardian 3")]);
    fixture.world.ok(&[set], &[&fixture.authority]);
    let brake = fixture.brake_state();
    assert_eq!((brake.guardian_count, brake.guardians[0]), (1, key("guardian 3").to_bytes()));
    assert_eq!(brake.guardians[1..], [[0; 32]; 7]);
    let raise = fixture.guardian_raise(3);
    fixture.world.fail(&[raise], &[&fixture.guardian], error("NotGuardian"));
}

#[test]
fn guardians_set_leaves_the_level_and_rearms_the_trips() {
    let mut fixture = Fixture::new();
    let raise = fixture.guardian_raise(3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    let set = fixture.guardians_set(named(1));
    fixture.world.ok(&[set], &[&fixture.authority]);
    let brake = fixture.brake_state();
    assert_eq!((brake.level, brake.cause, brake.guardian_trips, brake.trips_since_unix_s.get()), (3, 1, 0, 0));
    assert_eq!(fixture.level(), policy::Level::Frozen);
}

#[test]
fn guardians_set_with_nine_fails_guardians_too_many() {
    let mut fixture = Fixture::new();
    let set = fixture.guardians_set(named(9));
    fixture.world.fail(&[set], &[&fixture.authority], error("GuardiansTooMany"));
}

#[test]
fn guardians_set_with_repeated_or_zero_key_fails_guardian_invalid() {
    let mut fixture = Fixture::new();
    for guardians in [vec![key("a"), key("b"), key("a")], vec![key("a"), Pubkey::default()]] {
        let set = fixture.guardians_set(guardians);
        fixture.world.fail(&[set], &[&fixture.authority], error("GuardianInvalid"));
    }
}

#[test]
fn guardians_set_by_a_guardian_fails_not_authority() {
    let mut fixture = Fixture::new();
    fixture.authority = keypair("guardian 0");
    let set = fixture.guardians_set(named(1));
    fixture.world.fail(&[set], &[&fixture.authority], error("NotAuthority"));
}

#[test]
fn guardians_set_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (config, brake) = (fixture.config, fixture.brake);
    let (config, brake) = (fixture.forged(&config), fixture.forged(&brake));
    Substitutions::of(fixture.guardians_set(named(3)), calls::GuardiansSet::ACCOUNTS, &[&fixture.authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("config", config, InstructionError::IllegalOwner)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .wrong("brake", fixture.config, 2040)
        .run(&mut fixture.world);
}
