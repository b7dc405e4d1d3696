use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error, new_code, target};
use client::governor as calls;
use policy::rollout::Stage;
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::Substitutions;

impl Fixture {
    pub fn release_ix(&self, id: u64, program: Pubkey) -> Instruction {
        let accounts = calls::RolloutRelease {
            council: self.council(),
            proposal: self.proposal(id),
            rollout: self.rollout(program),
        };
        accounts.instruction_of(self.governor)
    }

    /// Frees the rollout from a proposal that is over.
    pub fn release(&mut self, id: u64, program: Pubkey) {
        let release = self.release_ix(id, program);
        self.world.ok(&[release], &[]);
    }
}

/// A queued upgrade that its proposer cancelled.
fn cancelled() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_mature(&new_code());
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(id, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    (fixture, id)
}

#[test]
fn rollout_release_after_cancellation_frees_it_once() {
    let (mut fixture, id) = cancelled();
    let release = fixture.release_ix(id, target());
    fixture.world.ok(std::slice::from_ref(&release), &[]);
    assert_eq!(fixture.rollout_state(target()).stage, Stage::Idle.byte());
    fixture.world.fail(&[release], &[], error("RolloutStageWrong"));
}

#[test]
fn rollout_release_while_the_proposal_can_be_executed_fails_proposal_alive() {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_mature(&new_code());
    let release = fixture.release_ix(id, target());
    fixture.world.fail(std::slice::from_ref(&release), &[], error("ProposalAlive"));
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.ok(&[release], &[]);
}

#[test]
fn rollout_release_after_execution_fails_rollout_stage_wrong() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let [execute, release] = [fixture.upgrade_ix(id, target(), buffer), fixture.release_ix(id, target())];
    fixture.world.ok(&[execute], &[]);
    fixture.world.fail(&[release], &[], error("RolloutStageWrong"));
}

#[test]
fn rollout_release_refuses_every_wrong_account() {
    let (mut fixture, id) = cancelled();
    let (other, _) = fixture.upgrade_propose(target(), &new_code());
    let release = fixture.release_ix(id, target());
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    let rollout_elsewhere = fixture.elsewhere(fixture.rollout(target()));
    Substitutions::of(release, calls::RolloutRelease::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("RolloutOfAnother"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .run(&mut fixture.world);
}
