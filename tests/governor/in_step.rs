//! The governor's program beside the machine of `policy` that it is built on, in random walks: whatever anybody tries at any moment, the
//! program does what the machine says, refuses with its reason, and holds its state.

use crate::canary::check_ix;
use crate::fixture::{Fixture, code_of, error};
use crate::positions::{MARGIN, Positions, lying_code};
use abi::margin::MarginAccount;
use policy::proposal::{Council, Moment, Proposal, Reason, State, dead, may_cancel, may_execute};
use policy::rollout::{ATTEMPT_S, DWELL_S, Ground, Promotion, Rollout, RolloutError, Stage, VERIFY_S};
use policy::{Level, Scope};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::collections::BTreeMap;
use std::mem::offset_of;
use std::num::NonZeroU32;
use testkit::World;

const WALKS: u64 = 24;
const STEPS: u64 = 60;
const QUOTE_AT: usize = 8 + offset_of!(MarginAccount, quote_atoms);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Freeze,
    Record,
    Execute,
    Verify,
    FindOut,
    Rollback,
    End,
    Release,
    Check,
    Promote,
    Cancel,
    Relax,
    Wait(u32),
}

impl Step {
    const ALL: [Self; 16] = [
        Self::Freeze,
        Self::Record,
        Self::Execute,
        Self::Verify,
        Self::FindOut,
        Self::Rollback,
        Self::End,
        Self::Release,
        Self::Check,
        Self::Promote,
        Self::Cancel,
        Self::Relax,
        Self::Wait(1),
        Self::Wait(VERIFY_S),
        Self::Wait(DWELL_S),
        Self::Wait(ATTEMPT_S),
    ];

    /// What leads on from this stage, so that walks get far: three steps of four are such.
    const fn onward(stage: Stage, back: bool) -> &'static [Self] {
        match stage {
            Stage::Idle => &Self::ALL,
            Stage::Queued => &[Self::Freeze],
            Stage::Frozen => &[Self::Record],
            Stage::Sealed if back => &[Self::Rollback],
            Stage::Sealed => &[Self::Execute],
            Stage::Executed => &[Self::Wait(1), Self::Verify, Self::FindOut, Self::Rollback],
            Stage::Canary => &[
                Self::Wait(1),
                Self::Wait(DWELL_S),
                Self::Check,
                Self::Check,
                Self::Promote,
                Self::Relax,
                Self::Freeze,
            ],
            Stage::RolledBack => &[Self::Wait(1), Self::Verify],
        }
    }
}

/// What the model holds of the world, which moves by the machine alone.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Model {
    rollout: Rollout,
    proposal: Proposal,
    council: Council,
}

/// The machine, as the account stores it.
fn machine(stored: &abi::governor::Rollout) -> Rollout {
    Rollout {
        stage: Stage::from_byte(stored.stage).expect("a known stage"),
        scope: if stored.scope == 0 { Scope::Positions } else { Scope::Code },
        unratified: stored.unratified != 0,
        forward_only: stored.forward_only != 0,
        back: stored.back != 0,
        failed: stored.failed != 0,
        step: stored.step,
        checks: stored.checks,
        checked_slot: stored.checked_slot.get(),
        since: Moment { slot: stored.since_slot.get(), unix_s: stored.since_unix_s.get() },
        executed: Moment { slot: stored.executed_slot.get(), unix_s: stored.executed_unix_s.get() },
        frozen_unix_s: stored.frozen_unix_s.get(),
        parts: stored.parts.get(),
        sealed: stored.sealed.get(),
        verified: stored.verified.get(),
    }
}

fn rules(stored: &abi::governor::Proposal) -> Proposal {
    Proposal::of(stored).expect("a known state")
}

/// Code of a word of the governor's, or of the breaker's where that has the last word.
fn code(name: &str) -> u32 {
    if name == "LevelNotUpward" { code_of(client::breaker::ERRORS, name) } else { error(name) }
}

/// The program's word for a reason of the machine's.
fn word(why: RolloutError) -> &'static str {
    match why {
        RolloutError::WrongStage => "RolloutStageWrong",
        RolloutError::ProposalAlive => "ProposalAlive",
        RolloutError::AttemptTooSoon => "AttemptTooSoon",
        RolloutError::FreezeRunning => "FreezeRunning",
        RolloutError::FreezeOverdue => "FreezeOverdue",
        RolloutError::ExecutedThisSlot => "ExecutedThisSlot",
        RolloutError::RollbackUnfounded => "RollbackUnfounded",
        RolloutError::DwellRemains => "DwellRemains",
        RolloutError::ChecksMissing => "ChecksMissing",
        RolloutError::CheckedThisSlot => "CheckedThisSlot",
        RolloutError::BrakeOn => "BrakeOn",
        other => panic!("{other:?} has no place in these walks"),
    }
}

