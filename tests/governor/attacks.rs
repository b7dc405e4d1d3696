//! The attacks on an upgrade that SECURITY.md lists, one test each, named after the attack. Each fails with an error of its own.

use crate::buffer_close;
use crate::fixture::{
    BUFFER_LAMPORTS, Fixture, LOADER, ROOM, TWIN, buffer_account, error, new_code, old_code, program_data, sha256,
    target,
};
use crate::positions::{MARGIN, Positions, honest_code};
use crate::steps::buffer_attacks;
use crate::{freezes, migration, rollback_vote};
use policy::{Class, CouncilAction, Level};
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_sdk_ids::system_program;
use solana_signer::Signer;
use testkit::{key, keypair};

/// Another buffer than the council approved, or other bytes in it, which the loader would run as well: found where they would run.
#[test]
fn buffer_swapped_after_approval() {
    let mut fixture = Fixture::new();
    let code = [&new_code()[..], &[7; 8]].concat();
    let (id, buffer) = fixture.upgrade_mature(&code);
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let other = fixture.buffer("other", Some(fixture.authority()), &code);
    let swapped = fixture.upgrade_ix(id, target(), other);
    fixture.world.fail(&[swapped], &[], error("BufferSwapped"));
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

/// Whoever had the buffer can neither write to it nor pass it on once it is proposed.
#[test]
fn buffer_authority_kept() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    let buffer = fixture.buffer("held", Some(member.pubkey()), &new_code());
    let [write, _] = buffer_attacks(buffer, member.pubkey());
    fixture.world.ok(&[write], &[&member]);
    let (_, buffer) = fixture.upgrade_propose(target(), &new_code());
    for attack in buffer_attacks(buffer, member.pubkey()) {
        fixture.world.fail(&[attack], &[&member], InstructionError::IncorrectAuthority);
    }
}

#[test]
fn wrong_hash() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    for at in [0, new_code().len() / 2, new_code().len() - 1] {
        let mut altered = new_code();
        altered[at] ^= 1;
        let buffer = fixture.buffer("altered", Some(member.pubkey()), &altered);
        let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
        fixture.world.fail(&[propose], &[&member], error("BufferHashMismatch"));
    }
}

/// INVARIANT(G-2): seconds and slots must both have passed.
#[test]
fn early_execution() {
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

/// INVARIANT(G-4): what an earlier council approved is carried out by nobody, though the same people sit in the next.
#[test]
fn approval_replayed_after_a_council_change() {
    let mut fixture = Fixture::new();
    let keep: Vec<[u8; 32]> = fixture.members.iter().map(|member| member.pubkey().to_bytes()).collect();
    let change = fixture.propose(&CouncilAction::CouncilSet { members: &keep });
    fixture.queue(change);
    let (draft, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.world.advance_slots(1);
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(draft, member.pubkey());
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    fixture.queue(id);
    fixture.delay_pass(change);
    let [replace, execute] = [fixture.council_execute_ix(change), fixture.upgrade_ix(id, target(), buffer)];
    fixture.world.ok(&[replace], &[]);
    fixture.world.fail(&[execute], &[], error("MembershipStale"));
    fixture.world.fail(&[approve], &[&member], error("MembershipStale"));
}

/// INVARIANT(G-6): nothing signed long ago counts.
#[test]
fn pre_signed_durable_nonce() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    fixture.world.advance_slots(1);
    let member = fixture.members[1].insecure_clone();
    let approve = fixture.approve_ix(id, member.pubkey());
    fixture.durable_nonce_refused(&approve, &[&member]);
    // A nonce account may be advanced by the way: only first in a transaction does it replace the blockhash.
    let (advance, owner) = fixture.nonce_advance();
    fixture.world.ok(&[approve, advance], &[&member, &owner]);
    for seat in [0, 2, 3, 4] {
        let member = fixture.members[seat].insecure_clone();
        let approve = fixture.approve_ix(id, member.pubkey());
        fixture.world.ok(&[approve], &[&member]);
    }
    fixture.stage(id);
    let queue = fixture.upgrade_queue_ix(id, target());
    fixture.durable_nonce_refused(&queue, &[]);
    fixture.world.ok(&[queue], &[]);
    fixture.delay_pass(id);
    fixture.world.next_slot();
    let execute = fixture.upgrade_ix(id, target(), buffer);
    fixture.durable_nonce_refused(&execute, &[]);
    fixture.world.ok(&[execute], &[]);
}

/// INVARIANT(G-1): approvals are counted at the queue, and anew at execution.
#[test]
fn missing_approvals() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_propose(target(), &new_code());
    fixture.approve(id, 4);
    fixture.stage(id);
    let queue = fixture.upgrade_queue_ix(id, target());
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("ApprovalsMissing"));
    let fifth = fixture.members[4].insecure_clone();
    let approve = fixture.approve_ix(id, fifth.pubkey());
    fixture.world.ok(&[approve], &[&fifth]);
    fixture.world.ok(&[queue], &[]);
    fixture.delay_pass(id);
    let (address, execute) = (fixture.proposal(id), fixture.upgrade_ix(id, target(), buffer));
    fixture.world.edit::<abi::governor::Proposal>(&address, |proposal| proposal.approvals = 0b1111.into());
    fixture.world.fail(&[execute], &[], error("ApprovalsMissing"));
}

