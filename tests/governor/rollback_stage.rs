use crate::fixture::{ABSENT, ABSENT_MUT, Fixture, error, new_code, old_code, program_data, target};
use crate::steps::{buffer_attacks, propose_args};
use client::governor as calls;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, elf, key, keypair};

/// A drafted upgrade, and a buffer of the proposer's with this code.
fn drafted(code: &[u8]) -> (Fixture, u64, Pubkey) {
    let mut fixture = Fixture::new();
    let (id, _) = fixture.upgrade_propose(target(), &new_code());
    let buffer = fixture.buffer("rollback", Some(fixture.members[0].pubkey()), code);
    (fixture, id, buffer)
}

#[test]
fn rollback_stage_names_the_buffer_and_takes_it_once() {
    let (mut fixture, id, buffer) = drafted(&old_code());
    let proposer = fixture.members[0].insecure_clone();
    let stage = fixture.stage_ix(id, target(), buffer);
    fixture.world.ok(std::slice::from_ref(&stage), &[&proposer]);
    assert_eq!(fixture.proposal_state(id).rollback_buffer, buffer.to_bytes());
    for attack in buffer_attacks(buffer, proposer.pubkey()) {
        fixture.world.fail(&[attack], &[&proposer], InstructionError::IncorrectAuthority);
    }
    fixture.world.fail(&[stage], &[&proposer], error("RollbackStaged"));
}

#[test]
fn rollback_stage_of_other_code_than_runs_fails_by_name() {
    let mut altered = old_code();
    altered[100] ^= 1;
    for (code, name) in [(altered, "BufferHashMismatch"), (new_code(), "BufferLengthMismatch")] {
        let (mut fixture, id, buffer) = drafted(&code);
        let proposer = fixture.members[0].insecure_clone();
        let stage = fixture.stage_ix(id, target(), buffer);
        fixture.world.fail(&[stage], &[&proposer], error(name));
    }
}

#[test]
fn rollback_stage_after_the_draft_fails_proposal_not_draft() {
    let (mut fixture, id, buffer) = drafted(&old_code());
    let proposer = fixture.members[0].insecure_clone();
    fixture.queue(id);
    let stage = fixture.stage_ix(id, target(), buffer);
    fixture.world.fail(&[stage], &[&proposer], error("ProposalNotDraft"));
}

#[test]
fn rollback_stage_where_there_is_no_way_back_fails_roll_forward_only() {
    let mut fixture = Fixture::new();
    let proposer = fixture.members[0].insecure_clone();
    let code = fixture.buffer("code", Some(proposer.pubkey()), &new_code());
    let args = calls::UpgradeProposeArgs { forward_only: true, ..propose_args(&new_code()) };
    let propose = fixture.upgrade_propose_args_ix(target(), code, args);
    fixture.world.ok(&[propose], &[&proposer]);
    let buffer = fixture.buffer("rollback", Some(proposer.pubkey()), &old_code());
    let stage = fixture.stage_ix(0, target(), buffer);
    fixture.world.fail(&[stage], &[&proposer], error("RollForwardOnly"));
    // And needs none to be queued.
    fixture.queue(0);
}

#[test]
fn rollback_stage_after_the_code_changed_fails_previous_hash_mismatch() {
    let (mut fixture, id, buffer) = drafted(&old_code());
    let proposer = fixture.members[0].insecure_clone();
    let adoption = fixture.adoption(target());
    fixture.world.edit::<abi::governor::Adoption>(&adoption, |adoption| adoption.elf_hash = [9; 32]);
    let stage = fixture.stage_ix(id, target(), buffer);
    fixture.world.fail(&[stage], &[&proposer], error("PreviousHashMismatch"));
}

#[test]
fn rollback_stage_refuses_every_wrong_account() {
    let (mut fixture, id, buffer) = drafted(&old_code());
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&keypair("deployer")]);
    let proposer = fixture.members[0].insecure_clone();
    let relax = fixture.propose(&policy::CouncilAction::BreakerRelax { level: policy::Level::Normal });
    let foreign = fixture.buffer("foreign", Some(key("member 1")), &old_code());
    let stage = fixture.stage_ix(id, target(), buffer);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(target()));
    Substitutions::of(stage, calls::RollbackStage::ACCOUNTS, &[&proposer])
        .stranger("proposer", error("NotProposer"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(relax), error("ActionOtherKind"))
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(margin), error("ProgramSwapped"))
        .stranger("buffer", error("NotBuffer"))
        .wrong("buffer", foreign, error("BufferAuthorityForeign"))
        .wrong("buffer", program_data(target()), error("NotBuffer"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("loader", error("NotLoader"))
        .run(&mut fixture.world);
}
