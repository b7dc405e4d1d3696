//! The protocol's brake: guardians, proofs, the council, the governor and the clock, in every order.

use super::latch::{
    DIVISOR, NOW, SAMPLES, brake_settled, brake_ticked, guardians_ticks, rests_within, spoken_ticks, ticks,
};
use policy::{
    Action, Brake, BrakeError, CLEAN_S, COOLDOWN_S, Latch, Level, Permission, TRIPS_PER_DAY, Trigger, permission,
};
use stateright::{Model, Property};

/// One proof for each level that proofs raise to.
const PROOFS: [Trigger; 3] = [Trigger::Volatility, Trigger::Heartbeat, Trigger::Invariant];

const LOWER: &str = "G-7: a guardian never lowers";
const ABOVE: &str = "G-7: only the governor raises to L4";
const FALLS: &str = "G-8: by time and quiet alone a level comes down step by step, a freeze to L2";
const COUNCIL: &str = "G-8: no council lowers a freeze of the protocol below L2 at once";
const ENDS: &str = "G-8: once nothing but guardians speaks for it, every freeze and migration ends";
const ALONE: &str = "G-8: left alone, every level comes down to L0";
const EXITS: &str = "G-9: no exit is refused at L0 to L3";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    GuardianLowers,
    GuardianMigrates,
    TripFallsToNormal,
    CouncilSkips,
    TripsUncounted,
    FreezeWithoutEnd,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::GuardianLowers,
        Self::GuardianMigrates,
        Self::TripFallsToNormal,
        Self::CouncilSkips,
        Self::TripsUncounted,
        Self::FreezeWithoutEnd,
    ];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::GuardianLowers => LOWER,
            Self::GuardianMigrates => ABOVE,
            Self::TripFallsToNormal => FALLS,
            Self::CouncilSkips => COUNCIL,
            Self::TripsUncounted => ENDS,
            Self::FreezeWithoutEnd => ALONE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct BrakeModel {
    pub fault: Option<Fault>,
}

/// What somebody does, or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    GuardianRaise(Level),
    Prove(Trigger),
    Rest(u32),
    CouncilRelax(Level),
    CouncilRearm,
    GovernorMigrate,
    GovernorVerified,
    GovernorHold,
    Tick,
}

/// Who did the last step, as far as the properties ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Guardian,
    Council,
    Governor,
    /// Time, and whoever calls what quiet allows.
    Quiet,
    Prover,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    brake: Brake,
    /// The level in force before the last step, and whose step it was.
    before: Level,
    last: Who,
    /// Ticks that began above L2, in a row, since anybody but a guardian last spoke for that or the guardians were armed.
    frozen_ticks: i64,
}

impl State {
    const fn level(&self) -> Level {
        self.brake.level_in_force(NOW)
    }
}

impl Step {
    const fn who(self) -> Who {
        match self {
            Self::GuardianRaise(_) => Who::Guardian,
            Self::Prove(_) => Who::Prover,
            Self::CouncilRelax(_) | Self::CouncilRearm => Who::Council,
            Self::GovernorMigrate | Self::GovernorVerified | Self::GovernorHold => Who::Governor,
            Self::Rest(_) | Self::Tick => Who::Quiet,
        }
    }

    /// Whether it may lengthen a freeze, besides what guardians do.
    const fn speaks(self) -> bool {
        matches!(self, Self::Prove(_) | Self::GovernorMigrate | Self::GovernorHold | Self::CouncilRearm)
    }
}

impl BrakeModel {
    fn raise(&self, brake: Brake, to: Level) -> Result<Brake, BrakeError> {
        let raised = brake.guardian_raise(to, NOW, DIVISOR);
        let forced = Brake { latch: Latch { level: to, ..brake.latch }, ..brake };
        match self.fault {
            Some(Fault::GuardianLowers) if raised.is_err() => Ok(forced),
            Some(Fault::GuardianMigrates) if to == Level::Migrating => Ok(forced),
            Some(Fault::TripsUncounted) => raised.map(|raised| Brake { trips: brake.trips, ..raised }),
            Some(Fault::FreezeWithoutEnd) => {
                raised.map(|raised| Brake { latch: Latch { expires_unix_s: 0, ..raised.latch }, ..raised })
            }
            _ => raised,
        }
    }

    fn relax(&self, brake: Brake, to: Level) -> Result<Brake, BrakeError> {
        match self.fault {
            Some(Fault::CouncilSkips) => Ok(Brake { latch: brake.latch.relax(to, NOW, true)?, ..brake }),
            _ => brake.relax(to, NOW),
        }
    }

