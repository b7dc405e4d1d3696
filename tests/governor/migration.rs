//! Margin accounts of version 1, as that version stored them, under the release that writes version 2: carried out by the governor under
//! open interest, and back.

use crate::fixture::{code_of, error, sha256};
use crate::positions::{MARGIN, Positions};
use abi::margin::{MarginAccount, Market};
use client::{governor::UpgradeProposeArgs, migration::account_migrate};
use policy::migration::{ACCOUNT_VERSION, occupied, stored};
use policy::{Level, rollout::Stage};
use solana_instruction::{Instruction, error::InstructionError};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use testkit::{elf, key, propose_args};

/// How it is carried out on a network: what the council approves beside the code.
const PLAN: &[u8] = include_bytes!("../../migrations/0002-account-places.sh");
/// Maker, taker, idle and the market, each as its hexadecimal bytes: written by code of version 1, and never again.
const VERSION_1: &str = include_str!("version_1.hex");

/// Code of one of the migration's errors.
pub fn refusal(name: &str) -> u32 {
    code_of(client::migration::ERRORS, name)
}

/// Margin's next release.
pub fn next_code() -> Vec<u8> {
    elf("localnet/margin_next")
}

impl Positions {
    /// As [`Positions::matured`] with the next release, over accounts that version 1 wrote.
    pub fn of_version_1() -> (Self, u64, Pubkey) {
        let mut positions = Self::new();
        let (id, buffer) = positions.next_propose();
        let addresses: Vec<_> =
            positions.actors.iter().map(|actor| actor.account).chain([positions.market()]).collect();
        let market = positions.market();
        let counted = positions.fixture.world.read::<Market>(abi::ids::MARGIN, &market).records_open;
        for (address, line) in addresses.iter().zip(VERSION_1.lines()) {
            let mut account = positions.fixture.world.account(address).expect("an account");
            account.data = bytes(line);
            positions.fixture.world.set_account(address, account);
        }
        // The market was stored before it counted what is under it.
        positions.fixture.world.edit::<Market>(&market, |market| market.records_open = counted);
        (positions, id, buffer)
    }

    /// The next release, proposed with its change of schema and the plan for it, and through its delay.
    fn next_propose(&mut self) -> (u64, Pubkey) {
        let (fixture, code) = (&mut self.fixture, next_code());
        let id = fixture.council_state().proposals.get();
        let proposer = fixture.members[0].insecure_clone();
        let buffer = fixture.buffer(&format!("buffer {id}"), Some(proposer.pubkey()), &code);
        let args = UpgradeProposeArgs { schema_to: 2, migration_hash: sha256(PLAN), ..propose_args(&code) };
        let propose = fixture.upgrade_propose_args_ix(MARGIN, buffer, args);
        fixture.world.ok(&[propose], &[&proposer]);
        fixture.mature(id);
        fixture.world.next_slot();
        (id, buffer)
    }

    /// Frozen, recorded, executed, a slot ago.
    pub fn replaced(&mut self, id: u64, buffer: Pubkey) {
        self.freeze(id);
        for step in [self.open_ix(), self.page_ix(0), self.seal_ix()] {
            self.fixture.world.ok(&[step], &[]);
        }
        let execute = self.fixture.upgrade_ix(id, MARGIN, buffer);
        self.fixture.world.ok(&[execute], &[]);
        self.fixture.world.next_slot();
    }

    pub fn migrate_all_ix(&self) -> Instruction {
        account_migrate(self.actors.iter().map(|actor| actor.account))
    }

    /// Ends the freeze after the verification, and takes the brake off.
    fn resume(&mut self, id: u64) {
        let end = self.end_ix(id);
        self.fixture.world.ok(&[end], &[]);
        self.fixture.level_force(Level::Normal);
    }

    fn idle_buys(&mut self, nonce: u64) {
        let fill = self.fill_by(2, nonce, 1);
        let idle = self.actors[2].keypair.insecure_clone();
        self.fixture.world.ok(&fill, &[&idle]);
    }

    /// Version, and whether the account says rightly where its positions stand.
    fn version(&mut self, actor: usize) -> (u8, bool) {
        let account = self.state(actor);
        (account.version, stored(&account) == occupied(&account))
    }
}

fn bytes(line: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&line[at..at + 2], 16).expect("hexadecimal digits");
    (0..line.len()).step_by(2).map(digit).collect()
}

