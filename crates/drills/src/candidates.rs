//! Candidates that lie: each is approved by the council, carried out over open positions, found out, rolled back by anybody, and leaves
//! nothing behind.

use crate::arena::Arena;
use crate::council::{self, GOVERNANCE, MARGIN, Records};
use crate::custody::{forge_books, wallet};
use crate::drills::Findings;
use crate::hostile::{self, Vault};
use crate::probe::tried;
use crate::trips::protocol_level;
use abi::margin::{MarginAccount, Position};
use client::ledger::seeds as ledger_seeds;
use policy::{Level, proposal::State, rollout::Stage};
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;
use std::mem::offset_of;
use std::time::Instant;
use testkit::{USDC, UpgradeOf, elf, key, upload};

/// Where an account's first position stands, and its lots.
const POSITION_AT: usize = 8 + offset_of!(MarginAccount, positions);
const LOTS_AT: usize = POSITION_AT + offset_of!(Position, lots);
const BOND: u64 = 1_000_000_000;

/// What a candidate does once it runs, besides not being margin.
type Lie = fn(&mut Arena) -> String;

pub const CANDIDATES: [(&str, Lie); 4] = [
    ("changes an account's lots", lots_change),
    ("moves lots, all sums hold", lots_move),
    ("drains by CPI, cooks the books", drain),
    ("never answers", silence),
];

/// Code of the candidate at this place, and where it and the way back are buffered.
pub fn code(at: usize) -> Vec<u8> {
    [&elf("mock_hostile")[..], &at.to_le_bytes()].concat()
}

pub fn buffers(at: usize) -> [String; 2] {
    [format!("candidate {at}"), format!("way back {at}")]
}

/// What became of a candidate.
pub struct Verdict {
    pub candidate: &'static str,
    /// What it could do under the freeze.
    pub did: String,
    pub found: String,
    /// Slots from its execution until anybody could roll it back.
    pub slots: u64,
    pub restored: usize,
    pub identical: usize,
    pub left_atoms: u64,
    pub bond: String,
    pub took_s: u64,
}

struct Trial<'a> {
    arena: &'a mut Arena,
    findings: Findings,
    candidate: &'static str,
}

/// Tries every candidate, one after the other.
pub fn play(arena: &mut Arena, progress: &dyn Fn(&str)) -> (Vec<Verdict>, Findings) {
    let (mut verdicts, mut findings) = (vec![], vec![]);
    for (at, (candidate, lie)) in CANDIDATES.into_iter().enumerate() {
        progress(&format!("network: a candidate that {candidate}"));
        let mut trial = Trial { arena, findings: vec![], candidate };
        verdicts.push(trial.run(at, lie));
        trial.findings.iter().for_each(|finding| progress(&format!("NOT AS IT MUST BE: {finding}")));
        findings.append(&mut trial.findings);
    }
    (verdicts, findings)
}

