use crate::fixture::{Fixture, TRIP_S, error};
use crate::market::{Listed, guardian};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, keypair};

fn market_raise(fixture: &Fixture, listed: &Listed, level: u8) -> Instruction {
    let accounts =
        calls::MarketRaise { guardian: fixture.guardian.pubkey(), brake: fixture.brake, custody: listed.custody };
    accounts.instruction(calls::MarketRaiseArgs { level })
}

#[test]
fn market_raise_freezes_one_market_for_six_hours_and_leaves_the_others() {
    let mut fixture = Fixture::new();
    let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
    let untouched = fixture.market_bytes(&other);
    let raise = market_raise(&fixture, &listed, 3);
    fixture.world.ok(&[raise], &[&fixture.guardian]);
    assert_eq!((fixture.market_level(&listed), fixture.level().byte()), (3, 0));
    assert_eq!(fixture.brake_state().guardian_trips, 1);
    // INVARIANT(G-17)
    assert_eq!(fixture.market_bytes(&other), untouched);
    fixture.world.advance_s(TRIP_S - 1);
    assert_eq!(fixture.market_level(&listed), 3);
    fixture.world.advance_s(1);
    assert_eq!(fixture.market_level(&listed), 2);
}

#[test]
fn market_raise_counts_with_every_other_trip_of_the_day() {
    let mut fixture = Fixture::new();
    let (listed, other) = (fixture.listed("market"), fixture.listed("another market"));
    let raises = [fixture.guardian_raise(1), market_raise(&fixture, &listed, 1), market_raise(&fixture, &listed, 2)];
    fixture.world.ok(&raises, &[&fixture.guardian]);
    fixture.guardian = guardian(1);
    let raise = market_raise(&fixture, &other, 3);
    fixture.world.fail(&[raise], &[&fixture.guardian], error("GuardiansDisabled"));
}

#[test]
fn market_raise_that_is_no_raise_fails_by_name() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    fixture.market_level_put(&listed, 2);
    for (level, name) in [(0, "LevelNotUpward"), (2, "LevelNotUpward"), (4, "LevelAboveGuardian"), (5, "LevelUnknown")]
    {
        let raise = market_raise(&fixture, &listed, level);
        fixture.world.fail(&[raise], &[&fixture.guardian], error(name));
    }
    fixture.guardian = keypair("deployer");
    let raise = market_raise(&fixture, &listed, 3);
    fixture.world.fail(&[raise], &[&fixture.guardian], error("NotGuardian"));
}

#[test]
fn market_raise_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let listed = fixture.listed("market");
    let brake = fixture.brake;
    let (brake, custody) = (fixture.forged(&brake), fixture.forged(&listed.custody));
    let guardian = fixture.guardian.insecure_clone();
    Substitutions::of(market_raise(&fixture, &listed, 3), calls::MarketRaise::ACCOUNTS, &[&guardian])
        .stranger("guardian", error("NotGuardian"))
        .stranger("brake", InstructionError::AccountDataTooSmall)
        .wrong("brake", brake, InstructionError::IllegalOwner)
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", custody, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
