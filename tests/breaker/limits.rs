//! A custody's limits: tighter at once, looser after 48 hours.
use crate::fixture::{Custody, Fixture, LIMITS, error};
use client::breaker::{self as calls, LimitTerms};
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, keypair};

const LOOSEN_S: i64 = 48 * 3_600;
const LOOSE: LimitTerms = LimitTerms { hour_bps: 2_000, ..LIMITS };

fn limits_set(fixture: &Fixture, custody: &Custody, limits: LimitTerms) -> Instruction {
    let accounts =
        calls::LimitsSet { authority: fixture.authority.pubkey(), config: fixture.config, custody: custody.address };
    accounts.instruction(limits)
}

fn limits_apply(custody: &Custody) -> Instruction {
    calls::LimitsApply { custody: custody.address }.instruction()
}

#[test]
fn limits_set_tightens_at_once() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let tight = LimitTerms { hour_bps: 500, day_bps: 2_000, open_interest_cap_lots: 999, ..LIMITS };
    let set = limits_set(&fixture, &custody, tight);
    fixture.world.ok(&[set], &[&fixture.authority]);
    let state = fixture.custody_state(&custody.address);
    assert_eq!((state.limits.hour_bps.get(), state.limits.day_bps.get()), (500, 2_000));
    assert_eq!((state.limits.open_interest_cap_lots.get(), state.pending_unix_s.get()), (999, 0));
    fixture.world.fail(&[limits_apply(&custody)], &[], error("LimitsNotPending"));
}

#[test]
fn limits_set_narrows_windows_that_run() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release_ticket(&custody, 10, 1);
    fixture.world.ok(&[release], &[&custody.controller]);
    let set = limits_set(&fixture, &custody, LimitTerms { hour_bps: 500, ..LIMITS });
    fixture.world.ok(&[set], &[&fixture.authority]);
    // A twentieth of the 1,000 that were there when the hour began, and 10 of it are gone.
    let releases = [fixture.release_ticket(&custody, 40, 2), fixture.release_ticket(&custody, 1, 3)];
    fixture.world.ok(&releases, &[&custody.controller]);
    let vault = fixture.custody_state(&custody.address).vaults[0];
    assert_eq!((vault.hour.current_atoms.get(), vault.queue.unpaid_atoms.get()), (50, 1));
}

#[test]
fn limits_set_loosens_after_48_hours_whatever_is_loosened() {
    let looser = [
        LOOSE,
        LimitTerms { day_bps: 2_501, ..LIMITS },
        LimitTerms { open_interest_cap_lots: 1_001, ..LIMITS },
        LimitTerms { base_floor_atoms: 1, ..LIMITS },
        // One looser among tighter ones.
        LimitTerms { quote_floor_atoms: 1, hour_bps: 500, ..LIMITS },
    ];
    let mut fixture = Fixture::new();
    for (number, limits) in looser.into_iter().enumerate() {
        let custody = fixture.custody(&format!("controller {number}"), &format!("token {number}"));
        let set = limits_set(&fixture, &custody, limits.clone());
        fixture.world.ok(&[set], &[&fixture.authority]);
        let before = fixture.custody_state(&custody.address);
        fixture.world.advance_s(LOOSEN_S - 1);
        fixture.world.fail(&[limits_apply(&custody)], &[], error("LimitsTooEarly"));
        fixture.world.advance_s(1);
        fixture.world.ok(&[limits_apply(&custody)], &[]);
        let after = fixture.custody_state(&custody.address);
        assert_eq!((before.limits.hour_bps.get(), after.limits), (1_000, before.pending));
        assert_eq!(after.limits.hour_bps.get(), limits.hour_bps);
        fixture.world.fail(&[limits_apply(&custody)], &[], error("LimitsNotPending"));
    }
}

#[test]
fn limits_set_tighter_ends_what_waits() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let sets = [limits_set(&fixture, &custody, LOOSE), limits_set(&fixture, &custody, LIMITS)];
    fixture.world.ok(&sets, &[&fixture.authority]);
    fixture.world.advance_s(LOOSEN_S);
    fixture.world.fail(&[limits_apply(&custody)], &[], error("LimitsNotPending"));
}

#[test]
fn limits_set_out_of_bounds_fails_by_name() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let cases = [
        (LimitTerms { hour_bps: 0, ..LIMITS }, "WindowOutOfBounds"),
        (LimitTerms { day_bps: 10_001, ..LIMITS }, "WindowOutOfBounds"),
        (LimitTerms { open_interest_cap_lots: 0, ..LIMITS }, "OpenInterestCapZero"),
    ];
    for (limits, name) in cases {
        let set = limits_set(&fixture, &custody, limits);
        fixture.world.fail(&[set], &[&fixture.authority], error(name));
    }
    fixture.authority = keypair("guardian 0");
    let set = limits_set(&fixture, &custody, LIMITS);
    fixture.world.fail(&[set], &[&fixture.authority], error("NotAuthority"));
}

#[test]
fn limits_refuse_every_wrong_account() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let config = fixture.config;
    let (config, forged) = (fixture.forged(&config), fixture.forged(&custody.address));
    let authority = fixture.authority.insecure_clone();
    Substitutions::of(limits_set(&fixture, &custody, LOOSE), calls::LimitsSet::ACCOUNTS, &[&authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
    let set = limits_set(&fixture, &custody, LOOSE);
    fixture.world.ok(&[set], &[&fixture.authority]);
    fixture.world.advance_s(LOOSEN_S);
    Substitutions::of(limits_apply(&custody), calls::LimitsApply::ACCOUNTS, &[])
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