fn reason(why: Reason) -> &'static str {
    match why {
        Reason::NotQueued => "ProposalNotQueued",
        Reason::Closed => "ProposalClosed",
        Reason::Expired => "ProposalExpired",
        other => panic!("{other:?} has no place in these walks"),
    }
}

impl Model {
    /// What the step leads to, or the word that refuses it.
    fn take(self, step: Step, now: &Moment, level: Level) -> Result<Self, &'static str> {
        let (one, rollout) = (NonZeroU32::MIN, self.rollout);
        let executable = || may_execute(&self.proposal, &self.council, now).map_err(reason);
        let gone = self.proposal.state != State::Queued || dead(&self.proposal, &self.council, now);
        let held = || if rollout.stage == Stage::Idle { Err("RolloutStageWrong") } else { Ok(()) };
        let on = |rollout: Result<Rollout, RolloutError>| rollout.map(|rollout| Self { rollout, ..self }).map_err(word);
        let ended = |state| Proposal { state, ..self.proposal };
        match step {
            Step::Freeze => {
                held()?;
                let queued = rollout.stage == Stage::Queued;
                if queued {
                    executable()?;
                }
                let next = on(rollout.freeze(2, (!queued).then_some(Ground::Evident), now, one))?;
                // Level 4 still stands where nobody has ended the freeze before: the breaker raises, and nothing else.
                if level == Level::Migrating { Err("LevelNotUpward") } else { Ok(next) }
            }
            // The ledger, and the market.
            Step::Record => on(rollout.part_seal().and_then(Rollout::part_seal)),
            Step::Execute => {
                executable()?;
                held()?;
                if level != Level::Migrating {
                    return Err("NotMigrating");
                }
                let next = on(rollout.execute(now, one))?;
                Ok(Self { proposal: ended(State::Executed), ..next })
            }
            Step::Verify => {
                let next = on(rollout.part_verify(now).and_then(|rollout| rollout.part_verify(now)))?;
                let over = next.rollout.stage == Stage::Idle;
                Ok(if over { Self { proposal: ended(State::RolledBack), ..next } } else { next })
            }
            Step::FindOut => on(rollout.fail(now)),
            Step::Rollback => {
                held()?;
                on(rollout.rollback(Some(Ground::Evident), now, one))
            }
            Step::End if rollout.stage.frozen() => {
                let next = on(rollout.thaw(gone, now, one))?;
                let restored = rollout.stage == Stage::RolledBack;
                Ok(if restored { Self { proposal: ended(State::RolledBack), ..next } } else { next })
            }
            Step::End => {
                if level == Level::Migrating {
                    Ok(self)
                } else {
                    Err("NoFreeze")
                }
            }
            Step::Release => {
                held()?;
                on(rollout.release(gone))
            }
            Step::Check => on(rollout.check(now)),
            Step::Promote => {
                held()?;
                let (rollout, promotion) = rollout.promote(level, now, one).map_err(word)?;
                let proposal = if promotion == Promotion::Finalised { ended(State::Finalised) } else { self.proposal };
                Ok(Self { rollout, proposal, ..self })
            }
            Step::Cancel => {
                may_cancel(&self.proposal, &self.council, now, true).map_err(reason)?;
                Ok(Self { proposal: ended(State::Cancelled), ..self })
            }
            Step::Relax | Step::Wait(_) => Ok(self),
        }
    }
}

/// A world with its model, and what was seen.
struct Walk {
    positions: Positions,
    id: u64,
    buffer: Pubkey,
    model: Model,
}

impl Walk {
    fn now(&mut self) -> Moment {
        let clock = self.positions.fixture.world.clock();
        Moment { slot: clock.slot, unix_s: clock.unix_timestamp }
    }

    /// Whether the step can be tried at all: what it names must be there, and a lie needs a liar.
    fn possible(&mut self, step: Step) -> bool {
        let stage = self.model.rollout.stage;
        match step {
            Step::Record => stage == Stage::Frozen,
            // In the slot of its upgrade a program cannot be called.
            Step::FindOut => stage == Stage::Executed && self.now().slot > self.model.rollout.executed.slot,
            Step::Verify => matches!(stage, Stage::Executed | Stage::RolledBack),
            Step::Relax => !stage.frozen(),
            _ => true,
        }
    }

