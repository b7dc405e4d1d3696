use crate::fixture::{ABSENT_MUT, Fixture, error};
use client::governor as calls;
use policy::{Class, CouncilAction, Level};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::Substitutions;

const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };
const MEMBERS: CouncilAction<'static> = CouncilAction::CouncilSet { members: &[[1; 32]] };

#[test]
fn proposal_queue_at_the_threshold_of_each_class_starts_its_delay() {
    let mut fixture = Fixture::new();
    for (action, class, threshold) in [(RELAX, Class::RiskIncreasing, 4), (MEMBERS, Class::Council, 5)] {
        let id = fixture.propose(&action);
        fixture.approve(id, threshold - 1);
        let queue = fixture.queue_ix(id);
        fixture.world.fail(std::slice::from_ref(&queue), &[], error("ApprovalsMissing"));
        let last = fixture.members[6].insecure_clone();
        let approve = fixture.approve_ix(id, last.pubkey());
        fixture.world.ok(&[approve], &[&last]);
        let clock = fixture.world.clock();
        fixture.world.ok(&[queue], &[]);
        let (proposal, delay_s) = (fixture.proposal_state(id), class.delay_floor_s());
        assert_eq!(proposal.state, 1);
        assert_eq!(proposal.ready_unix_s.get(), clock.unix_timestamp + i64::from(delay_s));
        assert_eq!(proposal.ready_slot.get(), clock.slot + u64::from(delay_s));
    }
}

#[test]
fn proposal_queue_twice_fails_proposal_not_draft() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    fixture.queue(id);
    let queue = fixture.queue_ix(id);
    fixture.world.fail(&[queue], &[], error("ProposalNotDraft"));
}

#[test]
fn proposal_queue_of_bits_beyond_the_council_fails_approvals_missing() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let address = fixture.proposal(id);
    fixture
        .world
        .edit::<abi::governor::Proposal>(&address, |proposal| proposal.approvals = 0b1111_1111_1000_0111.into());
    let queue = fixture.queue_ix(id);
    fixture.world.fail(&[queue], &[], error("ApprovalsMissing"));
}

#[test]
fn proposal_queue_too_late_or_after_expiry_fails_by_name() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    fixture.approve(id, 4);
    let queue = fixture.queue_ix(id);
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("ProposalExpired"));
    let last = expires_unix_s - i64::from(Class::RiskIncreasing.delay_floor_s());
    fixture.world.set_unix_s(last + 1);
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("QueuedTooLate"));
    fixture.world.set_unix_s(last);
    fixture.world.ok(&[queue], &[]);
}

/// Approvals of an old council are not replayed under a new one, even one with the same members.
#[test]
fn proposal_queue_after_the_council_changed_fails_membership_stale() {
    let mut fixture = Fixture::new();
    let keep: Vec<[u8; 32]> = fixture.members.iter().map(|member| member.pubkey().to_bytes()).collect();
    let change = fixture.propose(&CouncilAction::CouncilSet { members: &keep });
    let stale = fixture.propose(&RELAX);
    fixture.approve(stale, 7);
    fixture.mature(change);
    let execute = fixture.council_execute_ix(change);
    fixture.world.ok(&[execute], &[]);
    let queue = fixture.queue_ix(stale);
    fixture.world.fail(&[queue], &[], error("MembershipStale"));
}

#[test]
fn proposal_queue_with_durable_nonce_fails_durable_nonce() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    fixture.approve(id, 4);
    let queue = fixture.queue_ix(id);
    fixture.durable_nonce_refused(&queue, &[]);
    fixture.world.ok(&[queue], &[]);
}

#[test]
fn proposal_queue_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let other = fixture.propose(&RELAX);
    fixture.approve(id, 4);
    let queue = fixture.queue_ix(id);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(queue, calls::ProposalQueue::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .wrong("council", fixture.proposal(other), InstructionError::InvalidAccountData)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("ApprovalsMissing"))
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
}