/// INVARIANT(G-16): the buffer's lamports go to whoever proposed, not to whoever executes.
#[test]
fn spill_redirected() {
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let proposer = fixture.members[0].pubkey();
    for thief in [key("thief"), fixture.members[1].pubkey(), fixture.world.payer()] {
        let mut redirected = execute.clone();
        redirected.accounts.iter_mut().filter(|meta| meta.pubkey == proposer).for_each(|meta| meta.pubkey = thief);
        fixture.world.fail(&[redirected], &[], error("SpillRedirected"));
    }
    // Besides the buffer's, the loader hands over what the code's account has above its rent.
    let held = [proposer, program_data(target())];
    let lamports =
        |fixture: &mut Fixture| held.map(|at| fixture.world.account(&at).unwrap().lamports).iter().sum::<u64>();
    let before = lamports(&mut fixture);
    fixture.world.ok(&[execute], &[]);
    assert_eq!(lamports(&mut fixture), before + BUFFER_LAMPORTS);
}

#[test]
fn bytes_hidden_behind_the_hashed_length() {
    let mut fixture = Fixture::new();
    let member = fixture.members[0].insecure_clone();
    for tail in [&[0][..], &[0xcc; 1_000]] {
        let buffer = fixture.buffer("tail", Some(member.pubkey()), &[&new_code()[..], tail].concat());
        let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
        fixture.world.fail(&[propose], &[&member], error("BufferLengthMismatch"));
    }
    let buffer = fixture.buffer("short", Some(member.pubkey()), &new_code()[1..]);
    let propose = fixture.upgrade_propose_ix(target(), buffer, &new_code());
    fixture.world.fail(&[propose], &[&member], error("BufferLengthMismatch"));
}

/// Anyone can extend the program and so block this slot for the loader; the next one is free again.
#[test]
fn program_data_extended_just_before_execution() {
    const MORE: u32 = 10_240;
    let mut fixture = Fixture::new();
    let (id, buffer) = fixture.upgrade_mature(&new_code());
    let execute = fixture.upgrade_ix(id, target(), buffer);
    let extend = Instruction {
        program_id: LOADER,
        accounts: vec![
            AccountMeta::new(program_data(target()), false),
            AccountMeta::new(target(), false),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new(fixture.world.payer(), true),
        ],
        data: [[6, 0, 0, 0], MORE.to_le_bytes()].concat(),
    };
    fixture.world.ok(&[extend], &[]);
    assert_eq!(fixture.code(target()).len(), ROOM + usize::try_from(MORE).unwrap());
    fixture.world.fail(std::slice::from_ref(&execute), &[], InstructionError::InvalidArgument);
    fixture.world.next_slot();
    fixture.world.ok(&[execute], &[]);
}

/// INVARIANT(G-15): the loader asks for the governor's signature, and no instruction of the governor's closes code, whatever a proposal names.
#[test]
fn program_closed() {
    let (mut fixture, id, _) = buffer_close::cancelled();
    let close = |by: Pubkey, signs: bool| Instruction {
        program_id: LOADER,
        accounts: vec![
            AccountMeta::new(program_data(target()), false),
            AccountMeta::new(key("thief"), false),
            AccountMeta::new_readonly(by, signs),
            AccountMeta::new(target(), false),
        ],
        data: vec![5, 0, 0, 0],
    };
    for thief in [keypair("deployer"), fixture.members[0].insecure_clone()] {
        fixture.world.fail(&[close(thief.pubkey(), true)], &[&thief], InstructionError::IncorrectAuthority);
    }
    let unsigned = close(fixture.authority(), false);
    fixture.world.fail(&[unsigned], &[], InstructionError::MissingRequiredSignature);
    let (address, code) = (fixture.proposal(id), program_data(target()));
    fixture
        .world
        .edit::<abi::governor::Proposal>(&address, |proposal| proposal.action[33..65].copy_from_slice(code.as_ref()));
    let close = fixture.buffer_close_ix(id, code);
    fixture.world.fail(&[close], &[], error("NotBuffer"));
    assert_eq!(fixture.code(target())[..old_code().len()], old_code());
}

