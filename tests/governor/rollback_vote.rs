//! `upgrade_rollback` by vote and of an emergency patch, `ratify_execute`.

use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error, new_code, old_code, program_data, sha256, target};
use crate::steps::propose_args;
use client::{WithRemaining, governor as calls};
use policy::rollout::{RATIFY_S, Stage};
use policy::{Class, CouncilAction, Level, proposal::State};
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, elf, key, keypair};

pub const VAULT: Pubkey = Pubkey::new_from_array(abi::ids::VAULT);

impl Fixture {
    /// A vote to roll the target back to this code, through its delay.
    pub fn vote(&mut self, program: Pubkey, code: &[u8]) -> Pubkey {
        let previous_hash = sha256(code);
        let id = self.propose(&CouncilAction::RollBack { program: program.to_bytes(), previous_hash });
        assert_eq!(self.class(id), Class::Tighten);
        self.mature(id);
        self.proposal(id)
    }
}

/// New code of the target on its first canary step.
pub fn upgraded() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.ok(&[execute], &[]);
    fixture.world.next_slot();
    (fixture, id)
}

pub fn voted(rollback: Instruction, vote: Pubkey) -> Instruction {
    rollback.with_remaining([AccountMeta::new_readonly(vote, false)])
}

#[test]
fn rollback_by_three_members_under_a_freeze_of_the_guardians_restores_the_code() {
    let (mut fixture, id) = upgraded();
    let rollback = fixture.rollback_ix(id, target());
    fixture.world.fail(std::slice::from_ref(&rollback), &[], error("RollbackUnfounded"));
    let vote = fixture.vote(target(), &old_code());
    let rollback = voted(rollback, vote);
    fixture.world.next_slot();
    fixture.world.fail(std::slice::from_ref(&rollback), &[], error("VoteWrong"));
    fixture.level_force(Level::Frozen);
    fixture.world.ok(&[rollback], &[]);
    assert_eq!(fixture.code(target())[..old_code().len()], old_code());
    let adoption = fixture.adoption_state(target());
    assert_eq!((adoption.elf_hash, fixture.rollout_state(target()).stage), (sha256(&old_code()), Stage::Idle.byte()));
    assert_eq!(fixture.state(id), State::RolledBack);
}

#[test]
fn rollback_where_there_is_no_way_back_fails_by_name() {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let proposer = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("code", Some(proposer.pubkey()), &new_code());
    let args = calls::UpgradeProposeArgs { forward_only: true, schema_to: 2, ..propose_args(&new_code()) };
    let propose = fixture.upgrade_propose_args_ix(target(), buffer, args);
    fixture.world.ok(&[propose], &[&proposer]);
    fixture.mature(0);
    fixture.world.next_slot();
    let execute = fixture.upgrade_ix(0, target(), buffer);
    fixture.world.ok(&[execute], &[]);
    let vote = fixture.vote(target(), &old_code());
    fixture.level_force(Level::Frozen);
    let mut rollback = voted(fixture.rollback_ix(0, target()), vote);
    // Nothing was staged: any account stands for it.
    rollback.accounts.iter_mut().filter(|meta| meta.pubkey == Pubkey::default()).for_each(|meta| {
        (meta.pubkey, meta.is_writable) = (key("no buffer"), true);
    });
    fixture.world.fail(&[rollback], &[], error("RollForwardOnly"));
}

/// An emergency patch of the vault, on its first canary step.
fn patched() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    fixture.breaker_init();
    let adopt = fixture.adopt_ix(VAULT, elf("vault").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    fixture.level_force(Level::Frozen);
    let proposer = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("patch", Some(proposer.pubkey()), &old_code());
    let args = calls::UpgradeProposeArgs { emergency: true, ..propose_args(&old_code()) };
    let propose = fixture.upgrade_propose_args_ix(VAULT, buffer, args);
    fixture.world.ok(&[propose], &[&proposer]);
    fixture.mature(0);
    // Ratification is the same whether accounts were recorded; the drills play it with them.
    let rollout = fixture.rollout(VAULT);
    fixture.world.edit::<abi::governor::Rollout>(&rollout, |rollout| rollout.scope = 1);
    fixture.world.next_slot();
    let execute = fixture.upgrade_ix(0, VAULT, buffer);
    fixture.world.ok(&[execute], &[]);
    fixture.level_force(Level::Normal);
    (fixture, 0)
}

fn ratify_ix(fixture: &Fixture, id: u64) -> Instruction {
    let accounts = calls::RatifyExecute {
        council: fixture.council(),
        proposal: fixture.proposal(id),
        adoption: fixture.adoption(VAULT),
        rollout: fixture.rollout(VAULT),
    };
    accounts.instruction()
}

