use crate::fixture::{
    ABSENT_MUT, BUFFER_LAMPORTS, Fixture, ROOM, TWIN, buffer_account, error, new_code, old_code, program_data, sha256,
    target,
};
use client::governor as calls;
use policy::{Class, CouncilAction, Level};
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{Substitutions, elf, key};

/// A call that old and new code answer differently.
fn call() -> Instruction {
    Instruction {
        program_id: target(),
        accounts: vec![AccountMeta::new(key("a"), false), AccountMeta::new(key("b"), false)],
        data: vec![9],
    }
}

/// The mock's `AccountNotOwned`: its code runs and looks at the accounts.
const OLD_ANSWER: u32 = 9902;

/// INVARIANT(G-3): the deployed bytes hash to what was approved.
#[test]
fn upgrade_execute_deploys_the_approved_bytes_and_the_next_slot_runs_them() {
    let mut fixture = Fixture::new();
    fixture.world.fail(&[call()], &[], OLD_ANSWER);
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let proposer = fixture.members[0].pubkey();
    let lamports_before = fixture.world.account(&proposer).unwrap().lamports;
    let code_lamports_before = fixture.world.account(&program_data(target())).unwrap().lamports;
    let slot = fixture.world.clock().slot;
    let outcome = fixture.world.ok(std::slice::from_ref(&execute), &[]);
    println!("upgrade of {} bytes: {} units", new_code().len(), outcome.units);

    let code = fixture.code(target());
    assert_eq!(code.len(), ROOM);
    assert_eq!(code[..new_code().len()], new_code());
    assert!(code[new_code().len()..].iter().all(|byte| *byte == 0));
    let adoption = fixture.adoption_state(target());
    assert_eq!((adoption.elf_hash, adoption.previous_hash), (sha256(&new_code()), sha256(&old_code())));
    assert_eq!((adoption.elf_len.get(), adoption.upgrades.get()), (u32::try_from(new_code().len()).unwrap(), 1));
    assert_eq!((adoption.upgraded_slot.get(), fixture.proposal_state(id).state), (slot, 2));
    let code_lamports = fixture.world.account(&program_data(target())).unwrap().lamports;
    let lamports = fixture.world.account(&proposer).unwrap().lamports;
    assert_eq!(lamports + code_lamports, lamports_before + code_lamports_before + BUFFER_LAMPORTS);

    fixture.world.next_slot();
    // The breaker's code looks first at the address it runs at.
    fixture.world.fail(&[call()], &[], InstructionError::IncorrectProgramId);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

/// INVARIANT(G-2): seconds and slots must both have passed.
#[test]
fn upgrade_execute_before_either_clock_fails_by_name() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    fixture.stage(id);
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("ProposalNotQueued"));
    fixture.queue(id);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    let delay_s = Class::Upgrade.delay_floor_s();
    // Time without slots: a halted chain that came back.
    fixture.world.advance_s(delay_s.into());
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SlotsRemain"));
    fixture.world.advance_slots(u64::from(delay_s) - 1);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SlotsRemain"));
    fixture.world.advance_slots(1);
    // Slots without time.
    fixture.world.advance_s(-1);
    fixture.world.fail(std::slice::from_ref(&execute), &[], error("SecondsRemain"));
    fixture.world.advance_s(1);
    fixture.world.next_slot();
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn upgrade_execute_after_expiry_fails_proposal_expired() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(&[execute], &[], error("ProposalExpired"));
}

/// INVARIANT(G-1): approvals are counted anew at execution.
#[test]
fn upgrade_execute_without_the_approvals_fails_approvals_missing() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let address = fixture.proposal(id);
    fixture.world.edit::<abi::governor::Proposal>(&address, |proposal| proposal.approvals = 0b1111.into());
    fixture.world.fail(&[execute], &[], error("ApprovalsMissing"));
}

#[test]
fn upgrade_execute_after_the_council_changed_fails_membership_stale() {
    let mut fixture = Fixture::new();
    let keep: Vec<[u8; 32]> = fixture.members.iter().map(|member| member.pubkey().to_bytes()).collect();
    let change = fixture.propose(&CouncilAction::CouncilSet { members: &keep });
    fixture.queue(change);
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    fixture.queue(id);
    fixture.delay_pass(change);
    let [replace, execute] = [fixture.council_execute_ix(change), fixture.upgrade_ix(id, target(), buffer)];
    fixture.world.ok(&[replace], &[]);
    fixture.world.fail(&[execute], &[], error("MembershipStale"));
}

#[test]
fn upgrade_execute_of_cancelled_proposal_fails_proposal_not_queued() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let proposer = fixture.members[0].insecure_clone();
    let [cancel, execute] = [fixture.cancel_ix(id, proposer.pubkey()), fixture.upgrade_ix(id, target(), buffer)];
    fixture.world.ok(&[cancel], &[&proposer]);
    fixture.world.fail(&[execute], &[], error("ProposalNotQueued"));
}

#[test]
fn upgrade_execute_of_another_action_fails_action_other_kind() {
    let mut fixture = Fixture::new();
    let relax = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(relax);
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    let mut execute = fixture.upgrade_ix(id, target(), buffer);
    execute.accounts[1].pubkey = fixture.proposal(relax);
    fixture.world.fail(&[execute], &[], error("ActionOtherKind"));
}

