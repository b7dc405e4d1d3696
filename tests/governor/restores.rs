//! `account_restore` and `market_restore`: what failed code changed is written back, byte for byte, from what anybody kept.

use crate::fixture::{ABSENT, buffer_account, error};
use crate::positions::{MARGIN, Positions, honest_code, lying_code};
use abi::Layout;
use abi::margin::{MarginAccount, Market};
use client::governor as calls;
use policy::{Level, proposal::State, rollout::Stage};
use solana_instruction::{AccountMeta, Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::mem::offset_of;
use testkit::{Substitutions, key};

const LOTS_AT: usize = 8 + offset_of!(MarginAccount, positions) + offset_of!(abi::margin::Position, lots);
const OWNER_AT: usize = 8 + offset_of!(MarginAccount, owner);
const DELEGATE_AT: usize = 8 + offset_of!(MarginAccount, delegate);
const QUOTE_AT: usize = 8 + offset_of!(MarginAccount, quote_atoms);
const INSURANCE_AT: usize = 8 + offset_of!(Market, insurance_atoms);

impl Positions {
    /// Uploads bytes as anybody would: a buffer of the loader.
    pub fn upload(&mut self, name: &str, bytes: &[u8]) -> Pubkey {
        self.fixture.world.set_account(&key(name), buffer_account(Some(key("anybody")), bytes));
        key(name)
    }

    /// `account_restore` of the account at `place` of page 0.
    pub fn restore_ix(&mut self, place: u8, preimage: Pubkey) -> Instruction {
        let accounts: Vec<_> = self.actors.iter().map(|actor| actor.account).collect();
        self.recorded_now().account_restore(0, &accounts, place, preimage)
    }

    pub fn market_restore_ix(&mut self, preimage: Pubkey) -> Instruction {
        self.recorded_now().market_restore(preimage)
    }

    /// The page's accounts as they are, and the market: what a node keeps.
    fn kept(&mut self) -> (Vec<u8>, Vec<u8>) {
        let mut people = self.people();
        let market = people.pop().expect("a market");
        (people.concat(), market)
    }

    /// Found out and rolled back, a slot ago.
    fn roll_back(&mut self, id: u64) {
        let accounts = self.accounts();
        let verify = self.verify_page_ix(accounts);
        self.fixture.world.ok(&[verify], &[]);
        assert_eq!(self.fixture.rollout_state(MARGIN).failed, 1);
        let rollback = self.rollback_ix(id);
        self.fixture.world.ok(&[rollback], &[]);
        self.fixture.world.next_slot();
    }
}

/// INVARIANT(G-12): lots, owners, collateral, delegates, a whole account and the market's sums: after the rollback everything is what it
/// was, the restored code is verified, and the freeze ends.
#[test]
fn everything_that_failed_code_changed_is_restored_byte_for_byte() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (people, (accounts, market)) = (positions.people(), positions.kept());
    let [first, second, third] = [0, 1, 2].map(|at: usize| positions.actors[at].account);
    positions.lie(first, LOTS_AT, &(-11_i64).to_le_bytes());
    positions.lie(first, OWNER_AT, key("thief").as_ref());
    positions.lie(second, DELEGATE_AT, &[&key("thief").to_bytes()[..], &[3]].concat());
    positions.lie(third, 0, &vec![0; people[2].len()]);
    let address = positions.market();
    positions.lie(address, INSURANCE_AT, &77_u64.to_le_bytes());
    positions.roll_back(id);
    let (accounts, market) = (positions.upload("accounts", &accounts), positions.upload("market", &market));
    for place in 0..3 {
        let restore = positions.restore_ix(place, accounts);
        let outcome = positions.fixture.world.ok(std::slice::from_ref(&restore), &[]);
        println!("account_restore of place {place}: {} units", outcome.units);
        positions.fixture.world.fail(&[restore], &[], error("AccountIntact"));
    }
    let restore = positions.market_restore_ix(market);
    positions.fixture.world.ok(std::slice::from_ref(&restore), &[]);
    positions.fixture.world.fail(&[restore], &[], error("AccountIntact"));
    assert_eq!(positions.people(), people);
    positions.verify(id);
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Idle.byte());
    assert_eq!(positions.fixture.state(id), State::RolledBack);
    let end = positions.end_ix(id);
    positions.fixture.world.ok(&[end], &[]);
    assert_eq!((positions.level(), positions.people()), (Level::CloseOnly, people));
}

