use crate::fixture::{
    ABSENT, ABSENT_MUT, BUFFER_LAMPORTS, Fixture, TWIN, buffer_account, code_of, error, new_code, old_code,
    program_data, sha256, target,
};
use crate::steps::{digest, encoded};
use client::governor as calls;
use policy::{Class, CouncilAction, Evidence, Upgrade};
use solana_account::Account;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, key};

fn proposer(fixture: &Fixture) -> Pubkey {
    fixture.members[0].pubkey()
}

#[test]
fn upgrade_propose_commits_to_the_buffer_and_takes_it() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    let proposal = fixture.proposal_state(id);
    let (program, elf_hash) = (target().to_bytes(), sha256(&new_code()));
    let elf_len = new_code().len().try_into().unwrap();
    let evidence = Evidence { schema_from: 1, schema_to: 1, ..Evidence::default() };
    let previous_hash = sha256(&old_code());
    let buffer_key = buffer.to_bytes();
    let upgrade =
        Upgrade { program, buffer: buffer_key, elf_hash, elf_len, previous_hash, evidence, forward_only: false };
    let bytes = encoded(&CouncilAction::Upgrade(upgrade));
    assert_eq!(proposal.action[..usize::from(proposal.action_len.get())], bytes);
    assert_eq!(proposal.digest, digest(fixture.governor, id, &bytes));
    assert_eq!(proposal.class, Class::Upgrade.byte());
    let account = fixture.world.account(&buffer).unwrap();
    let state = abi::loader::buffer(&account.data).unwrap();
    assert_eq!(state.authority, Some(fixture.authority().to_bytes()));
    assert_eq!((state.code, account.lamports), (&new_code()[..], BUFFER_LAMPORTS));
}

#[test]
fn upgrade_propose_of_anothers_buffer_fails_buffer_authority_foreign() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    // Another member's; nobody's; and the governor's own, which another proposal holds: its lamports are that proposer's.
    for authority in [Some(key("member 1")), None, Some(fixture.authority())] {
        let buffer = fixture.buffer("foreign", authority, &new_code());
        let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
        fixture.world.fail(&[propose], &[&member], error("BufferAuthorityForeign"));
    }
    let (_, taken) = fixture.upgrade_propose(target(), &new_code());
    let again = fixture.upgrade_propose_ix(target(), taken, &new_code());
    fixture.world.fail(&[again], &[&member], error("BufferAuthorityForeign"));
}

#[test]
fn upgrade_propose_of_no_code_fails_code_empty() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("empty", Some(member.pubkey()), &[]);
    let propose = fixture.upgrade_propose_ix(target(), buffer, &[]);
    fixture.world.fail(&[propose], &[&member], error("CodeEmpty"));
}

#[test]
fn upgrade_propose_of_what_is_no_buffer_fails_not_buffer() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let forged = key("forged");
    let account = buffer_account(Some(member.pubkey()), &new_code());
    fixture.world.set_account(&forged, Account { owner: key("another loader"), ..account });
    for address in [forged, program_data(TWIN), key("absent")] {
        let propose = fixture.upgrade_propose_ix(target(), address, &new_code());
        fixture.world.fail(&[propose], &[&member], error("NotBuffer"));
    }
}

#[test]
fn upgrade_propose_for_program_not_adopted_fails() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("buffer", Some(member.pubkey()), &new_code());
    let propose = fixture.upgrade_propose_ix(TWIN, buffer, &new_code());
    fixture.world.fail(&[propose], &[&member], ABSENT);
}

#[test]
fn upgrade_propose_by_another_fails_not_member() {
    let mut fixture = Fixture::new();
    let stranger = fixture.world.rich("stranger");
    let buffer = fixture.buffer("buffer", Some(stranger.pubkey()), &new_code());
    let mut propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
    propose.accounts[0].pubkey = stranger.pubkey();
    fixture.world.fail(&[propose], &[&stranger], error("NotMember"));
}

#[test]
fn upgrade_propose_with_durable_nonce_fails_durable_nonce() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("buffer", Some(member.pubkey()), &new_code());
    let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
    fixture.durable_nonce_refused(&propose, &[&member]);
    fixture.world.ok(&[propose], &[&member]);
}

#[test]
fn upgrade_propose_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("buffer", Some(proposer(&fixture)), &new_code());
    fixture.propose(&CouncilAction::BreakerRelax { level: policy::Level::Normal });
    let other = fixture.buffer("other buffer", Some(proposer(&fixture)), &old_code());
    let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
    let of_twin = Pubkey::find_program_address(&[abi::governor::AUTHORITY_SEED], &TWIN).0;
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(target()));
    Substitutions::of(propose, calls::UpgradePropose::ACCOUNTS, &[&member])
        .stranger("proposer", error("NotMember"))
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("adoption", ABSENT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.proposal(0), InstructionError::InvalidAccountData)
        .stranger("buffer", error("NotBuffer"))
        .wrong("buffer", other, error("BufferLengthMismatch"))
        .stranger("proposal", InstructionError::InvalidSeeds)
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .wrong("governor_authority", of_twin, InstructionError::InvalidSeeds)
        .stranger("instructions", error("NotSysvar"))
        .stranger("loader", error("NotLoader"))
        .stranger("system_program", code_of(client::framework::ERRORS, "ConstraintExecutable"))
        .wrong("system_program", TWIN, InstructionError::IncorrectProgramId)
        .run(&mut fixture.world);
}