/// Nothing is taken on trust from the day of the proposal: other bytes, which the loader would run as well, are found where they would.
#[test]
fn upgrade_execute_of_changed_buffer_fails_by_name() {
    let mut fixture = Fixture::new();
    let code = [&new_code()[..], &[7; 8]].concat();
    let (id, buffer) = fixture.upgrade_mature(&code);
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let authority = Some(fixture.authority());
    let [altered, ended] = [8, 0].map(|last| [&new_code()[..], &[7; 7], &[last]].concat());
    let longer = [&code[..], &[0]].concat();
    let cases = [
        (buffer_account(authority, &altered), "DeployedHashMismatch"),
        (buffer_account(authority, &ended), "DeployedHashMismatch"),
        (buffer_account(authority, &longer), "BufferLengthMismatch"),
        (buffer_account(Some(key("thief")), &code), "BufferAuthorityLost"),
        (fixture.world.account(&program_data(TWIN)).unwrap(), "NotBuffer"),
    ];
    for (account, name) in cases {
        fixture.world.set_account(&buffer, account);
        fixture.world.fail(std::slice::from_ref(&execute), &[], error(name));
    }
    fixture.world.set_account(&buffer, buffer_account(authority, &code));
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn upgrade_execute_into_too_small_an_account_fails_program_data_too_small() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let mut account = fixture.world.account(&program_data(target())).unwrap();
    account.data.truncate(45 + new_code().len() - 1);
    fixture.world.set_account(&program_data(target()), account);
    fixture.world.fail(&[execute], &[], error("ProgramDataTooSmall"));
}

/// What the loader refuses to verify changes nothing, and the proposal stays executable.
#[test]
fn upgrade_execute_of_bytes_that_are_no_program_fails_and_stays_queued() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&[0xcc; 4_096]);
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.world.fail(&[execute], &[], InstructionError::InvalidAccountData);
    assert_eq!(fixture.proposal_state(id).state, 1);
}

/// Anyone can extend the program and so block this slot; the next one is free again.
#[test]
fn upgrade_execute_in_the_slot_of_an_extension_fails_and_can_be_retried() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let (address, slot) = (program_data(target()), fixture.world.clock().slot);
    let mut account = fixture.world.account(&address).unwrap();
    account.data[4..12].copy_from_slice(&slot.to_le_bytes());
    account.data.resize(account.data.len() + 10_240, 0);
    fixture.world.set_account(&address, account);
    fixture.world.fail(std::slice::from_ref(&execute), &[], InstructionError::InvalidArgument);
    fixture.world.next_slot();
    fixture.world.ok(&[execute], &[]);
}

#[test]
fn upgrade_execute_with_durable_nonce_fails_durable_nonce() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.durable_nonce_refused(&execute, &[]);
}

#[test]
fn upgrade_execute_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&testkit::keypair("deployer")]);
    let (other, other_buffer) = fixture.upgrade_propose(target(), &new_code());
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let rollout_elsewhere = fixture.elsewhere(fixture.rollout(target()));
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let (copy, council_elsewhere) = (fixture.council_copy(), fixture.elsewhere(fixture.council()));
    let elsewhere = fixture.elsewhere(fixture.proposal(id));
    let adoption_elsewhere = fixture.elsewhere(fixture.adoption(target()));
    Substitutions::of(execute, calls::UpgradeExecute::ACCOUNTS, &[])
        .stranger("council", ABSENT_MUT)
        .wrong("council", copy, InstructionError::InvalidSeeds)
        .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
        .stranger("proposal", ABSENT_MUT)
        .wrong("proposal", elsewhere, InstructionError::IllegalOwner)
        .wrong("proposal", fixture.proposal(other), error("RollbackBufferSwapped"))
        .stranger("adoption", ABSENT_MUT)
        .wrong("adoption", adoption_elsewhere, InstructionError::IllegalOwner)
        .wrong("adoption", fixture.adoption(margin), error("RolloutSwapped"))
        .stranger("rollout", ABSENT_MUT)
        .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
        .wrong("rollout", fixture.rollout(margin), error("RolloutSwapped"))
        .stranger("rollback_buffer", error("RollbackBufferSwapped"))
        .wrong("rollback_buffer", other_buffer, error("RollbackBufferSwapped"))
        .stranger("brake", error("BrakeUnreadable"))
        .stranger("program", error("ProgramSwapped"))
        .wrong("program", margin, error("ProgramSwapped"))
        .stranger("program_data", error("ProgramDataSwapped"))
        .wrong("program_data", program_data(margin), error("ProgramDataSwapped"))
        .stranger("buffer", error("BufferSwapped"))
        .wrong("buffer", other_buffer, error("BufferSwapped"))
        .stranger("spill", error("SpillRedirected"))
        .wrong("spill", key("member 1"), error("SpillRedirected"))
        .stranger("governor_authority", InstructionError::InvalidSeeds)
        .stranger("rent", error("NotSysvar"))
        .stranger("clock", error("NotSysvar"))
        .stranger("instructions", error("NotSysvar"))
        .stranger("loader", error("NotLoader"))
        .run(&mut fixture.world);
}

/// Adoption, program and code account of another program, consistent among themselves.
#[test]
fn upgrade_execute_on_another_adopted_program_fails_program_swapped() {
    let mut fixture = Fixture::new();
    let margin = Pubkey::new_from_array(abi::ids::MARGIN);
    let adopt = fixture.adopt_ix(margin, elf("margin").len());
    fixture.world.ok(&[adopt], &[&testkit::keypair("deployer")]);
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, margin, buffer);
    fixture.world.fail(&[execute], &[], error("ProgramSwapped"));
}
