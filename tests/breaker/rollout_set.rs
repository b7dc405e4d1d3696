//! A canary step of the controller's new code: windows narrow at once, and the whole of them ends it.
use crate::fixture::{Custody, Fixture, error};
use client::breaker as calls;
use solana_instruction::Instruction;
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, keypair};

fn rollout_set(fixture: &Fixture, custody: &Custody, lots: u64, window_bps: u16) -> Instruction {
    let accounts =
        calls::RolloutSet { authority: fixture.authority.pubkey(), config: fixture.config, custody: custody.address };
    accounts.instruction(calls::RolloutSetArgs { lots, window_bps })
}

#[test]
fn rollout_set_narrows_windows_that_run_and_the_whole_of_them_ends_it() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let release = fixture.release_ticket(&custody, 10, 1);
    fixture.world.ok(&[release], &[&custody.controller]);
    let set = rollout_set(&fixture, &custody, 50, 2_500);
    fixture.world.ok(&[set], &[&fixture.authority]);
    let state = fixture.custody_state(&custody.address);
    assert_eq!((state.rollout_lots.get(), state.rollout_window_bps.get()), (50, 2_500));
    // A quarter of a tenth of the 1,000 that were there when the hour began, and 10 of it are gone.
    let releases = [fixture.release_ticket(&custody, 15, 2), fixture.release_ticket(&custody, 1, 3)];
    fixture.world.ok(&releases, &[&custody.controller]);
    let vault = fixture.custody_state(&custody.address).vaults[0];
    assert_eq!((vault.hour.current_atoms.get(), vault.queue.unpaid_atoms.get()), (25, 1));
    let set = rollout_set(&fixture, &custody, u64::MAX, 10_000);
    fixture.world.ok(&[set], &[&fixture.authority]);
    let state = fixture.custody_state(&custody.address);
    assert_eq!((state.rollout_lots.get(), state.rollout_window_bps.get()), (0, 0));
    assert_eq!((state.limits.hour_bps.get(), state.pending_unix_s.get()), (1_000, 0));
}

#[test]
fn rollout_set_of_no_share_or_more_than_the_whole_fails_by_name() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    for share in [0, 10_001, u16::MAX] {
        let set = rollout_set(&fixture, &custody, 1, share);
        fixture.world.fail(&[set], &[&fixture.authority], error("RolloutShareOutOfBounds"));
    }
    // INVARIANT(G-7)
    fixture.authority = keypair("guardian 0");
    let set = rollout_set(&fixture, &custody, 1, 1);
    fixture.world.fail(&[set], &[&fixture.authority], error("NotAuthority"));
}

#[test]
fn rollout_set_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let custody = fixture.custody("controller", "USDC");
    let config = fixture.config;
    let (config, forged) = (fixture.forged(&config), fixture.forged(&custody.address));
    let authority = fixture.authority.insecure_clone();
    Substitutions::of(rollout_set(&fixture, &custody, 1, 1), calls::RolloutSet::ACCOUNTS, &[&authority])
        .stranger("authority", error("NotAuthority"))
        .stranger("config", InstructionError::UninitializedAccount)
        .wrong("config", config, InstructionError::IllegalOwner)
        .stranger("custody", InstructionError::AccountDataTooSmall)
        .wrong("custody", forged, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
