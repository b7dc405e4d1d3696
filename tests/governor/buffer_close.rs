use crate::fixture::{ABSENT, ABSENT_MUT, BUFFER_LAMPORTS, Fixture, TWIN, error, new_code, program_data, target};
use client::governor as calls;
use policy::{CouncilAction, Level};
use solana_instruction::error::InstructionError;
use solana_signer::Signer;
use testkit::{Substitutions, key};

/// A cancelled upgrade and its buffer.
pub fn cancelled() -> (Fixture, u64, solana_pubkey::Pubkey) {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(id, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    (fixture, id, buffer)
}

#[test]
fn buffer_close_after_cancellation_returns_the_lamports_to_the_proposer() {
    let (mut fixture, id, buffer) = cancelled();
    let proposer = fixture.members[0].pubkey();
    let before = fixture.world.account(&proposer).unwrap().lamports;
    let close = fixture.buffer_close_ix(id, buffer);
    fixture.world.ok(std::slice::from_ref(&close), &[]);
    assert_eq!(fixture.world.account(&proposer).unwrap().lamports, before + BUFFER_LAMPORTS);
    assert_eq!(fixture.world.account(&buffer), None);
    fixture.world.fail(&[close], &[], error("NotBuffer"));
}

#[test]
fn buffer_close_before_cancellation_fails_proposal_not_cancelled() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    let close = fixture.buffer_close_ix(id, buffer);
    fixture.world.fail(std::slice::from_ref(&close), &[], error("ProposalNotCancelled"));
    fixture.mature(id);
    fixture.world.next_slot();
    fixture.world.fail(std::slice::from_ref(&close), &[], error("ProposalNotCancelled"));
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.ok(&[execute], &[]);
    fixture.world.fail(&[close], &[], error("ProposalNotCancelled"));
}

#[test]
fn buffer_close_of_another_action_fails_action_other_kind() {
    let (mut fixture, _, buffer) = cancelled();
    let id = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(id, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    let close = fixture.buffer_close_ix(id, buffer);
    fixture.world.fail(&[close], &[], error("ActionOtherKind"));
}

#[test]
fn buffer_close_refuses_every_wrong_account() {
    let (mut fixture, id, buffer) = cancelled();
    let (open, other) = fixture.upgrade_propose(target(), &new_code());
    let close = fixture.buffer_close_ix(id, buffer);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    Substitutions::of(close, calls::BufferClose::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(open), error("ProposalNotCancelled"))
        .stranger("buffer", error("BufferSwapped"))
        .wrong("buffer", other, error("BufferSwapped"))
        .wrong("buffer", program_data(TWIN), error("BufferSwapped"))
        .stranger("proposer", error("SpillRedirected"))
        .wrong("proposer", key("member 1"), error("SpillRedirected"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("loader", error("NotLoader"))
        .run(&mut fixture.world);
}