impl Trial<'_> {
    fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(format!("a candidate that {}: {}", self.candidate, otherwise()));
        }
    }

    fn run(&mut self, at: usize, lie: Lie) -> Verdict {
        let began = Instant::now();
        let [buffer, back] = buffers(at).map(|name| key(&name));
        let upgrade = council::upgrade(self.arena, &code(at), buffer, back);
        let held = Vault::ALL.map(|vault| vault.held(self.arena));
        let insurance = self.insurance();
        let previous = council::adoption(self.arena).elf_hash;
        let records = council::freeze(self.arena, upgrade.id);
        self.arena.world.ok(&[GOVERNANCE.upgrade_execute(&upgrade)], &[]);
        let executed_slot = self.arena.world.clock().slot;
        council::slot_pass(self.arena);
        let did = lie(self.arena);
        self.nothing_runs();
        let found = self.found(&upgrade, &records);
        let slots = self.arena.world.clock().slot.saturating_sub(executed_slot);
        council::slot_pass(self.arena);
        let restored = self.restore(at, &records);
        self.verified(&upgrade, &records);
        let (identical, all) = (self.identical(&records), records.kept.len());
        self.expect(identical == all, || format!("{identical} of {all} accounts are what they were"));
        self.released(&records);
        let left = held.iter().zip(Vault::ALL).map(|(held, vault)| held.saturating_sub(vault.held(self.arena)));
        let left_atoms: u64 = left.sum();
        self.expect(left_atoms == 0, || format!("{left_atoms} atoms left the vaults under the freeze"));
        let runs = council::adoption(self.arena).elf_hash;
        self.expect(runs == previous, || "the code from before does not run again".to_owned());
        let settled = tried(self.arena, &[GOVERNANCE.bond_settle(upgrade.id, upgrade.proposer)], &[]);
        let forfeited = self.insurance() - insurance;
        self.expect(settled == "yes" && forfeited == BOND, || format!("the bond: {settled}, {forfeited} lamports"));
        Verdict {
            candidate: self.candidate,
            did,
            found,
            slots,
            restored,
            identical,
            left_atoms,
            bond: format!("{} SOL to insurance", forfeited / BOND),
            took_s: began.elapsed().as_secs(),
        }
    }

    fn insurance(&mut self) -> u64 {
        self.arena.world.account(&GOVERNANCE.insurance()).map_or(0, |account| account.lamports)
    }

    fn data(&mut self, address: &Pubkey) -> Option<Vec<u8>> {
        self.arena.world.account(address).map(|account| account.data)
    }

    /// Level 4 stands, and nobody's money moves through the candidate.
    fn nothing_runs(&mut self) {
        let level = protocol_level(self.arena);
        self.expect(level == Level::Migrating, || format!("the protocol is at {}", level.name()));
        let market = &self.arena.markets[0];
        let taker = market.taker.keypair.insecure_clone();
        let withdraw = market.protocol.withdraw_ticket(&market.taker, market.protocol.quote.mint, USDC, 90_000);
        let answer = tried(self.arena, &[withdraw], &[&taker]);
        self.expect(answer != "yes", || "somebody's withdrawal went through it".to_owned());
    }

    /// Recorded accounts that are what they were, to the byte.
    fn identical(&mut self, records: &Records) -> usize {
        records.kept.iter().filter(|(at, data)| self.data(at).as_ref() == Some(*data)).count()
    }

    /// Anybody verifies until the candidate is found out, or waits until its time is over; then anybody rolls it back.
    fn found(&mut self, upgrade: &UpgradeOf, records: &Records) -> String {
        let rollback = GOVERNANCE.upgrade_rollback(upgrade);
        let early = tried(self.arena, std::slice::from_ref(&rollback), &[]);
        self.expect(early == "RollbackUnfounded", || format!("a rollback without a reason: {early}"));
        let mut found = "no answer within its time".to_owned();
        if self.candidate != "never answers" {
            let steps = records.books.iter().enumerate().flat_map(|(at, book)| {
                let page = (format!("page_verify, market {at}"), book.recorded.page_verify(0, book.page()));
                [page, (format!("market_verify, market {at}"), book.recorded.market_verify(upgrade.id))]
            });
            for (step, verify) in steps {
                let answer = tried(self.arena, &[verify], &[]);
                self.expect(answer == "yes", || format!("{step}: {answer}"));
                if council::rollout(self.arena).failed == 1 {
                    found = step;
                    break;
                }
            }
            let failed = council::rollout(self.arena).failed;
            self.expect(failed == 1, || "verification did not find it out".to_owned());
        }
        let answer = council::insist(self.arena, &rollback);
        self.expect(answer == "yes", || format!("upgrade_rollback: {answer}"));
        found
    }

    /// Whatever differs from the bytes that were kept is written back from them; how many accounts did.
    fn restore(&mut self, at: usize, records: &Records) -> usize {
        let (mut restored, kept) = (0, &records.kept);
        for (number, book) in records.books.iter().enumerate() {
            let differs: Vec<_> =
                (0..book.accounts.len()).filter(|place| self.differs(kept, &book.accounts[*place])).collect();
            if !differs.is_empty() {
                let page: Vec<u8> = book.accounts.iter().flat_map(|account| kept[account].clone()).collect();
                let preimage = upload(&mut self.arena.world, &format!("page {number} of candidate {at}"), &page);
                for place in differs {
                    let place = u8::try_from(place).expect("a place of a page");
                    let restore = book.recorded.account_restore(0, &book.accounts, place, preimage);
                    restored += self.restored(restore);
                }
            }
        }
        for entry in &records.entries {
            if self.differs(kept, &entry.account) {
                let (name, image) = (format!("{} of candidate {at}", entry.account), &kept[&entry.account]);
                let preimage = upload(&mut self.arena.world, &name, image);
                let seeds = ledger_seeds(&MARGIN, image, &[]).unwrap_or_default();
                let seeds: Vec<_> = seeds.iter().map(Vec::as_slice).collect();
                let payer = self.arena.world.payer();
                restored += self.restored(records.ledger.restore(payer, entry.account, preimage, &seeds));
            }
        }
        restored
    }

    fn differs(&mut self, kept: &BTreeMap<Pubkey, Vec<u8>>, address: &Pubkey) -> bool {
        self.data(address).as_ref() != kept.get(address)
    }

    fn restored(&mut self, restore: solana_instruction::Instruction) -> usize {
        let answer = tried(self.arena, &[restore], &[]);
        self.expect(answer == "yes", || format!("writing an account back: {answer}"));
        usize::from(answer == "yes")
    }

    /// The old code's accounts are verified, the rollout is free, and the brake comes down from level 4.
    fn verified(&mut self, upgrade: &UpgradeOf, records: &Records) {
        let mut steps = records.ledger_verify(upgrade.id);
        for book in &records.books {
            steps.push(vec![book.recorded.page_verify(0, book.page())]);
            steps.push(vec![book.recorded.market_verify(upgrade.id)]);
        }
        for verify in steps {
            let answer = tried(self.arena, &verify, &[]);
            self.expect(answer == "yes", || format!("verifying what was restored: {answer}"));
        }
        let answer = tried(self.arena, &[GOVERNANCE.freeze_end(upgrade.id, MARGIN)], &[]);
        self.expect(answer == "yes", || format!("freeze_end: {answer}"));
        let (stage, level) = (council::stage(self.arena), protocol_level(self.arena));
        self.expect(stage == Some(Stage::Idle), || format!("the rollout is at {stage:?}"));
        self.expect(level == Level::CloseOnly, || format!("the protocol is at {} after the freeze", level.name()));
        let state = State::from_byte(council::proposal(self.arena, upgrade.id).state);
        self.expect(state == Some(State::RolledBack), || format!("the proposal is {state:?}"));
    }
}