#[test]
fn second_upgrade_in_parallel() {
    let mut fixture = Fixture::new();
    let (first, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.queue(first);
    let (second, _) = fixture.upgrade_propose(target(), &new_code());
    fixture.approve(second, 5);
    fixture.stage(second);
    let queue = fixture.upgrade_queue_ix(second, target());
    fixture.world.fail(std::slice::from_ref(&queue), &[], error("UpgradeActive"));
    let proposer = fixture.members[0].insecure_clone();
    let cancel = fixture.cancel_ix(first, proposer.pubkey());
    fixture.world.ok(&[cancel], &[&proposer]);
    fixture.release(first, target());
    fixture.world.ok(&[queue], &[]);
}

/// INVARIANT(G-10): a vote for another hash, for another program, or from before the upgrade; and another buffer than was staged.
#[test]
fn rollback_to_another_hash() {
    let (mut fixture, id) = rollback_vote::upgraded();
    fixture.level_force(Level::Frozen);
    let rollback = fixture.rollback_ix(id, target());
    let other_hash = fixture.vote(target(), &new_code());
    let other_program = fixture.vote(rollback_vote::VAULT, &old_code());
    let relax = fixture.propose(&CouncilAction::BreakerRelax { level: Level::Normal });
    fixture.mature(relax);
    let relax = fixture.proposal(relax);
    let council = fixture.elsewhere(fixture.council());
    let by = |vote| rollback_vote::voted(rollback.clone(), vote);
    for vote in [other_hash, other_program, relax, key("nobody"), council] {
        fixture.world.fail(&[by(vote)], &[], error("VoteWrong"));
    }
    let early = fixture.vote(target(), &old_code());
    fixture.world.edit::<abi::governor::Proposal>(&early, |vote| vote.created_slot = 0.into());
    fixture.world.fail(&[by(early)], &[], error("VoteWrong"));
    let draft =
        fixture.propose(&CouncilAction::RollBack { program: target().to_bytes(), previous_hash: sha256(&old_code()) });
    let draft = fixture.proposal(draft);
    fixture.world.fail(&[by(draft)], &[], error("ProposalNotQueued"));
    let vote = fixture.vote(target(), &old_code());
    let staged = Pubkey::from(fixture.proposal_state(id).rollback_buffer);
    let other = fixture.buffer("other code", Some(fixture.authority()), &new_code());
    let mut swapped = by(vote);
    swapped.accounts.iter_mut().filter(|meta| meta.pubkey == staged).for_each(|meta| meta.pubkey = other);
    fixture.world.fail(&[swapped], &[], error("RollbackBufferSwapped"));
    fixture.world.next_slot();
    fixture.world.ok(&[by(vote)], &[]);
}

/// INVARIANT(G-12): what is migrated is not touched a second time.
#[test]
fn migrated_twice() {
    let (mut positions, id, buffer) = Positions::of_version_1();
    positions.replaced(id, buffer);
    let migrate = positions.migrate_all_ix();
    positions.fixture.world.ok(std::slice::from_ref(&migrate), &[]);
    positions.fixture.world.fail(std::slice::from_ref(&migrate), &[], migration::refusal("AlreadyMigrated"));
    positions.verify(id);
    positions.fixture.world.fail(&[migrate], &[], migration::refusal("AlreadyMigrated"));
}

/// INVARIANT(G-11): a page skipped or doubled verifies nothing.
#[test]
fn page_skipped_or_doubled() {
    let (mut positions, id) = Positions::executed(&honest_code());
    let all = positions.accounts();
    for accounts in [vec![], all[..2].to_vec(), vec![all[1].clone(), all[0].clone(), all[2].clone()]] {
        let verify = positions.verify_page_ix(accounts);
        positions.fixture.world.fail(&[verify], &[], error("PageAccountsDiffer"));
    }
    let market = positions.verify_market_ix(id);
    positions.fixture.world.fail(std::slice::from_ref(&market), &[], error("PagesMissing"));
    let verify = positions.verify_page_ix(all);
    positions.fixture.world.ok(std::slice::from_ref(&verify), &[]);
    positions.fixture.world.fail(&[verify], &[], error("PageVerified"));
    positions.fixture.world.ok(std::slice::from_ref(&market), &[]);
    positions.fixture.world.fail(std::slice::from_ref(&market), &[], error("MarketVerified"));
    positions.fixture.ledger_verify(MARGIN, id);
    positions.fixture.world.fail(&[market], &[], error("RolloutStageWrong"));
}

#[test]
fn snapshot_with_a_fake_account() {
    let (mut positions, _) = freezes::opened();
    positions.seal_refused("PagesMissing");
    let all = positions.accounts();
    // The bytes of an account under another program, and of the same market's account at another address.
    let fake = positions.fixture.elsewhere(all[0].pubkey);
    let other_kind = AccountMeta::new_readonly(positions.market(), false);
    let cases = [
        (0, vec![AccountMeta::new_readonly(fake, false)], "AccountForeign"),
        (0, vec![AccountMeta::new_readonly(key("nobody"), false)], "AccountForeign"),
        (0, vec![other_kind], "AccountForeign"),
        (0, vec![all[0].clone(), all[0].clone()], "AccountOutOfOrder"),
        (0, vec![all[1].clone(), all[0].clone()], "AccountOutOfOrder"),
        (1, all.clone(), "PageUnknown"),
    ];
    for (number, accounts, name) in cases {
        let page = positions.page_of_ix(number, accounts);
        positions.fixture.world.fail(&[page], &[], error(name));
    }
    let account = all[1].pubkey;
    positions.fixture.world.edit::<abi::margin::MarginAccount>(&account, |account| account.market = [9; 32]);
    let page = positions.page_ix(0);
    positions.fixture.world.fail(&[page], &[], error("AccountForeign"));
}
