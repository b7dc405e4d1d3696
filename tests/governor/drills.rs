//! A thousand upgrades of margin, one after the other in one world of LiteSVM, honest, lying and silent, cancelled, vetoed, cut off by a
//! change of the council, frozen too long, rolled back from a canary step, carried out in an emergency: in random order, the same in
//! every run. After each of them nothing is lost and nothing is stuck.

use crate::canary::{apply_ix, check_ix, closes};
use crate::fixture::{Fixture, error, sha256};
use crate::positions::{MARGIN, Positions, lying_code};
use crate::steps::propose_args;
use abi::Layout;
use abi::margin::{MarginAccount, Market, Position};
use client::{WithRemaining, governor as calls};
use policy::rollout::{ATTEMPT_S, CANARY_BPS, CHECKS, RATIFY_S, Stage, VERIFY_S};
use policy::{Class, CouncilAction, Level, proposal::State};
use solana_instruction::AccountMeta;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::mem::offset_of;
use testkit::World;

const DRILLS: u32 = 1_000;
const BOND: u64 = 1_000_000_000;
const SEED: u64 = 0x5eed_0f_ba57_1031;

/// What becomes of an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Drill {
    Finalised,
    FinalisedAfterTrips,
    FinalisedAfterVeto,
    FinalisedAfterOverdueFreeze,
    CancelledAsDraft,
    CancelledInQueue,
    CancelledUnderFreeze,
    CutOffByNewCouncil,
    LyingRestored,
    SilentRolledBack,
    RolledBackByVote,
    PatchRatified,
    PatchExpired,
}

impl Drill {
    const ALL: [Self; 13] = [
        Self::Finalised,
        Self::FinalisedAfterTrips,
        Self::FinalisedAfterVeto,
        Self::FinalisedAfterOverdueFreeze,
        Self::CancelledAsDraft,
        Self::CancelledInQueue,
        Self::CancelledUnderFreeze,
        Self::CutOffByNewCouncil,
        Self::LyingRestored,
        Self::SilentRolledBack,
        Self::RolledBackByVote,
        Self::PatchRatified,
        Self::PatchExpired,
    ];
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// The world, what must stay as it is in it, and what was seen.
struct Course {
    positions: Positions,
    random: Random,
    people: Vec<Vec<u8>>,
    /// Accounts and market as a node keeps them.
    accounts: Vec<u8>,
    market: Vec<u8>,
    /// Tail of the code that runs: tells one upgrade's from another's.
    tail: u32,
    running: Vec<u8>,
    seated: u32,
    transactions: u32,
}

impl Course {
    fn new() -> Self {
        let fixture =
            Fixture { world: World::lite().unmeasured(), governor: crate::fixture::GOVERNOR, members: vec![] };
        let mut positions = Positions::over(fixture);
        let people = positions.people();
        let market = people.last().expect("a market").clone();
        let accounts = people[..people.len() - 1].concat();
        let running = positions.fixture.code(MARGIN)[..testkit::elf("margin").len()].to_vec();
        let (random, tail) = (Random(SEED), 0);
        Self { positions, random, people, accounts, market, tail, running, seated: 0, transactions: 0 }
    }

    fn ok(&mut self, step: solana_instruction::Instruction) {
        self.transactions += 1;
        self.positions.fixture.world.ok(&[step], &[]);
    }

    fn wait(&mut self, seconds: u32) {
        self.positions.fixture.world.advance_s(seconds.into());
        self.positions.fixture.world.advance_slots(seconds.into());
    }

    /// Margin's code with a tail that no upgrade had before.
    fn honest(&mut self) -> Vec<u8> {
        self.tail += 1;
        let real = testkit::elf("margin");
        [&real[..], &u64::from(self.tail).to_le_bytes()].concat()
    }

