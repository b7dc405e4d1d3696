use crate::fixture::{ABSENT_MUT, Fixture, error, target};
use client::governor as calls;
use policy::{Class, CouncilAction, Level};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, key};

const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };

/// A draft, one slot old.
fn drafted() -> (Fixture, u64) {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    (fixture, id)
}

#[test]
fn proposal_approve_by_members_sets_their_bits() {
    let (mut fixture, id) = drafted();
    for seat in [6, 0, 3] {
        let member = fixture.members[seat].insecure_clone();
        let approve = fixture.approve_ix(id, member.pubkey());
        fixture.world.ok(&[approve], &[&member]);
    }
    assert_eq!(fixture.proposal_state(id).approvals.get(), 0b100_1001);
}

#[test]
fn proposal_approve_by_another_fails_not_member() {
    let (mut fixture, id) = drafted();
    let stranger = fixture.world.rich("stranger");
    let approve = fixture.approve_ix(id, stranger.pubkey());
    fixture.world.fail(&[approve], &[&stranger], error("NotMember"));
}

#[test]
fn proposal_approve_without_the_members_signature_fails() {
    let (mut fixture, id) = drafted();
    let mut approve = fixture.approve_ix(id, key("member 1"));
    approve.accounts[0].is_signer = false;
    fixture.world.fail(&[approve], &[], InstructionError::MissingRequiredSignature);
}

#[test]
fn proposal_approve_in_the_creation_slot_fails_created_this_slot() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    fixture.world.fail(std::slice::from_ref(&approve), &[&member], error("CreatedThisSlot"));
    fixture.world.advance_slots(1);
    fixture.world.ok(&[approve], &[&member]);
}

#[test]
fn proposal_approve_twice_fails_already_approved() {
    let (mut fixture, id) = drafted();
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    fixture.world.ok(std::slice::from_ref(&approve), &[&member]);
    fixture.world.fail(&[approve], &[&member], error("AlreadyApproved"));
}

#[test]
fn proposal_approve_of_another_digest_fails_digest_mismatch() {
    let (mut fixture, id) = drafted();
    let other = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    let member = fixture.members[1].insecure_clone();
    // The same action under another id: an approval is of one proposal, not of its content.
    let mut approve = fixture.approve_ix(id, member.pubkey());
    approve.accounts[2].pubkey = fixture.proposal(other);
    fixture.world.fail(&[approve], &[&member], error("DigestMismatch"));
}

#[test]
fn proposal_approve_after_expiry_fails_proposal_expired() {
    let (mut fixture, id) = drafted();
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(std::slice::from_ref(&approve), &[&member], error("ProposalExpired"));
    fixture.world.set_unix_s(expires_unix_s);
    fixture.world.ok(&[approve], &[&member]);
}

#[test]
fn proposal_approve_of_queued_or_cancelled_fails_proposal_not_draft() {
    let (mut fixture, id) = drafted();
    let member = fixture.members[6].insecure_clone();
    fixture.queue(id);
    let approve = fixture.approve_ix(id, member.pubkey());
    fixture.world.fail(std::slice::from_ref(&approve), &[&member], error("ProposalNotDraft"));
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(id, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    fixture.world.fail(&[approve], &[&member], error("ProposalNotDraft"));
}

#[test]
fn proposal_approve_of_a_class_that_no_version_wrote_fails_state_unknown() {
    let (mut fixture, id) = drafted();
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    let address = fixture.proposal(id);
    assert_eq!(Class::from_byte(9), None);
    fixture.world.edit::<abi::governor::Proposal>(&address, |proposal| proposal.class = 9);
    fixture.world.fail(&[approve], &[&member], error("StateUnknown"));
}

#[test]
fn proposal_approve_refuses_every_wrong_account() {
    let (mut fixture, id) = drafted();
    let other = fixture.propose(&RELAX);
    fixture.world.advance_slots(1);
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(approve, calls::ProposalApprove::ACCOUNTS, &[&member])
        .stranger("member", error("NotMember"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .wrong("council", fixture.proposal(other), InstructionError::InvalidAccountData)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("DigestMismatch"))
        .wrong("proposal", fixture.adoption(target()), ABSENT_MUT)
        .stranger("instructions", error("NotSysvar"))
        .run(&mut fixture.world);
}
