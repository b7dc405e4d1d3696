//! A thousand upgrades of margin, one after the other in worlds of LiteSVM, honest, lying and silent, cancelled, vetoed, cut off by a
//! change of the council, frozen too long, rolled back from a canary step, carried out in an emergency: in random order, the same in
//! every run. After each of them nothing is lost and nothing is stuck.

mod course;

use crate::canary::apply_ix;
use crate::fixture::{error, sha256};
use crate::positions::{MARGIN, lying_code};
use client::governor as calls;
use course::Course;
use policy::rollout::{ATTEMPT_S, RATIFY_S, Stage, VERIFY_S};
use policy::{Class, CouncilAction, Level, proposal::State};
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;
use testkit::elf;

/// Two courses at a time, a world each.
const COURSES: [u64; 2] = [0x5eed_0fba_5710_3100, 0x5eed_0fba_5710_3101];
const DRILLS: u32 = 500;
const BOND: u64 = 1_000_000_000;

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

    /// What the proposal is in the end.
    fn ends(self) -> State {
        match self {
            Self::Finalised
            | Self::FinalisedAfterTrips
            | Self::FinalisedAfterVeto
            | Self::FinalisedAfterOverdueFreeze
            | Self::PatchRatified => State::Finalised,
            Self::LyingRestored | Self::SilentRolledBack | Self::RolledBackByVote | Self::PatchExpired => {
                State::RolledBack
            }
            Self::CancelledAsDraft | Self::CancelledInQueue | Self::CancelledUnderFreeze | Self::CutOffByNewCouncil => {
                State::Cancelled
            }
        }
    }
}

/// SplitMix64.
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

impl Course {
    /// Code with a tail that no upgrade had before: margin's own where it stays, else code that lies or says nothing.
    fn candidate(&mut self, drill: Drill) -> Vec<u8> {
        self.tail += 1;
        let code = if drill.ends() == State::Finalised { elf("margin") } else { lying_code() };
        [&code[..], &u64::from(self.tail).to_le_bytes()].concat()
    }

    fn run(&mut self, drill: Drill) {
        let before = self.insurance();
        let code = self.candidate(drill);
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
        let fixture = &mut self.positions.fixture;
        let next: Vec<_> = names.iter().map(|name| fixture.world.rich(name)).collect();
        let seated = std::mem::replace(&mut fixture.members, next);
        let keys: Vec<_> = (0..names.len()).map(|seat| fixture.seat_key(seat).to_bytes()).collect();
        let next = std::mem::replace(&mut fixture.members, seated);
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
        self.positions.fixture.members = next;
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

    /// Nothing lost, nothing stuck.
    fn settled(&mut self, drill: Drill, id: u64, code: &[u8], insurance_before: u64) {
        let rollout = self.positions.fixture.rollout_state(MARGIN);
        assert_eq!(rollout.stage, Stage::Idle.byte(), "{drill:?} {id}: the rollout is free");
        self.release();
        assert_eq!(self.positions.people(), self.people, "{drill:?} {id}: every account is what it was");
        let state = self.positions.fixture.state(id);
        let (ends, forfeited) = (drill.ends(), drill.ends() == State::RolledBack);
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

/// A course's drills: how many of each, of how many steps, under how many councils.
fn course(seed: u64) -> (BTreeMap<Drill, u32>, u32, u32) {
    let mut course = Course::new(seed);
    let mut seen = BTreeMap::new();
    for number in 0..DRILLS {
        let drill = course.random.of(&Drill::ALL);
        course.name = format!("seed {seed:#x}, drill {number}, {drill:?}");
        course.run(drill);
        *seen.entry(drill).or_default() += 1;
    }
    (seen, course.transactions, course.seated + 1)
}

#[test]
fn a_thousand_drills_lose_nothing_and_leave_nothing_stuck() {
    let courses = COURSES.map(|seed| std::thread::spawn(move || course(seed)));
    let mut seen = BTreeMap::<Drill, u32>::new();
    let (mut steps, mut councils) = (0, 0);
    for done in courses {
        let (drills, taken, seated) = done.join().expect("the course says where it ended");
        (steps, councils) = (steps + taken, councils + seated);
        drills.into_iter().for_each(|(drill, count)| *seen.entry(drill).or_default() += count);
    }
    println!("| what became of it | drills |\n|---|---|");
    for (drill, count) in &seen {
        println!("| {drill:?} | {count} |");
    }
    let drills: u32 = seen.values().sum();
    println!("{drills} drills, {steps} steps, {councils} councils; every account byte-identical after each");
    assert_eq!((seen.len(), drills), (Drill::ALL.len(), 1_000));
}
