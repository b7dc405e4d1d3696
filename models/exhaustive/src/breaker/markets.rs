//! Two markets under one protocol: what happens to one, in every order, while guardians share their trips.

use super::latch::{DIVISOR, NOW, brake_settled, brake_ticked, rests_within, settled, spoken_ticks, ticked, ticks};
use abi::breaker::{Brake as BrakeAccount, Custody};
use bytemuck::Zeroable;
use policy::{Brake, BrakeError, CLEAN_S, COOLDOWN_S, Latch, Level, TRIPS_PER_DAY, Trigger, market_level};
use stateright::{Model, Property};

/// One proof for each level that closes a market.
const PROOFS: [Trigger; 2] = [Trigger::Deviation, Trigger::Invariant];

const OTHER: &str = "G-17: what happens to one market changes no other, nor the protocol's level";
const HIGHER: &str = "G-17: in a market its own level holds or the protocol's, whichever is higher";
const SHARED: &str = "G-7: guardians have one day's trips over all markets together";
const LOWER: &str = "G-7: a guardian never lowers a market";
const ALONE: &str = "G-8: left alone, every market comes down to L0";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    ProofSpreads,
    TripsPerMarket,
    GuardianLowers,
    FreezeWithoutEnd,
}

impl Fault {
    pub const ALL: [Self; 4] = [Self::ProofSpreads, Self::TripsPerMarket, Self::GuardianLowers, Self::FreezeWithoutEnd];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::ProofSpreads => OTHER,
            Self::TripsPerMarket => SHARED,
            Self::GuardianLowers => LOWER,
            Self::FreezeWithoutEnd => ALONE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct MarketsModel {
    pub fault: Option<Fault>,
}

/// Which market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Market {
    A,
    B,
}

/// What somebody does to a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    GuardianRaise,
    Prove(Trigger),
    Rest,
    CouncilRelax,
}

/// What somebody does, or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    To(Market, Deed),
    Tick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    brake: Brake,
    a: Latch,
    b: Latch,
    /// The property that the last step broke.
    broken: Option<&'static str>,
}

impl State {
    const fn of(&self, market: Market) -> Latch {
        match market {
            Market::A => self.a,
            Market::B => self.b,
        }
    }

    const fn with(self, market: Market, latch: Latch) -> Self {
        match market {
            Market::A => Self { a: latch, ..self },
            Market::B => Self { b: latch, ..self },
        }
    }

    const fn level(&self, market: Market) -> Level {
        self.of(market).level_in_force(NOW)
    }

    /// What a step to one market must not have done.
    fn broken_by(&self, after: &Self, market: Market, deed: Deed) -> Option<&'static str> {
        let other = if market == Market::A { Market::B } else { Market::A };
        let guardian = deed == Deed::GuardianRaise;
        if self.of(other) != after.of(other) || self.brake.latch != after.brake.latch {
            Some(OTHER)
        } else if guardian && after.level(market) <= self.level(market) {
            Some(LOWER)
        } else if guardian && after.brake.trips == self.brake.trips {
            Some(SHARED)
        } else {
            None
        }
    }
}

impl MarketsModel {
    fn step(&self, state: State, market: Market, deed: Deed) -> Result<State, BrakeError> {
        let latch = state.of(market);
        let next = match deed {
            Deed::GuardianRaise => return self.raise(state, market),
            Deed::Prove(trigger) => latch.trip(trigger, NOW, DIVISOR)?,
            Deed::Rest => latch.rest(u32::MAX, NOW, DIVISOR)?,
            Deed::CouncilRelax => latch.relax(Level::Normal, NOW, true)?,
        };
        match (self.fault, deed) {
            (Some(Fault::ProofSpreads), Deed::Prove(_)) => Ok(State { a: next, b: next, ..state }),
            _ => Ok(state.with(market, next)),
        }
    }

    fn raise(&self, state: State, market: Market) -> Result<State, BrakeError> {
        let raised = state.brake.guardian_raise_market(state.of(market), Level::Frozen, NOW, DIVISOR);
        if self.fault == Some(Fault::GuardianLowers) && raised.is_err() {
            return Ok(state.with(market, Latch::RELEASED));
        }
        let (brake, latch) = raised?;
        let brake = if self.fault == Some(Fault::TripsPerMarket) { state.brake } else { brake };
        let endless = self.fault == Some(Fault::FreezeWithoutEnd);
        let latch = if endless { Latch { expires_unix_s: 0, ..latch } } else { latch };
        Ok(State { brake, ..state.with(market, latch) })
    }
}

/// The level that a reader of both accounts sees, at the protocol's `level`.
fn seen(level: Level, market: Latch) -> Level {
    let brake = BrakeAccount { level: level.byte(), migration_ends_unix_s: i64::MAX.into(), ..BrakeAccount::zeroed() };
    let custody = Custody {
        level: market.level.byte(),
        cause: market.cause.byte(),
        expires_unix_s: market.expires_unix_s.into(),
        ..Custody::zeroed()
    };
    market_level(&brake, &custody, NOW)
}

impl Model for MarketsModel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let released = settled(Latch::RELEASED);
        vec![State { brake: brake_settled(Brake::RELEASED), a: released, b: released, broken: None }]
    }

    fn actions(&self, _: &State, actions: &mut Vec<Step>) {
        let deeds = [Deed::GuardianRaise, Deed::Rest, Deed::CouncilRelax].into_iter().chain(PROOFS.map(Deed::Prove));
        actions.extend(deeds.flat_map(|deed| [Step::To(Market::A, deed), Step::To(Market::B, deed)]));
        actions.push(Step::Tick);
    }

    fn next_state(&self, state: &State, step: Step) -> Option<State> {
        let next = match step {
            Step::Tick => {
                State { brake: brake_ticked(state.brake), a: ticked(state.a), b: ticked(state.b), broken: None }
            }
            Step::To(market, deed) => {
                let next = self.step(*state, market, deed).ok()?;
                State { broken: state.broken_by(&next, market, deed), ..next }
            }
        };
        Some(State { brake: brake_settled(next.brake), a: settled(next.a), b: settled(next.b), ..next })
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(OTHER, |_, state: &State| state.broken != Some(OTHER)),
            Property::always(HIGHER, |_, state: &State| {
                let higher = |level, market| seen(level, state.of(market)) == state.level(market).max(level);
                Level::ALL.into_iter().all(|level| higher(level, Market::A) && higher(level, Market::B))
            }),
            Property::always(SHARED, |_, state: &State| {
                state.broken != Some(SHARED) && state.brake.trips.count <= TRIPS_PER_DAY
            }),
            Property::always(LOWER, |_, state: &State| state.broken != Some(LOWER)),
            Property::always(ALONE, |_, state: &State| {
                let quiet = spoken_ticks().saturating_add(ticks(COOLDOWN_S)).saturating_add(ticks(CLEAN_S));
                rests_within(state.a, quiet) && rests_within(state.b, quiet)
            }),
            Property::sometimes("both markets are frozen and the guardians have no trip left", |_, state: &State| {
                let frozen = |market| state.level(market) == Level::Frozen;
                state.brake.trips.count == TRIPS_PER_DAY && frozen(Market::A) && frozen(Market::B)
            }),
            Property::sometimes("one market is frozen and the other is open", |_, state: &State| {
                (state.level(Market::A), state.level(Market::B)) == (Level::Frozen, Level::Normal)
            }),
        ]
    }
}