/// INVARIANT(G-12): between the new code and its verification every account becomes one of version 2, in any order and by anybody;
/// the governor finds its content unmoved, and people trade on.
#[test]
fn accounts_of_version_1_are_migrated_under_open_interest() {
    let (mut positions, id, buffer) = Positions::of_version_1();
    let before: Vec<MarginAccount> = (0..3).map(|actor| positions.state(actor)).collect();
    assert_eq!(before.iter().map(|account| account.positions[0].lots.get()).collect::<Vec<_>>(), [-10, 10, 0]);
    assert!(before.iter().all(|account| (account.version, stored(account)) == (1, 0)));
    positions.replaced(id, buffer);
    let market = positions.people().pop();
    // One by itself, then everybody: what is done is passed over.
    let [one, all] = [account_migrate([positions.actors[1].account]), positions.migrate_all_ix()];
    let outcome = positions.fixture.world.ok(&[one, all], &[]);
    println!("account_migrate of one, then of three accounts: {} units", outcome.units);
    for (actor, before) in before.iter().enumerate() {
        let mut after = positions.state(actor);
        assert_eq!((after.min_reader, stored(&after)), (1, [1, 1, 0][actor]));
        assert_eq!(after.version, ACCOUNT_VERSION);
        (after.version, after.reserved) = (before.version, before.reserved);
        assert_eq!(after, *before);
    }
    assert_eq!(positions.people().pop(), market);
    positions.verify(id);
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Canary.byte());
    positions.resume(id);
    positions.idle_buys(2);
    assert_eq!((positions.version(0), positions.version(2)), ((ACCOUNT_VERSION, true), (ACCOUNT_VERSION, true)));
    let idle = positions.state(2);
    assert_eq!((stored(&idle), idle.positions[0].lots.get()), (1, 1));
}

/// The old code comes back over migrated accounts, reads them, and lets what it does not know go stale; the next attempt mends that.
#[test]
fn migrated_accounts_survive_a_rollback_and_are_migrated_again() {
    let (mut positions, id, buffer) = Positions::of_version_1();
    positions.replaced(id, buffer);
    let migrate = positions.migrate_all_ix();
    positions.fixture.world.ok(std::slice::from_ref(&migrate), &[]);
    let verify_s = policy::rollout::VERIFY_S;
    positions.fixture.world.advance_s(verify_s.into());
    positions.fixture.world.advance_slots(verify_s.into());
    let rollback = positions.rollback_ix(id);
    positions.fixture.world.next_slot();
    positions.fixture.world.ok(&[rollback], &[]);
    positions.fixture.world.next_slot();
    positions.verify(id);
    positions.resume(id);
    positions.idle_buys(2);
    assert_eq!((positions.version(1), positions.version(2)), ((ACCOUNT_VERSION, true), (ACCOUNT_VERSION, false)));

    let (id, buffer) = positions.next_propose();
    positions.replaced(id, buffer);
    positions.fixture.world.ok(&[migrate], &[]);
    assert_eq!(positions.version(2), (ACCOUNT_VERSION, true));
    positions.verify(id);
    assert_eq!(positions.fixture.rollout_state(MARGIN).stage, Stage::Canary.byte());
}

/// A page that names anything but margin accounts moves none of them, and this release knows no such instruction.
#[test]
fn migration_of_anything_else_is_refused() {
    let (mut positions, id, buffer) = Positions::of_version_1();
    let migrate = positions.migrate_all_ix();
    positions.fixture.world.fail(std::slice::from_ref(&migrate), &[], InstructionError::InvalidInstructionData);
    positions.replaced(id, buffer);
    let mine = positions.actors[0].account;
    let elsewhere = positions.fixture.elsewhere(mine);
    for other in [positions.market(), elsewhere, key("nobody"), positions.fixture.rollout(MARGIN)] {
        let migrate = account_migrate([mine, other]);
        positions.fixture.world.fail(&[migrate], &[], refusal("AccountUnreadable"));
    }
    let none = account_migrate([]);
    positions.fixture.world.fail(&[none], &[], refusal("AlreadyMigrated"));
    positions.fixture.world.ok(&[migrate], &[]);
    let early = positions.verify_market_ix(id);
    positions.fixture.world.fail(&[early], &[], error("PagesMissing"));
}
