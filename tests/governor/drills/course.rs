//! A world in which one drill follows another, and the steps that they are made of.

use crate::canary::{apply_ix, check_ix, closes};
use crate::drills::Random;
use crate::fixture::{Fixture, error};
use crate::positions::{MARGIN, Positions};
use crate::steps::propose_args;
use abi::Layout;
use abi::margin::{MarginAccount, Market, Position};
use client::{WithRemaining, governor as calls};
use policy::Level;
use policy::rollout::{CANARY_BPS, CHECKS};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::mem::offset_of;
use testkit::{World, elf};

/// In every council one member has a P-256 key: it approves every upgrade, and sends back whatever is.
const P256_SEAT: usize = 3;

/// The world, what must stay as it is in it, and what was seen.
pub struct Course {
    /// Seed, number and kind of the drill that goes on.
    pub name: String,
    pub positions: Positions,
    pub random: Random,
    pub people: Vec<Vec<u8>>,
    /// Accounts and market as a node keeps them: the market since it stands still.
    kept: Vec<Vec<u8>>,
    /// Tail of the code that runs: tells one upgrade's from another's.
    pub tail: u32,
    pub running: Vec<u8>,
    pub seated: u32,
    pub transactions: u32,
}

/// Whatever went wrong, this says where.
impl Drop for Course {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.name);
        }
    }
}

impl Course {
    pub fn new(seed: u64) -> Self {
        let fixture = Fixture::over(World::lite().unmeasured(), Some(P256_SEAT));
        let mut positions = Positions::over(fixture);
        let people = positions.people();
        let running = positions.fixture.code(MARGIN)[..elf("margin").len()].to_vec();
        let (random, tail) = (Random(seed), 0);
        let name = String::new();
        let kept = people.clone();
        Self { name, positions, random, people, kept, tail, running, seated: 0, transactions: 0 }
    }

    pub fn ok(&mut self, step: solana_instruction::Instruction) {
        self.transactions += 1;
        self.positions.fixture.world.ok(&[step], &[]);
    }

    pub fn wait(&mut self, seconds: u32) {
        self.positions.fixture.world.advance_s(seconds.into());
        self.positions.fixture.world.advance_slots(seconds.into());
    }

    pub fn propose(&mut self, code: &[u8], emergency: bool) -> (u64, Pubkey) {
        let fixture = &mut self.positions.fixture;
        if !emergency {
            return fixture.upgrade_propose(MARGIN, code);
        }
        let id = fixture.council_state().proposals.get();
        let proposer = fixture.members[0].insecure_clone();
        let buffer = fixture.buffer(&format!("buffer {id}"), Some(proposer.pubkey()), code);
        let args = calls::UpgradeProposeArgs { emergency: true, ..propose_args(code) };
        let propose = fixture.upgrade_propose_args_ix(MARGIN, buffer, args);
        fixture.world.ok(&[propose], &[&proposer]);
        (id, buffer)
    }

    pub fn matured(&mut self, code: &[u8]) -> (u64, Pubkey) {
        let (id, buffer) = self.propose(code, false);
        self.positions.fixture.mature(id);
        (id, buffer)
    }

    /// Level 4, and everything recorded.
    pub fn freeze(&mut self, id: u64, vote: Option<Pubkey>) {
        let freeze = self.positions.freeze_ix(id);
        self.ok(freeze.with_remaining(vote.map(|vote| AccountMeta::new_readonly(vote, false))));
        self.positions.fixture.ledger_take(MARGIN);
        self.kept = self.positions.people();
        for step in [self.positions.open_ix(), self.positions.page_ix(0), self.positions.seal_ix()] {
            self.ok(step);
        }
    }

    pub fn execute(&mut self, id: u64, buffer: Pubkey) {
        let execute = self.positions.fixture.upgrade_ix(id, MARGIN, buffer);
        self.ok(execute);
        self.positions.fixture.world.next_slot();
    }

    /// Verified, and down from level 4 for all but the canary step.
    pub fn verify(&mut self, id: u64) {
        self.positions.verify(id);
        let end = self.positions.end_ix(id);
        self.ok(end);
        assert_eq!(self.positions.level(), Level::CloseOnly);
        self.positions.fixture.level_force(Level::Normal);
    }

    pub fn roll_back(&mut self, id: u64) {
        let rollback = self.positions.rollback_ix(id);
        self.ok(rollback);
        self.positions.fixture.world.next_slot();
    }

