//! One brake: guardians, the council and the clock, in every order.

use policy::{Action, Brake, Cause, Latch, Level, Permission, TRIPS_PER_DAY, Trips, permission};
use stateright::{Model, Property};
use std::hash::{Hash, Hasher};

/// By the division that scales local builds, a trip lasts one tick here and the day of trips four.
const DIVISOR: u32 = 21_600;
const TRIP_TICKS: u8 = 1;
const DAY_TICKS: i64 = 4;
/// Guardians alone freeze for a day's trips and one more: one that began the day before, or was running when they were armed anew.
const FROZEN_TICKS: u8 = (TRIPS_PER_DAY + 1) * TRIP_TICKS;
/// Where the clock stands in every state: times are kept relative to it, so that there are finitely many states however long it runs.
const NOW: i64 = 1_000;
/// What lies this far back has no effect any more.
const FORGOTTEN: i64 = NOW - DAY_TICKS - 1;

const LOWER: &str = "G-7: a guardian never lowers";
const ABOVE: &str = "G-7: no guardian raises above L3";
const FALLS: &str = "G-8: a trip that runs out falls to L2, never to L0";
const ENDS: &str = "G-8: guardians alone freeze for a day's trips and one more at most";
const EXITS: &str = "G-9: no exit is refused at L0 to L3";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    GuardianLowers,
    GuardianMigrates,
    TripFallsToNormal,
    TripsUncounted,
}

impl Fault {
    pub const ALL: [Self; 4] =
        [Self::GuardianLowers, Self::GuardianMigrates, Self::TripFallsToNormal, Self::TripsUncounted];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::GuardianLowers => LOWER,
            Self::GuardianMigrates => ABOVE,
            Self::TripFallsToNormal => FALLS,
            Self::TripsUncounted => ENDS,
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
    CouncilRelax(Level),
    CouncilRearm,
    Tick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    brake: Brake,
    /// The level in force before the last step, and that step.
    before: Level,
    last: Option<Step>,
    /// Ticks that began at L3, in a row, since the guardians were last armed.
    frozen_ticks: u8,
}

impl State {
    const START: Self = Self { brake: Brake::RELEASED, before: Level::Normal, last: None, frozen_ticks: 0 };

    const fn level(&self) -> Level {
        self.brake.level_in_force(NOW)
    }

    fn raised(&self) -> bool {
        matches!(self.last, Some(Step::GuardianRaise(_)))
    }

    /// The same with `now` as the present: every time moves back by what has passed.
    fn normalised(mut self) -> Self {
        for time in times(&mut self.brake) {
            *time = (*time).max(FORGOTTEN);
        }
        self
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.brake.hash(state);
        (self.before, self.last, self.frozen_ticks).hash(state);
    }
}

/// The brake's times that are set: 0 means that there is none.
fn times(brake: &mut Brake) -> impl Iterator<Item = &mut i64> {
    let Brake { latch, trips } = brake;
    let times = [
        &mut latch.tripped_unix_s,
        &mut latch.evidence_unix_s,
        &mut latch.expires_unix_s,
        &mut latch.migration_ends_unix_s,
        &mut trips.since_unix_s,
    ];
    times.into_iter().filter(|time| **time != 0)
}

/// What no transition of the policy does.
const fn lifted(brake: Brake, to: Level) -> Brake {
    Brake { latch: Latch { level: to, ..brake.latch }, ..brake }
}

impl BrakeModel {
    fn raise(&self, state: &State, to: Level) -> Option<Brake> {
        let raised = state.brake.guardian_raise(to, NOW, DIVISOR);
        match self.fault {
            Some(Fault::GuardianLowers) if raised.is_err() => Some(lifted(state.brake, to)),
            Some(Fault::GuardianMigrates) if to == Level::Migrating => Some(lifted(state.brake, to)),
            Some(Fault::TripsUncounted) => {
                raised.ok().map(|brake| Brake { trips: Trips { count: 0, ..brake.trips }, ..brake })
            }
            _ => raised.ok(),
        }
    }

    fn tick(&self, state: &State) -> State {
        let mut brake = state.brake;
        for time in times(&mut brake) {
            *time = time.saturating_sub(1);
        }
        let ran_out = brake.latch.cause == Cause::Guardian && brake.latch.expires_unix_s <= NOW;
        if self.fault == Some(Fault::TripFallsToNormal) && ran_out {
            brake = Brake::RELEASED;
        }
        let frozen_ticks = if state.level() == Level::Frozen { state.frozen_ticks.saturating_add(1) } else { 0 };
        State { brake, frozen_ticks, ..*state }
    }
}

impl Model for BrakeModel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![State::START.normalised()]
    }

    fn actions(&self, _: &State, actions: &mut Vec<Step>) {
        actions.extend(Level::ALL.map(Step::GuardianRaise));
        actions.extend(Level::ALL.map(Step::CouncilRelax));
        actions.extend([Step::CouncilRearm, Step::Tick]);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let next = match step {
            Step::GuardianRaise(to) => State { brake: self.raise(state, to)?, ..*state },
            Step::CouncilRelax(to) => State { brake: state.brake.relax(to, NOW).ok()?, ..*state },
            Step::CouncilRearm => State { brake: state.brake.rearmed(), frozen_ticks: 0, ..*state },
            Step::Tick => self.tick(state),
        };
        Some(State { before: state.level(), last: Some(step), ..next }.normalised())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(LOWER, |_, state: &State| !state.raised() || state.level() > state.before),
            Property::always(ABOVE, |_, state: &State| state.level() <= Level::Frozen),
            Property::always(FALLS, |_, state: &State| {
                state.last != Some(Step::Tick) || state.level() >= state.before.min(Level::CloseOnly)
            }),
            Property::always(ENDS, |_, state: &State| state.frozen_ticks <= FROZEN_TICKS),
            Property::always(EXITS, |_, state: &State| exits_open(state.level())),
            Property::sometimes("a trip has run out to L2", |_, state: &State| {
                state.last == Some(Step::Tick) && state.before == Level::Frozen && state.level() == Level::CloseOnly
            }),
            Property::sometimes("the guardians have no trip left", |_, state: &State| {
                state.brake.trips.count == TRIPS_PER_DAY
            }),
            Property::sometimes("guardians freeze for as long as they can", |_, state: &State| {
                state.frozen_ticks == FROZEN_TICKS
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
