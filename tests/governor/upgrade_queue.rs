use crate::brakes::{self, brake};
use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, buffer_account, error, new_code, old_code, target};
use crate::steps::propose_args;
use client::governor as calls;
use policy::{Class, Level, rollout::Stage};
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, elf, key, keypair};

/// An upgrade with its approvals and its way back, ready to be queued.
fn approved() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.approve(id, 5);
    fixture.stage(id);
    (fixture, id)
}

#[test]
fn upgrade_queue_starts_both_clocks_and_takes_the_rollout() {
    let (mut fixture, id) = approved();
    let (queue, clock) = (fixture.upgrade_queue_ix(id, target()), fixture.world.clock());
    fixture.world.ok(std::slice::from_ref(&queue), &[]);
    let (proposal, rollout) = (fixture.proposal_state(id), fixture.rollout_state(target()));
    let delay_s = u64::from(Class::Upgrade.delay_floor_s());
    assert_eq!((proposal.state, proposal.ready_slot.get()), (1, clock.slot + delay_s));
    assert_eq!((rollout.stage, rollout.proposal.get(), rollout.canary_bps.get()), (Stage::Queued.byte(), id, 10_000));
    fixture.world.fail(&[queue], &[], error("ProposalNotDraft"));
}

#[test]
fn upgrade_queue_without_a_way_back_fails_rollback_not_staged() {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.approve(id, 5);
    let queue = fixture.upgrade_queue_ix(id, target());
    fixture.world.fail(&[queue], &[], error("RollbackNotStaged"));
}

#[test]
fn upgrade_queue_over_a_changed_way_back_fails_by_name() {
    let (mut fixture, id) = approved();
    let buffer = Pubkey::from(fixture.proposal_state(id).rollback_buffer);
    let queue = fixture.upgrade_queue_ix(id, target());
    let mut altered = old_code();
    altered[9] ^= 1;
    let authority = Some(fixture.authority());
    let cases = [
        (buffer_account(authority, &altered), "RollbackHashMismatch"),
        (buffer_account(authority, &new_code()), "RollbackHashMismatch"),
        (buffer_account(Some(key("thief")), &old_code()), "BufferAuthorityLost"),
    ];
    for (account, name) in cases {
        fixture.world.set_account(&buffer, account);
        fixture.world.fail(std::slice::from_ref(&queue), &[], error(name));
    }
}

#[test]
fn upgrade_queue_after_the_code_changed_fails_previous_hash_mismatch() {
    let (mut fixture, id) = approved();
    let (queue, adoption) = (fixture.upgrade_queue_ix(id, target()), fixture.adoption(target()));
    fixture.world.edit::<abi::governor::Adoption>(&adoption, |adoption| adoption.elf_hash = [9; 32]);
    fixture.world.fail(&[queue], &[], error("PreviousHashMismatch"));
}

#[test]
fn proposal_queue_of_an_upgrade_fails_upgrade_queued_elsewhere() {
    let (mut fixture, id) = approved();
    let queue = fixture.queue_ix(id);
    fixture.world.fail(&[queue], &[], error("UpgradeQueuedElsewhere"));
}

#[test]
fn emergency_patch_is_queued_by_six_at_level_three_only() {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let oracle = Pubkey::new_from_array(abi::ids::ORACLE);
    let adopt = fixture.adopt_ix(oracle, elf("oracle").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let proposer = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("patch", Some(proposer.pubkey()), &new_code());
    let args = calls::UpgradeProposeArgs { emergency: true, ..propose_args(&new_code()) };
    for (changed, name) in [
        (calls::UpgradeProposeArgs { schema_to: 2, ..args.clone() }, "PatchOutOfBounds"),
        (calls::UpgradeProposeArgs { forward_only: true, ..args.clone() }, "PatchOutOfBounds"),
        (calls::UpgradeProposeArgs { schema_to: 3, emergency: false, ..args.clone() }, "SchemaWrong"),
    ] {
        let propose = fixture.upgrade_propose_args_ix(oracle, buffer, changed);
        fixture.world.fail(&[propose], &[&proposer], error(name));
    }
    let propose = fixture.upgrade_propose_args_ix(target(), buffer, args.clone());
    fixture.world.fail(&[propose], &[&proposer], error("PatchOutOfBounds"));
    let propose = fixture.upgrade_propose_args_ix(oracle, buffer, args);
    fixture.world.ok(&[propose], &[&proposer]);
    fixture.stage(0);
    fixture.approve(0, 5);
    let queue = fixture.upgrade_queue_ix(0, oracle);
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("ApprovalsMissing"));
    let sixth = fixture.members[5].insecure_clone();
    let approve = fixture.approve_ix(0, sixth.pubkey());
    fixture.world.ok(&[approve], &[&sixth]);
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("EmergencyWithoutFreeze"));
    fixture.level_force(Level::Frozen);
    let now_unix_s = fixture.world.unix_s();
    fixture.world.edit::<abi::breaker::Brake>(&brake(), |brake| brake.expires_unix_s = (now_unix_s + 60).into());
    let mut astray = queue.clone();
    let config = brakes::config();
    astray.accounts.iter_mut().filter(|meta| meta.pubkey == config).for_each(|meta| meta.pubkey = key("astray"));
    fixture.world.fail(&[astray], &[], ABSENT);
    fixture.world.ok(&[queue], &[]);
    assert_eq!((fixture.class(0), fixture.rollout_state(oracle).unratified), (Class::Emergency, 1));
    // The freeze that let the patch in stays until it can have been carried out, and no longer.
    assert_eq!(fixture.brake_state().expires_unix_s.get(), now_unix_s + policy::HOLD_S);
}

#[test]
fn upgrade_queue_refuses_every_wrong_account() {
    let (mut fixture, id) = approved();
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let relax = fixture.propose(&policy::CouncilAction::BreakerRelax { level: Level::Normal });
    let queue = fixture.upgrade_queue_ix(id, target());
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(target()));
    let rollout_elsewhere = fixture.elsewhere(fixture.rollout(target()));
    Substitutions::of(queue, calls::UpgradeQueue::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("RollbackBufferSwapped"))
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(margin), error("RolloutSwapped"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", fixture.rollout(margin), error("RolloutSwapped"))
        .stranger("rollback_buffer", error("RollbackBufferSwapped"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .any("config", "only an emergency reads it, and then the breaker pins it")
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("breaker", error("NotBreaker"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
}

/// Adoption and rollout of another program, consistent among themselves.
#[test]
fn upgrade_queue_on_another_program_fails_program_swapped() {
    let (mut fixture, id) = approved();
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let queue = fixture.upgrade_queue_ix(id, margin);
    fixture.world.fail(&[queue], &[], error("ProgramSwapped"));
}