    /// From this canary step through the last.
    pub fn promote(&mut self, id: u64, from: usize, trips: bool) {
        for step in from..CANARY_BPS.len() {
            self.positions.fixture.dwell();
            for _ in 0..CHECKS {
                let check = check_ix(&self.positions);
                self.ok(check);
                self.positions.fixture.world.advance_slots(1);
            }
            let promote = self.positions.fixture.promote_ix(id, MARGIN);
            if trips && self.random.below(2) == 0 {
                let level = self.random.of(&[Level::CloseOnly, Level::Frozen]);
                self.positions.fixture.level_force(level);
                self.positions.fixture.world.fail(std::slice::from_ref(&promote), &[], error("BrakeOn"));
                self.positions.fixture.level_force(Level::Normal);
            }
            self.ok(promote);
            if step + 1 < CANARY_BPS.len() && self.random.below(2) == 0 {
                let apply = apply_ix(&mut self.positions);
                self.ok(apply);
            }
        }
    }

    pub fn cancel(&mut self, id: u64) {
        let proposer = self.positions.fixture.members[0].insecure_clone();
        let cancel = self.positions.fixture.cancel_ix(id, proposer.pubkey());
        self.transactions += 1;
        self.positions.fixture.world.ok(&[cancel], &[&proposer]);
    }

    /// One field of one account, or of the market, or a whole account.
    pub fn lie(&mut self) {
        let actor = self.random.below(3) as usize;
        let account = self.positions.actors[actor].account;
        let lots_at = 8 + offset_of!(MarginAccount, positions) + offset_of!(Position, lots);
        let other = i64::try_from(self.random.below(1_000)).unwrap() + 11;
        match self.random.below(6) {
            // Whoever holds no position has no lots to change: what stands in an empty place is no content.
            0 if actor < 2 => self.positions.lie(account, lots_at, &other.to_le_bytes()),
            0 | 1 => self.positions.lie(account, 8 + offset_of!(MarginAccount, quote_atoms), &other.to_le_bytes()),
            2 => self.positions.lie(account, 8 + offset_of!(MarginAccount, owner), &[9; 32]),
            3 => self.positions.lie(account, 8 + offset_of!(MarginAccount, delegate), &[9; 33]),
            4 => self.positions.lie(account, 0, &[0; MarginAccount::SPACE]),
            _ => {
                // All sums hold: what one account loses another has.
                let [maker, taker] = [self.positions.actors[0].account, self.positions.actors[1].account];
                self.positions.lie(maker, lots_at, &(-other).to_le_bytes());
                self.positions.lie(taker, lots_at, &other.to_le_bytes());
            }
        }
        if self.random.below(2) == 0 {
            let market = self.positions.market();
            let at = 8 + offset_of!(Market, insurance_atoms);
            self.positions.lie(market, at, &77_u64.to_le_bytes());
        }
    }

    /// What differs from what it was is written back.
    pub fn restore(&mut self) {
        let (market, accounts) = self.kept.split_last().expect("a market");
        let (accounts, market) = (accounts.concat(), market.clone());
        let [accounts, market] =
            [("accounts", accounts), ("market", market)].map(|(name, bytes)| self.positions.upload(name, &bytes));
        let now = self.positions.people();
        for (at, (was, is)) in self.kept.clone().iter().zip(&now).enumerate() {
            if was == is {
                continue;
            }
            let restore = match u8::try_from(at).unwrap() {
                place if usize::from(place) < now.len() - 1 => self.positions.restore_ix(place, accounts),
                _ => self.positions.market_restore_ix(market),
            };
            self.ok(restore);
        }
    }

    pub fn insurance(&mut self) -> u64 {
        let insurance = self.positions.insurance();
        self.positions.fixture.world.account(&insurance).map_or(0, |account| account.lamports)
    }

    /// The market moves again.
    pub fn release(&mut self) {
        let (ledger, market) = (self.positions.fixture.ledger(MARGIN), self.positions.market());
        self.ok(ledger.release(market));
    }

    /// The present attempt's records go, and their rent with them.
    pub fn tidy(&mut self) {
        self.tidy_ledger();
        let snapshot = self.positions.snapshot();
        if self.positions.fixture.world.account(&snapshot).is_some_and(|account| account.lamports > 0) {
            for close in closes(&mut self.positions) {
                if self.positions.fixture.world.send(&[close], &[]).is_err() {
                    return;
                }
            }
        }
    }
    fn tidy_ledger(&mut self) {
        let (ledger, payer) = (self.positions.fixture.ledger(MARGIN), self.positions.fixture.world.payer());
        if self.positions.fixture.world.account(&ledger.address()).is_none_or(|account| account.lamports == 0) {
            return;
        }
        let records = self.positions.fixture.entries(MARGIN).into_iter();
        let records: Vec<_> = records.map(|entry| ledger.record_close(&entry.account, payer)).collect();
        for close in [records, vec![ledger.close(payer)]].concat() {
            if self.positions.fixture.world.send(&[close], &[]).is_err() {
                return;
            }
        }
    }
}