    fn tick(&self, brake: Brake) -> Brake {
        let ticked = brake_ticked(brake);
        let ran_out = ticked.latch.expires_unix_s != 0 && ticked.latch.expires_unix_s <= NOW;
        match self.fault {
            Some(Fault::TripFallsToNormal) if ran_out => Brake { latch: Latch::RELEASED, ..ticked },
            _ => ticked,
        }
    }

    fn step(&self, brake: Brake, step: Step) -> Result<Brake, BrakeError> {
        let latch = brake.latch;
        let latch = match step {
            Step::GuardianRaise(to) => return self.raise(brake, to),
            Step::CouncilRelax(to) => return self.relax(brake, to),
            Step::CouncilRearm => return Ok(brake.rearmed()),
            Step::Tick => return Ok(self.tick(brake)),
            Step::Prove(trigger) => latch.trip(trigger, NOW, DIVISOR)?,
            Step::Rest(samples) => latch.rest(samples, NOW, DIVISOR)?,
            Step::GovernorMigrate => latch.migrate(NOW, DIVISOR)?,
            Step::GovernorVerified => latch.migrated(NOW)?,
            Step::GovernorHold => latch.held(NOW, DIVISOR)?,
        };
        Ok(Brake { latch, ..brake })
    }
}

impl Model for BrakeModel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let brake = brake_settled(Brake::RELEASED);
        vec![State { brake, before: Level::Normal, last: Who::Quiet, frozen_ticks: 0 }]
    }

    fn actions(&self, _: &State, actions: &mut Vec<Step>) {
        actions.extend(Level::ALL.map(Step::GuardianRaise));
        actions.extend(Level::ALL.map(Step::CouncilRelax));
        actions.extend(PROOFS.map(Step::Prove));
        actions.extend(SAMPLES.map(Step::Rest));
        actions.extend([
            Step::CouncilRearm,
            Step::GovernorMigrate,
            Step::GovernorVerified,
            Step::GovernorHold,
            Step::Tick,
        ]);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let brake = brake_settled(self.step(state.brake, step).ok()?);
        let frozen_ticks = match step {
            Step::Tick if state.level() > Level::CloseOnly => state.frozen_ticks.saturating_add(1),
            Step::Tick => 0,
            step if step.speaks() => 0,
            _ => state.frozen_ticks,
        };
        Some(State { brake, before: state.level(), last: step.who(), frozen_ticks })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(LOWER, |_, state: &State| state.last != Who::Guardian || state.level() > state.before),
            Property::always(ABOVE, |_, state: &State| {
                state.level() < Level::Migrating || state.before == Level::Migrating || state.last == Who::Governor
            }),
            Property::always(FALLS, |_, state: &State| match (state.last, state.before) {
                (Who::Quiet, Level::Migrating) => state.level() >= Level::Frozen,
                (Who::Quiet, before) => {
                    state.level() <= before && state.level().byte() >= before.byte().saturating_sub(1)
                }
                _ => true,
            }),
            Property::always(COUNCIL, |_, state: &State| {
                state.last != Who::Council || state.before < Level::Frozen || state.level() >= Level::CloseOnly
            }),
            Property::always(ENDS, |_, state: &State| {
                state.frozen_ticks <= spoken_ticks().saturating_add(guardians_ticks())
            }),
            Property::always(ALONE, |_, state: &State| {
                let quiet = spoken_ticks().saturating_add(ticks(COOLDOWN_S)).saturating_add(ticks(CLEAN_S));
                rests_within(state.brake.latch, quiet)
            }),
            Property::always(EXITS, |_, state: &State| exits_open(state.level())),
            Property::sometimes("a freeze has run out to L2", |_, state: &State| {
                state.last == Who::Quiet && state.before == Level::Frozen && state.level() == Level::CloseOnly
            }),
            Property::sometimes("a migration that nobody ended has become a freeze", |_, state: &State| {
                state.last == Who::Quiet && state.before == Level::Migrating && state.level() == Level::Frozen
            }),
            Property::sometimes("the guardians have no trip left", |_, state: &State| {
                state.brake.trips.count == TRIPS_PER_DAY
            }),
            Property::sometimes("guardians freeze for as long as they can", |_, state: &State| {
                state.frozen_ticks >= guardians_ticks()
            }),
        ]
    }
}

/// Whether everything that lets people out is open, be it through a queue.
fn exits_open(level: Level) -> bool {
    use Action::{Cancel, Deposit, Liquidate, ReduceRisk, Settle, Withdraw};
    let exits = [Cancel, Deposit, Liquidate, ReduceRisk, Settle, Withdraw];
    level > Level::Frozen || exits.into_iter().all(|exit| permission(level, exit) != Permission::Refused)
}