impl Trial<'_> {
    /// The markets move again: a deposit goes through.
    fn released(&mut self, records: &Records) {
        let released = tried(self.arena, &records.release(), &[]);
        let market = &self.arena.markets[0];
        let taker = market.taker.keypair.insecure_clone();
        let deposit = market.protocol.deposit(&market.taker, market.protocol.quote.mint, USDC);
        let answer = tried(self.arena, &[deposit], &[&taker]);
        self.expect(released == "yes" && answer == "yes", || format!("root_release: {released}, a deposit: {answer}"));
    }
}

/// The taker has eleven lots more.
fn lots_change(arena: &mut Arena) -> String {
    let account = arena.markets[0].taker.account;
    let lots = lots(arena, &account);
    arena.world.ok(&[hostile::forge(account, LOTS_AT, &(lots + 11).to_le_bytes())], &[]);
    format!("{lots} lots became {}", lots + 11)
}

/// Five of the taker's lots are the whale's: the same series, as many long and short as before, in every sum.
fn lots_move(arena: &mut Arena) -> String {
    let [from, to] = [arena.markets[0].taker.account, arena.markets[0].whale.account];
    let (lots, data) = (lots(arena, &from), arena.world.account(&from).expect("an account").data);
    let mut moved = data[POSITION_AT..][..size_of::<Position>()].to_vec();
    moved[offset_of!(Position, lots)..][..8].copy_from_slice(&5_i64.to_le_bytes());
    let forges = [hostile::forge(from, LOTS_AT, &(lots - 5).to_le_bytes()), hostile::forge(to, POSITION_AT, &moved)];
    arena.world.ok(&forges, &[]);
    format!("5 of {lots} lots moved to another account")
}

/// Asks for every vault's tokens, and sets the second market's sums to zero, so that nothing would seem to be missing.
fn drain(arena: &mut Arena) -> String {
    let mut answers = BTreeMap::<String, u32>::new();
    for (number, vault) in (95_000..).zip(Vault::ALL) {
        let (wallet, held) = (wallet(arena, vault, "drained"), vault.held(arena));
        let steal = hostile::steal(arena, vault, wallet, held / 20, number);
        *answers.entry(tried(arena, &[steal], &[])).or_default() += 1;
    }
    let forged = forge_books(arena, 1);
    let answers: Vec<_> = answers.iter().map(|(answer, count)| format!("{answer} x {count}")).collect();
    format!("4 releases: {}; books forged: {forged}", answers.join(", "))
}

fn silence(_: &mut Arena) -> String {
    "nothing".to_owned()
}

fn lots(arena: &mut Arena, account: &Pubkey) -> i64 {
    arena.world.read::<MarginAccount>(abi::ids::MARGIN, account).positions[0].lots.get()
}