/// Closed by the failed code: the lamports are gone, the address is the system program's again.
#[test]
fn account_that_failed_code_closed_exists_again() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (people, (accounts, _)) = (positions.people(), positions.kept());
    let gone = positions.actors[2].account;
    positions.fixture.world.set_account(&gone, solana_account::Account::default());
    positions.roll_back(id);
    let accounts = positions.upload("accounts", &accounts);
    let restore = positions.restore_ix(2, accounts);
    positions.fixture.world.ok(&[restore], &[]);
    assert_eq!(positions.people(), people);
    positions.verify(id);
}

#[test]
fn restore_from_anything_but_what_was_recorded_fails_preimage_wrong() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (accounts, market) = positions.kept();
    let target = positions.actors[1].account;
    positions.lie(target, LOTS_AT, &11_i64.to_le_bytes());
    let address = positions.market();
    positions.lie(address, INSURANCE_AT, &77_u64.to_le_bytes());
    positions.roll_back(id);
    let one = MarginAccount::SPACE;
    let altered = |at: usize, byte: u8| {
        let mut bytes = accounts.clone();
        bytes[at] ^= byte;
        bytes
    };
    let cases = [
        altered(one + LOTS_AT, 1),
        altered(one + OWNER_AT, 1),
        altered(one + DELEGATE_AT, 1),
        // Of an account that is not to be restored.
        altered(QUOTE_AT, 1),
        altered(one, 1),
        [&accounts[one..2 * one], &accounts[..one], &accounts[2 * one..]].concat(),
        accounts[..2 * one].to_vec(),
        [&accounts[..], &[0]].concat(),
        vec![],
    ];
    for (case, bytes) in cases.iter().enumerate() {
        let preimage = positions.upload(&format!("case {case}"), bytes);
        let restore = positions.restore_ix(1, preimage);
        positions.fixture.world.fail(&[restore], &[], error("PreimageWrong"));
    }
    let mut richer = market.clone();
    richer[INSURANCE_AT] ^= 1;
    for (case, bytes) in [richer, market[1..].to_vec(), vec![0; market.len()], vec![]].iter().enumerate() {
        let preimage = positions.upload(&format!("market {case}"), bytes);
        let restore = positions.market_restore_ix(preimage);
        positions.fixture.world.fail(&[restore], &[], error("PreimageWrong"));
    }
    let preimage = positions.upload("accounts", &accounts);
    let beyond = positions.restore_ix(3, preimage);
    positions.fixture.world.fail(&[beyond], &[], error("PlaceUnknown"));
}

/// While new code runs nothing is restored, whoever asks; nor in the slot of the rollback.
#[test]
fn restore_before_the_rollback_is_refused() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (accounts, market) = positions.kept();
    let target = positions.actors[1].account;
    positions.lie(target, LOTS_AT, &11_i64.to_le_bytes());
    let (accounts, market) = (positions.upload("accounts", &accounts), positions.upload("market", &market));
    let [account, market] = [positions.restore_ix(1, accounts), positions.market_restore_ix(market)];
    for restore in [&account, &market] {
        positions.fixture.world.fail(std::slice::from_ref(restore), &[], error("RolloutStageWrong"));
    }
    let all = positions.accounts();
    let verify = positions.verify_page_ix(all);
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.ok(&[verify, rollback], &[]);
    for restore in [&account, &market] {
        positions.fixture.world.fail(std::slice::from_ref(restore), &[], error("ExecutedThisSlot"));
    }
    positions.fixture.world.next_slot();
    positions.fixture.world.ok(&[account], &[]);
    positions.fixture.world.fail(&[market], &[], error("AccountIntact"));
}

