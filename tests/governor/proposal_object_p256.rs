use crate::ballot_attacks::{P256_SEAT, RELAX, drafted};
use crate::fixture::{ABSENT_MUT, error};
use abi::ballot::{APPROVE, Ballot, OBJECT};
use bytemuck::bytes_of;
use client::governor as calls;
use policy::ballot::Voice;
use policy::proposal::State;
use solana_instruction::error::InstructionError;
use testkit::{Substitutions, p256_key, signed};

/// INVARIANT(G-18)
#[test]
fn proposal_object_p256_counts_against_a_draft_and_vetoes_what_is_queued() {
    let (mut fixture, id, key) = drafted();
    let object = fixture.calls().cast(&mut fixture.world, id, Voice::Object, &key);
    fixture.world.ok(&object, &[]);
    assert_eq!(fixture.proposal_state(id).objections.get(), 1 << P256_SEAT);
    fixture.world.fail(&object, &[], error("AlreadyObjected"));
    fixture.queue(id);
    // The objection was to the draft: whoever sends it again has no veto by it. INVARIANT(G-19)
    fixture.world.fail(&object, &[], error("BallotKindOther"));
    assert_eq!(fixture.proposal_state(id).objections.get(), 0);
    fixture.object(id, &[0, P256_SEAT]);
    let proposal = fixture.proposal_state(id);
    assert_eq!((fixture.state(id), proposal.vetoed, proposal.approvals.get()), (State::Draft, 1, 0));
}

#[test]
fn proposal_object_p256_with_another_voice_key_or_membership_fails_by_name() {
    let (mut fixture, id, key) = drafted();
    let ballot = fixture.ballot(id, Voice::Object);
    assert_eq!(ballot.kind, OBJECT);
    let vote = fixture.calls().vote(id, Voice::Object, 0, vec![]);
    for (signer, ballot, name) in [
        (&key, Ballot { kind: APPROVE, ..ballot }, "BallotKindOther"),
        (&key, Ballot { config_epoch: 9.into(), ..ballot }, "BallotEpochOther"),
        (&p256_key("stranger"), ballot, "NotMember"),
    ] {
        let object = [signed(signer, bytes_of(&ballot)), vote.clone()];
        fixture.world.fail(&object, &[], error(name));
    }
    let object = [signed(&key, bytes_of(&ballot)), vote];
    let council = fixture.council();
    fixture.world.edit::<abi::governor::Council>(&council, |council| council.config_epoch = 9.into());
    fixture.world.fail(&object, &[], error("BallotEpochOther"));
    let object = fixture.calls().cast(&mut fixture.world, id, Voice::Object, &key);
    fixture.world.fail(&object, &[], error("MembershipStale"));
}

#[test]
fn proposal_object_p256_to_what_is_over_or_expired_fails_by_name() {
    let (mut fixture, id, key) = drafted();
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    let object = fixture.calls().cast(&mut fixture.world, id, Voice::Object, &key);
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(&object, &[], error("ProposalExpired"));
    fixture.world.set_unix_s(expires_unix_s);
    fixture.object(id, &[0, 1, 2, 3]);
    assert_eq!(fixture.state(id), State::Rejected);
    fixture.world.fail(&object, &[], error("ProposalClosed"));
}

#[test]
fn proposal_object_p256_refuses_every_wrong_account() {
    let (mut fixture, id, key) = drafted();
    let other = fixture.propose(&RELAX);
    let [proof, vote] = fixture.calls().cast(&mut fixture.world, id, Voice::Object, &key);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(vote, calls::ProposalObjectP256::ACCOUNTS, &[])
        .after(&[proof])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("DigestMismatch"))
        .stranger("instructions", error("NotSysvar"))
        .stranger("slot_hashes", error("NotSysvar"))
        .run(&mut fixture.world);
}