    fn propose(&mut self, code: &[u8], emergency: bool) -> (u64, Pubkey) {
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

    fn matured(&mut self, code: &[u8]) -> (u64, Pubkey) {
        let (id, buffer) = self.propose(code, false);
        self.positions.fixture.mature(id);
        (id, buffer)
    }

    /// Level 4, and everything recorded.
    fn freeze(&mut self, id: u64, vote: Option<Pubkey>) {
        let freeze = self.positions.freeze_ix(id);
        self.ok(freeze.with_remaining(vote.map(|vote| AccountMeta::new_readonly(vote, false))));
        for step in [self.positions.open_ix(), self.positions.page_ix(0), self.positions.seal_ix()] {
            self.ok(step);
        }
    }

    fn execute(&mut self, id: u64, buffer: Pubkey) {
        let execute = self.positions.fixture.upgrade_ix(id, MARGIN, buffer);
        self.ok(execute);
        self.positions.fixture.world.next_slot();
    }

    /// Verified, and down from level 4 for all but the canary step.
    fn verify(&mut self, id: u64) {
        self.positions.verify(id);
        let end = self.positions.end_ix(id);
        self.ok(end);
        assert_eq!(self.positions.level(), Level::CloseOnly);
        self.positions.fixture.level_force(Level::Normal);
    }

    fn roll_back(&mut self, id: u64) {
        let rollback = self.positions.rollback_ix(id);
        self.ok(rollback);
        self.positions.fixture.world.next_slot();
    }

    /// From this canary step through the last.
    fn promote(&mut self, id: u64, from: usize, trips: bool) {
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

    fn cancel(&mut self, id: u64) {
        let proposer = self.positions.fixture.members[0].insecure_clone();
        let cancel = self.positions.fixture.cancel_ix(id, proposer.pubkey());
        self.transactions += 1;
        self.positions.fixture.world.ok(&[cancel], &[&proposer]);
    }

    /// One field of one account, or of the market, or a whole account.
    fn lie(&mut self) {
        let actor = self.random.below(3) as usize;
        let account = self.positions.actors[actor].account;
        let lots_at = 8 + offset_of!(MarginAccount, positions) + offset_of!(Position, lots);
        let other = i64::try_from(self.random.below(1_000)).unwrap() + 11;
        match self.random.below(6) {
            0 => self.positions.lie(account, lots_at, &other.to_le_bytes()),
            1 => self.positions.lie(account, 8 + offset_of!(MarginAccount, quote_atoms), &other.to_le_bytes()),
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
    fn restore(&mut self) {
        let (accounts, market) = (self.accounts.clone(), self.market.clone());
        let [accounts, market] =
            [("accounts", accounts), ("market", market)].map(|(name, bytes)| self.positions.upload(name, &bytes));
        let now = self.positions.people();
        for (at, (was, is)) in self.people.clone().iter().zip(&now).enumerate() {
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

    fn run(&mut self, drill: Drill) {
        let before = self.insurance();
        let code = if drill == Drill::LyingRestored { lying_code_with(self.tail) } else { self.honest() };
        let (id, buffer) = match drill {
            Drill::CancelledAsDraft => self.propose(&code, false),
            Drill::PatchRatified | Drill::PatchExpired => self.patch(&code),
            _ => self.matured(&code),
        };
        match drill {
            Drill::Finalised | Drill::FinalisedAfterTrips => {
                self.freeze(id, None);
                self.execute(id, buffer);
                self.verify(id);
                self.promote(id, 0, drill == Drill::FinalisedAfterTrips);
            }
            Drill::FinalisedAfterVeto => {
                self.positions.fixture.object(id, &[3, 5]);
                assert_eq!(self.positions.fixture.state(id), State::Draft);
                self.positions.fixture.release(id, MARGIN);
                self.positions.fixture.mature(id);
                self.freeze(id, None);
                self.execute(id, buffer);
                self.verify(id);
                self.promote(id, 0, false);
            }
            Drill::FinalisedAfterOverdueFreeze => {
                self.freeze(id, None);
                self.wait(VERIFY_S);
                let execute = self.positions.fixture.upgrade_ix(id, MARGIN, buffer);
                self.positions.fixture.world.fail(&[execute], &[], error("FreezeOverdue"));
                let end = self.positions.end_ix(id);
                self.ok(end);
                self.tidy();
                self.wait(ATTEMPT_S);
                self.freeze(id, None);
                self.execute(id, buffer);
                self.verify(id);
                self.promote(id, 0, true);
            }
            Drill::CancelledAsDraft => self.cancel(id),
            Drill::CancelledInQueue => {
                self.cancel(id);
                self.positions.fixture.release(id, MARGIN);
            }
            Drill::CancelledUnderFreeze => {
                self.freeze(id, None);
                self.cancel(id);
                let end = self.positions.end_ix(id);
                self.ok(end);
                self.positions.fixture.release(id, MARGIN);
            }
            Drill::CutOffByNewCouncil => self.cut_off(id, buffer),
            Drill::LyingRestored => {
                self.freeze(id, None);
                self.execute(id, buffer);
                self.lie();
                let accounts = self.positions.accounts();
                let verify = self.positions.verify_page_ix(accounts);
                self.ok(verify);
                self.roll_back(id);
                self.restore();
                self.verify(id);
            }
            Drill::SilentRolledBack => {
                self.freeze(id, None);
                self.execute(id, buffer);
                let rollback = self.positions.rollback_ix(id);
                self.positions.fixture.world.fail(&[rollback], &[], error("RollbackUnfounded"));
                self.wait(VERIFY_S);
                self.roll_back(id);
                self.verify(id);
            }
            Drill::RolledBackByVote => self.voted_back(id, buffer),
            Drill::PatchRatified => {
                let elf_hash = sha256(&code);
                let ratify =
                    self.positions.fixture.propose(&CouncilAction::Ratify { program: MARGIN.to_bytes(), elf_hash });
                self.positions.fixture.mature(ratify);
                let ratified = calls::RatifyExecute {
                    council: self.positions.fixture.council(),
                    proposal: self.positions.fixture.proposal(ratify),
                    adoption: self.positions.fixture.adoption(MARGIN),
                    rollout: self.positions.fixture.rollout(MARGIN),
                };
                self.ok(ratified.instruction());
                self.promote(id, 0, true);
            }
            Drill::PatchExpired => {
                self.tidy();
                self.wait(RATIFY_S);
                self.freeze(id, None);
                self.roll_back(id);
                self.verify(id);
            }
        }
        self.settled(drill, id, &code, before);
    }

    /// An emergency patch on its lowest canary step.
    fn patch(&mut self, code: &[u8]) -> (u64, Pubkey) {
        let (id, buffer) = self.propose(code, true);
        assert_eq!(self.positions.fixture.class(id), Class::Emergency);
        self.positions.fixture.level_force(Level::Frozen);
        self.positions.fixture.mature(id);
        self.freeze(id, None);
        self.execute(id, buffer);
        self.verify(id);
        (id, buffer)
    }

    /// Another council takes its seats while the upgrade waits: nothing that the last one approved is carried out.
    fn cut_off(&mut self, id: u64, buffer: Pubkey) {
        self.seated += 1;
        let names: Vec<_> = (0..7).map(|seat| format!("council {} member {seat}", self.seated)).collect();
        let members: Vec<_> = names.iter().map(|name| self.positions.fixture.world.rich(name)).collect();
        let keys: Vec<_> = members.iter().map(|member| member.pubkey().to_bytes()).collect();
        let change = self.positions.fixture.propose(&CouncilAction::CouncilSet { members: &keys });
        self.positions.fixture.mature(change);
        let execute = self.positions.fixture.council_execute_ix(change);
        self.ok(execute);
        let freeze = self.positions.freeze_ix(id);
        self.positions.fixture.world.fail(&[freeze], &[], error("MembershipStale"));
        let execute = self.positions.fixture.upgrade_ix(id, MARGIN, buffer);
        self.positions.fixture.world.fail(&[execute], &[], error("MembershipStale"));
        self.positions.fixture.release(id, MARGIN);
        self.cancel(id);
        self.positions.fixture.members = members;
    }

    /// Guardians freeze, three members vote: back from a canary step, over the accounts as they are then.
    fn voted_back(&mut self, id: u64, buffer: Pubkey) {
        self.freeze(id, None);
        self.execute(id, buffer);
        self.verify(id);
        self.tidy();
        let previous = sha256(&self.running);
        let back = CouncilAction::RollBack { program: MARGIN.to_bytes(), previous_hash: previous };
        let vote = self.positions.fixture.propose(&back);
        self.positions.fixture.mature(vote);
        let vote = self.positions.fixture.proposal(vote);
        self.positions.fixture.level_force(Level::Frozen);
        self.freeze(id, Some(vote));
        self.roll_back(id);
        self.verify(id);
    }

    fn insurance(&mut self) -> u64 {
        let insurance = self.positions.insurance();
        self.positions.fixture.world.account(&insurance).map_or(0, |account| account.lamports)
    }

    /// The present attempt's records go, and their rent with them.
    fn tidy(&mut self) {
        let snapshot = self.positions.snapshot();
        if self.positions.fixture.world.account(&snapshot).is_some_and(|account| account.lamports > 0) {
            for close in closes(&mut self.positions) {
                if self.positions.fixture.world.send(&[close], &[]).is_err() {
                    return;
                }
            }
        }
    }

    /// Nothing lost, nothing stuck.
    fn settled(&mut self, drill: Drill, id: u64, code: &[u8], insurance_before: u64) {
        let rollout = self.positions.fixture.rollout_state(MARGIN);
        assert_eq!(rollout.stage, Stage::Idle.byte(), "{drill:?} {id}: the rollout is free");
        assert_eq!(self.positions.people(), self.people, "{drill:?} {id}: every account is what it was");
        let state = self.positions.fixture.state(id);
        let (ends, forfeited) = match drill {
            Drill::Finalised
            | Drill::FinalisedAfterTrips
            | Drill::FinalisedAfterVeto
            | Drill::FinalisedAfterOverdueFreeze
            | Drill::PatchRatified => (State::Finalised, false),
            Drill::LyingRestored | Drill::SilentRolledBack | Drill::RolledBackByVote | Drill::PatchExpired => {
                (State::RolledBack, true)
            }
            Drill::CancelledAsDraft
            | Drill::CancelledInQueue
            | Drill::CancelledUnderFreeze
            | Drill::CutOffByNewCouncil => (State::Cancelled, false),
        };
        assert_eq!(state, ends, "{drill:?} {id}");
        if state == State::Finalised {
            self.running = code.to_vec();
        }
        let runs = self.positions.fixture.code(MARGIN);
        assert_eq!(runs[..self.running.len()], self.running, "{drill:?} {id}: the code that runs");
        assert_eq!(self.positions.fixture.adoption_state(MARGIN).elf_hash, sha256(&self.running));
        // The bond goes where it belongs, once.
        let settle = self.positions.fixture.bond_ix(id);
        self.ok(settle);
        assert_eq!(self.insurance() - insurance_before, if forfeited { BOND } else { 0 }, "{drill:?} {id}: the bond");
        // Buffers go home.
        let proposal = self.positions.fixture.proposal_state(id);
        let upgrade = self.positions.fixture.upgrade_of(id).expect("an upgrade");
        for buffer in [Pubkey::from(proposal.rollback_buffer), Pubkey::from(upgrade.buffer)] {
            // No way back is staged before the queue: the field names nothing then.
            if buffer == Pubkey::default() {
                continue;
            }
            if self.positions.fixture.world.account(&buffer).is_some_and(|left| left.lamports > 0) {
                let close = self.positions.fixture.buffer_close_ix(id, buffer);
                self.ok(close);
            }
        }
        self.tidy();
        assert!(self.positions.level() <= Level::CloseOnly, "{drill:?} {id}: the level comes down");
        self.positions.fixture.level_force(Level::Normal);
        let apply = apply_ix(&mut self.positions);
        self.ok(apply);
        let custody = self.positions.custody();
        let custody: abi::breaker::Custody = self.positions.fixture.world.read(abi::ids::BREAKER, &custody);
        assert_eq!((custody.rollout_lots.get(), custody.rollout_window_bps.get()), (0, 0), "{drill:?} {id}");
    }
}

fn lying_code_with(tail: u32) -> Vec<u8> {
    [&lying_code()[..], &u64::from(tail).to_le_bytes()].concat()
}

#[test]
fn a_thousand_drills_lose_nothing_and_leave_nothing_stuck() {
    let mut course = Course::new();
    let mut seen = BTreeMap::<Drill, u32>::new();
    for _ in 0..DRILLS {
        let drill = course.random.of(&Drill::ALL);
        course.run(drill);
        *seen.entry(drill).or_default() += 1;
    }
    println!("| what became of it | drills |\n|---|---|");
    for (drill, count) in &seen {
        println!("| {drill:?} | {count} |");
    }
    println!(
        "{DRILLS} drills, {} steps, {} councils; every account byte-identical after each",
        course.transactions,
        course.seated + 1
    );
    assert_eq!((seen.len(), seen.values().sum::<u32>()), (Drill::ALL.len(), DRILLS));
}