/// Margin itself takes restored bytes from the governor's PDA alone.
#[test]
fn margin_restores_for_the_governor_only() {
    let (mut positions, _) = Positions::executed(&honest_code());
    let (accounts, _) = positions.kept();
    let preimage = positions.upload("accounts", &accounts);
    let payer = positions.fixture.world.payer();
    let (account, market) = (positions.actors[0].account, positions.market());
    let restore = client::margin::AccountRestore { payer, account, preimage };
    let restore = restore.instruction(client::margin::AccountRestoreArgs { at: 37 });
    let market = client::margin::MarketRestore { payer, market, preimage };
    let market = market.instruction(client::margin::MarketRestoreArgs { at: 37 });
    let not_governor = crate::fixture::code_of(client::margin::ERRORS, "NotGovernor");
    let thief = positions.fixture.world.rich("thief");
    for mut call in [restore, market] {
        call.accounts[0].pubkey = thief.pubkey();
        positions.fixture.world.fail(&[call], &[&thief], not_governor);
    }
}

#[test]
fn restore_refuses_every_wrong_account() {
    let (mut positions, id) = Positions::executed(&lying_code());
    let (accounts, market) = positions.kept();
    let target = positions.actors[1].account;
    positions.lie(target, LOTS_AT, &11_i64.to_le_bytes());
    let address = positions.market();
    positions.lie(address, INSURANCE_AT, &77_u64.to_le_bytes());
    positions.roll_back(id);
    let (accounts, market) = (positions.upload("accounts", &accounts), positions.upload("market", &market));
    let [account, market] = [positions.restore_ix(1, accounts), positions.market_restore_ix(market)];
    let (snapshot, page, rollout) = (positions.snapshot(), positions.page(0), positions.fixture.rollout(MARGIN));
    let council = positions.fixture.council();
    let copy = positions.fixture.council_copy();
    let [council_elsewhere, snapshot_elsewhere, page_elsewhere, rollout_elsewhere] =
        [council, snapshot, page, rollout].map(|at| positions.fixture.elsewhere(at));
    let wrong = |walk: Substitutions<'static>| {
        walk.any("payer", "pays rent, and is asked for nothing else")
            .stranger("council", ABSENT)
            .wrong("council", copy, InstructionError::InvalidSeeds)
            .wrong("council", council_elsewhere, InstructionError::IllegalOwner)
            .stranger("rollout", ABSENT)
            .wrong("rollout", rollout_elsewhere, InstructionError::IllegalOwner)
            .stranger("snapshot", ABSENT)
            .wrong("snapshot", snapshot_elsewhere, InstructionError::IllegalOwner)
            .stranger("preimage", error("PreimageWrong"))
            .stranger("governor_authority", InstructionError::InvalidSeeds)
            .stranger("margin", error("NotMargin"))
            .stranger("system_program", crate::fixture::code_of(client::framework::ERRORS, "ConstraintExecutable"))
    };
    wrong(Substitutions::of(account.clone(), calls::AccountRestore::ACCOUNTS, &[]))
        .stranger("page", ABSENT)
        .wrong("page", page_elsewhere, InstructionError::IllegalOwner)
        .run(&mut positions.fixture.world);
    wrong(Substitutions::of(market, calls::MarketRestore::ACCOUNTS, &[]))
        .stranger("market", error("MarketUnreadable"))
        .run(&mut positions.fixture.world);
    // The page's accounts in another order, one left out, one of another page.
    let first = account.accounts.len() - 3;
    for change in [
        |metas: &mut Vec<AccountMeta>, first: usize| metas.swap(first, first + 1),
        |metas: &mut Vec<AccountMeta>, _| drop(metas.pop()),
        |metas: &mut Vec<AccountMeta>, first: usize| metas[first].pubkey = key("nobody"),
    ] {
        let mut changed = account.clone();
        change(&mut changed.accounts, first);
        positions.fixture.world.fail(&[changed], &[], error("PageAccountsDiffer"));
    }
}
