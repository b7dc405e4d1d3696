use crate::fixture::{ABSENT_MUT, Fixture, error};
use client::governor as calls;
use policy::{CouncilAction, Level};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, keypair};

const RELAX: CouncilAction<'static> = CouncilAction::BreakerRelax { level: Level::Normal };

#[test]
fn proposal_cancel_by_proposer_ends_a_draft_and_a_queued_one() {
    let mut fixture = Fixture::new();
    let proposer = fixture.members[0].insecure_clone();
    let (draft, queued) = (fixture.propose(&RELAX), fixture.propose(&RELAX));
    fixture.mature(queued);
    for id in [draft, queued] {
        let cancel = fixture.cancel_ix(id, proposer.pubkey());
        fixture.world.ok(std::slice::from_ref(&cancel), &[&proposer]);
        assert_eq!(fixture.proposal_state(id).state, 3);
        fixture.world.fail(&[cancel], &[&proposer], error("ProposalClosed"));
    }
}

#[test]
fn proposal_cancel_by_another_fails_not_proposer_until_it_is_dead() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let member = fixture.members[1].insecure_clone();
    let cancel = fixture.cancel_ix(id, member.pubkey());
    fixture.world.fail(std::slice::from_ref(&cancel), &[&member], error("NotProposer"));
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s);
    fixture.world.fail(&[cancel], &[&member], error("NotProposer"));
    fixture.world.set_unix_s(expires_unix_s + 1);
    let anyone = keypair("payer");
    let cancel = fixture.cancel_ix(id, anyone.pubkey());
    fixture.world.ok(&[cancel], &[&anyone]);
}

#[test]
fn proposal_cancel_by_anyone_once_the_council_changed() {
    let mut fixture = Fixture::new();
    let change = fixture.propose(&CouncilAction::CouncilSet { members: &[[1; 32]] });
    let stale = fixture.propose(&RELAX);
    fixture.mature(change);
    let execute = fixture.council_execute_ix(change);
    fixture.world.ok(&[execute], &[]);
    let stranger = fixture.world.rich("stranger");
    let executed = fixture.cancel_ix(change, stranger.pubkey());
    fixture.world.fail(&[executed], &[&stranger], error("ProposalClosed"));
    let cancel = fixture.cancel_ix(stale, stranger.pubkey());
    fixture.world.ok(&[cancel], &[&stranger]);
}

#[test]
fn proposal_cancel_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let id = fixture.propose(&RELAX);
    let closed = fixture.propose(&RELAX);
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(closed, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    let cancel = fixture.cancel_ix(id, proposer.pubkey());
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(cancel, calls::ProposalCancel::ACCOUNTS, &[&proposer])
        .stranger("by", error("NotProposer"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(closed), error("ProposalClosed"))
        .run(&mut fixture.world);
}
