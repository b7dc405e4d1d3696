use crate::fixture::{
    ABSENT_MUT, BUFFER_LAMPORTS, Fixture, ROOM, error, new_code, old_code, program_data, sha256, target,
};
use client::governor as calls;
use policy::{CouncilAction, Level};
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

#[test]
fn upgrade_execute_after_expiry_fails_proposal_expired() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let expires_unix_s = fixture.proposal_state(id).expires_unix_s.get();
    fixture.world.set_unix_s(expires_unix_s + 1);
    fixture.world.fail(&[execute], &[], error("ProposalExpired"));
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