    fn instructions(&mut self, step: Step) -> Vec<Instruction> {
        let positions = &mut self.positions;
        match step {
            Step::Freeze => vec![positions.freeze_ix(self.id)],
            Step::Record => vec![positions.open_ix(), positions.page_ix(0), positions.seal_ix()],
            Step::Execute => vec![positions.fixture.upgrade_ix(self.id, MARGIN, self.buffer)],
            Step::Verify => {
                let accounts = positions.accounts();
                vec![positions.verify_page_ix(accounts), positions.verify_market_ix(self.id)]
            }
            Step::FindOut => {
                let accounts = positions.accounts();
                vec![positions.verify_page_ix(accounts)]
            }
            Step::Rollback => vec![positions.rollback_ix(self.id)],
            Step::End => vec![positions.end_ix(self.id)],
            Step::Release => vec![positions.fixture.release_ix(self.id, MARGIN)],
            Step::Check => vec![check_ix(positions)],
            Step::Promote => vec![positions.fixture.promote_ix(self.id, MARGIN)],
            Step::Cancel => {
                let proposer = positions.fixture.members[0].pubkey();
                vec![positions.fixture.cancel_ix(self.id, proposer)]
            }
            Step::Relax | Step::Wait(_) => vec![],
        }
    }

    /// Program and machine take the step; `true` if it was allowed.
    fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Wait(seconds) => {
                self.positions.fixture.world.advance_s(seconds.into());
                self.positions.fixture.world.advance_slots(seconds.into());
                self.positions.fixture.world.next_slot();
                return true;
            }
            Step::Relax => {
                self.positions.fixture.level_force(Level::Normal);
                return true;
            }
            _ => {}
        }
        let (now, level) = (self.now(), self.positions.level());
        let account = self.positions.actors[2].account;
        let honest = self.positions.state(2).quote_atoms.get();
        if step == Step::FindOut {
            self.positions.lie(account, QUOTE_AT, &1_i64.to_le_bytes());
        }
        let said = self.model.take(step, &now, level);
        let instructions = self.instructions(step);
        let proposer = self.positions.fixture.members[0].insecure_clone();
        let signers = if step == Step::Cancel { vec![&proposer] } else { vec![] };
        match said {
            Ok(next) => {
                match step {
                    Step::Record => self.positions.fixture.ledger_take(MARGIN),
                    Step::Verify => self.positions.fixture.ledger_verify(MARGIN, self.id),
                    _ => {}
                }
                self.positions.fixture.world.ok(&instructions, &signers);
                self.model = next;
            }
            Err(name) => self.positions.fixture.world.fail(&instructions, &signers, code(name)),
        }
        if step == Step::FindOut {
            self.positions.lie(account, QUOTE_AT, &honest.to_le_bytes());
        }
        assert_eq!(machine(&self.positions.fixture.rollout_state(MARGIN)), self.model.rollout, "{step:?}");
        assert_eq!(rules(&self.positions.fixture.proposal_state(self.id)), self.model.proposal, "{step:?}");
        said.is_ok()
    }
}

/// INVARIANT(G-2), INVARIANT(G-8), INVARIANT(G-11): no step is taken that the machine refuses, and none is refused that it takes.
#[test]
fn program_and_machine_take_the_same_steps() {
    let world = World::lite().unmeasured();
    let mut positions = Positions::over(Fixture::over(world, Some(2)));
    let (id, buffer) = positions.fixture.upgrade_propose(MARGIN, &lying_code());
    positions.fixture.mature(id);
    let council = positions.fixture.council_state();
    let model = Model {
        rollout: machine(&positions.fixture.rollout_state(MARGIN)),
        proposal: rules(&positions.fixture.proposal_state(id)),
        council: Council::of(&council),
    };
    let mut walk = Walk { positions, id, buffer, model };
    let start = walk.positions.fixture.world.fork();
    let mut random = crate::drills::Random::new(0x0057_e950);
    let mut seen = BTreeMap::<(Step, bool), u32>::new();
    for _ in 0..WALKS {
        walk.positions.fixture.world = start.fork();
        walk.model = model;
        for _ in 0..STEPS {
            let Rollout { stage, back, .. } = walk.model.rollout;
            let steps = if random.below(4) < 3 { Step::onward(stage, back) } else { &Step::ALL };
            let step = random.of(steps);
            if walk.possible(step) {
                let allowed = walk.take(step);
                *seen.entry((step, allowed)).or_default() += 1;
            }
        }
    }
    println!("| step | taken | refused |\n|---|---|---|");
    for step in Step::ALL.iter().collect::<std::collections::BTreeSet<_>>() {
        let count = |allowed| seen.get(&(*step, allowed)).copied().unwrap_or_default();
        println!("| {step:?} | {} | {} |", count(true), count(false));
        assert!(count(true) > 0, "{step:?} was never taken");
    }
}