/// INVARIANT(G-14): a patch that nobody ratified is rolled back by anybody after seven days.
#[test]
fn patch_that_is_not_ratified_is_rolled_back_by_anybody() {
    let (mut fixture, id) = patched();
    let (promote, rollback) = (fixture.promote_ix(id, VAULT), fixture.rollback_ix(id, VAULT));
    fixture.dwell();
    fixture.world.fail(&[promote], &[], error("PatchUnratified"));
    fixture.world.fail(std::slice::from_ref(&rollback), &[], error("RollbackUnfounded"));
    fixture.world.advance_s(RATIFY_S.into());
    fixture.world.advance_slots(RATIFY_S.into());
    fixture.world.next_slot();
    fixture.world.ok(&[rollback], &[]);
    assert_eq!(fixture.code(VAULT)[..elf("vault").len()], elf("vault"));
}

#[test]
fn ratified_patch_is_promoted_and_stays() {
    let (mut fixture, id) = patched();
    let elf_hash = sha256(&old_code());
    let ratify = fixture.propose(&CouncilAction::Ratify { program: VAULT.to_bytes(), elf_hash });
    let other = fixture.propose(&CouncilAction::Ratify { program: VAULT.to_bytes(), elf_hash: [1; 32] });
    assert_eq!(fixture.class(ratify), Class::Ratify);
    fixture.queue(other);
    fixture.queue(ratify);
    let [execute, wrong] = [ratify_ix(&fixture, ratify), ratify_ix(&fixture, other)];
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    fixture.delay_pass(ratify);
    fixture.world.fail(&[wrong], &[], error("DeployedHashMismatch"));
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let [proposal_elsewhere, adoption_elsewhere, rollout_elsewhere] =
        [fixture.proposal(ratify), fixture.adoption(VAULT), fixture.rollout(VAULT)].map(|at| fixture.elsewhere(at));
    Substitutions::of(execute.clone(), calls::RatifyExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(id), error("ProposalNotQueued"))
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(target()), error("RolloutSwapped"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", fixture.rollout(target()), error("RolloutSwapped"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
    fixture.durable_nonce_refused(&execute, &[]);
    fixture.world.ok(std::slice::from_ref(&execute), &[]);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
    fixture.world.advance_s(RATIFY_S.into());
    fixture.world.advance_slots(RATIFY_S.into());
    let (rollback, promote) = (fixture.rollback_ix(id, VAULT), fixture.promote_ix(id, VAULT));
    fixture.world.fail(&[rollback], &[], error("RollbackUnfounded"));
    fixture.world.ok(&[promote], &[]);
    assert_eq!(fixture.rollout_state(VAULT).step, 1);
}

#[test]
fn ratify_execute_without_a_patch_fails_nothing_to_ratify() {
    let mut fixture = Fixture::new();
    let adopt = fixture.adopt_ix(VAULT, elf("vault").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let elf_hash = sha256(&elf("vault"));
    let id = fixture.propose(&CouncilAction::Ratify { program: VAULT.to_bytes(), elf_hash });
    fixture.mature(id);
    let execute = ratify_ix(&fixture, id);
    fixture.world.fail(&[execute], &[], error("NothingToRatify"));
}

#[test]
fn upgrade_rollback_refuses_every_wrong_account() {
    let (mut fixture, id) = upgraded();
    let adopt = fixture.adopt_ix(VAULT, elf("vault").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let (other, other_buffer) = fixture.upgrade_propose(target(), &old_code());
    fixture.level_force(Level::Frozen);
    let vote = fixture.vote(target(), &old_code());
    fixture.world.next_slot();
    let rollback = voted(fixture.rollback_ix(id, target()), vote);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let [proposal_elsewhere, adoption_elsewhere, rollout_elsewhere] =
        [fixture.proposal(id), fixture.adoption(target()), fixture.rollout(target())].map(|at| fixture.elsewhere(at));
    Substitutions::of(rollback, calls::UpgradeRollback::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", proposal_elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("RolloutOfAnother"))
        .stranger("adoption", ABSENT_MUT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(VAULT), error("RolloutSwapped"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", fixture.rollout(VAULT), error("RolloutSwapped"))
        .stranger("program", error("ProgramSwapped"))
        .stranger("program_data", error("ProgramDataSwapped"))
        .wrong("program_data", program_data(VAULT), error("ProgramDataSwapped"))
        .stranger("rollback_buffer", error("RollbackBufferSwapped"))
        .wrong("rollback_buffer", other_buffer, error("RollbackBufferSwapped"))
        .stranger("spill", error("SpillRedirected"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("rent", error("NotSysvar"))
        .stranger("clock", error("NotSysvar"))
        .stranger("loader", error("NotLoader"))
        .run(&mut fixture.world);
}
