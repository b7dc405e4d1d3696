//! One token vault under custody: withdrawals, deposits, tickets, levels and the clock, in every order. Who asks for a withdrawal is
//! left open, and any amount that the vault holds may be asked for: so the walk covers a margin program that lies about its books.

use super::latch::{DIVISOR, ticks};
use policy::{DAY_S, Level, Limits, Outflow, Place, Released, TICKET_HOLD_S};
use stateright::{Model, Property};

const LIMITS: Limits = Limits { hour_bps: 2_500, day_bps: 5_000, floor_atoms: 1, time_divisor: DIVISOR };
const START: i64 = 1_000;
const START_ATOMS: u64 = 4;
/// What others may still deposit.
const DEPOSITS_ATOMS: u64 = 1;
/// Days by which everything queued is served: 10,000 over `day_bps`.
const SERVED_DAYS: i64 = 2;
const TICKETS: usize = 2;
/// Tickets taken back in one walk, at most.
const CANCELS: u8 = 1;
/// L1 and L2 let out what L0 does.
const LEVELS: [Level; 3] = [Level::Normal, Level::Frozen, Level::Migrating];

const CONSERVED: &str = "M-1: what was put in is there or was paid, and the queue's debt is its tickets'";
const COVERED: &str = "M-1: the vault covers its queue";
const OPEN: &str = "G-9: whatever the vault holds free is paid or queued, never refused";
const SERVED: &str = "G-9: every ticket is served within two days, whoever else comes and goes";
const CLAIMED: &str = "G-9: a served ticket can be claimed at L0 to L3, after its hold";
const ORDER: &str = "first come, first served";
const HOUR: &str = "no hour pays out more at once than its capacity and half as much again";
const STILL: &str = "nothing leaves at L4, nor at once at L3";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A withdrawal that fits no window is refused.
    QueueRefuses,
    /// A paid ticket stays in the queue's debt.
    DebtKept,
    /// Tickets may be taken back before they are served, and so lengthen the line for nothing.
    CancelUnserved,
    /// The windows forget what has left.
    WindowForgets,
    /// A freeze holds no ticket.
    HoldSkipped,
}

impl Fault {
    pub const ALL: [Self; 5] =
        [Self::QueueRefuses, Self::DebtKept, Self::CancelUnserved, Self::WindowForgets, Self::HoldSkipped];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::QueueRefuses => OPEN,
            Self::DebtKept => CONSERVED,
            Self::CancelUnserved => SERVED,
            Self::WindowForgets => HOUR,
            Self::HoldSkipped => STILL,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct CustodyModel {
    pub fault: Option<Fault>,
    /// Ticks until the walk ends: a ticket's longest life and some before it.
    pub ticks: i64,
}

/// What somebody does, or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Release(u64),
    Deposit,
    Claim(usize),
    Cancel(usize),
    Level(Level),
    Tick,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    outflow: Outflow,
    now: i64,
    level: Level,
    tokens: u64,
    deposited: u64,
    paid: u64,
    /// Open tickets, oldest first.
    tickets: Vec<Place>,
    /// Paid at once since the last tick, and the most that may be.
    paid_now: u64,
    most_now: u64,
    cancels: u8,
    /// A mended engine has taken back, under a freeze, what was not served: while anybody waits the line is longer than what it owes.
    mended: bool,
    last: Last,
}

/// What the last step paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Last {
    Nothing,
    AtOnce,
    /// A ticket issued then.
    Ticket(i64),
}

impl State {
    fn free(&self) -> u64 {
        self.outflow.free_atoms(self.tokens)
    }

    fn is_served(&self, place: &Place) -> bool {
        self.outflow.queue.served_floor(self.now, LIMITS.day_s()) >= place.end_atoms
    }

    fn is_held(&self, place: &Place) -> bool {
        self.level == Level::Frozen && self.now.saturating_sub(place.issued_unix_s) < ticks(TICKET_HOLD_S)
    }

    /// What an hour may pay at once of a vault like this.
    fn most(&self) -> u64 {
        let capacity = LIMITS.hour().capacity_ceil(self.free());
        capacity.saturating_add(capacity.div_ceil(2))
    }
}

impl CustodyModel {
    fn release(&self, state: &State, amount: u64) -> Option<State> {
        let released = state.outflow.release(state.level, amount, state.tokens, state.now, &LIMITS);
        let (mut outflow, released) = released.ok()?;
        let mut next = state.clone();
        match released {
            Released::Queued(_) if self.fault == Some(Fault::QueueRefuses) => return None,
            Released::Queued(place) => next.tickets.push(place),
            Released::Now => {
                if self.fault == Some(Fault::WindowForgets) {
                    (outflow.hour, outflow.day) = (state.outflow.hour, state.outflow.day);
                }
                next.tokens = state.tokens.checked_sub(amount)?;
                next.paid = state.paid.checked_add(amount)?;
                next.paid_now = state.paid_now.checked_add(amount)?;
                next.last = Last::AtOnce;
            }
        }
        Some(State { outflow, ..next })
    }

    fn claim(&self, state: &State, at: usize) -> Option<State> {
        let place = *state.tickets.get(at)?;
        let level = if self.fault == Some(Fault::HoldSkipped) { Level::Normal } else { state.level };
        let claimed = state.outflow.claim(level, &place, state.now, &LIMITS).ok()?;
        let outflow = if self.fault == Some(Fault::DebtKept) { state.outflow } else { claimed };
        let mut next = State { outflow, ..state.clone() };
        next.tickets.remove(at);
        next.mended &= !next.tickets.is_empty();
        next.tokens = state.tokens.checked_sub(place.amount)?;
        next.paid = state.paid.checked_add(place.amount)?;
        next.last = Last::Ticket(place.issued_unix_s);
        Some(next)
    }

    fn cancel(&self, state: &State, at: usize) -> Option<State> {
        let place = *state.tickets.get(at)?;
        let outflow = if self.fault == Some(Fault::CancelUnserved) {
            Outflow { queue: state.outflow.queue.closed(place.amount)?, ..state.outflow }
        } else {
            state.outflow.cancel(state.level, &place, state.now, &LIMITS).ok()?
        };
        let mended = state.mended || (state.level >= Level::Frozen && !state.is_served(&place));
        let mut next = State { outflow, cancels: state.cancels.saturating_add(1), mended, ..state.clone() };
        next.tickets.remove(at);
        next.mended &= !next.tickets.is_empty();
        Some(next)
    }
}

impl Model for CustodyModel {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let start = State {
            outflow: Outflow::default(),
            now: START,
            level: Level::Normal,
            tokens: START_ATOMS,
            deposited: 0,
            paid: 0,
            tickets: vec![],
            paid_now: 0,
            most_now: 0,
            cancels: 0,
            mended: false,
            last: Last::Nothing,
        };
        vec![State { most_now: start.most(), ..start }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Step>) {
        if state.tickets.len() < TICKETS {
            let mut amounts = vec![1, state.free()];
            amounts.retain(|amount| (1..=state.free()).contains(amount));
            amounts.dedup();
            actions.extend(amounts.into_iter().map(Step::Release));
        }
        if state.deposited < DEPOSITS_ATOMS {
            actions.push(Step::Deposit);
        }
        actions.extend((0..state.tickets.len()).map(Step::Claim));
        if state.cancels < CANCELS {
            actions.extend((0..state.tickets.len()).map(Step::Cancel));
        }
        actions.extend(LEVELS.into_iter().filter(|level| *level != state.level).map(Step::Level));
        actions.push(Step::Tick);
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let state = State { last: Last::Nothing, ..before.clone() };
        match step {
            Step::Release(amount) => self.release(&state, amount),
            Step::Claim(at) => self.claim(&state, at),
            Step::Cancel(at) => self.cancel(&state, at),
            Step::Level(level) => Some(State { level, ..state }),
            Step::Deposit => {
                let (tokens, deposited) = (state.tokens.checked_add(1)?, state.deposited.checked_add(1)?);
                Some(State { tokens, deposited, ..state })
            }
            Step::Tick => {
                let ticked = State { now: state.now.checked_add(1)?, paid_now: 0, ..state };
                Some(State { most_now: ticked.most(), ..ticked })
            }
        }
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.now.saturating_sub(START) <= self.ticks
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(CONSERVED, |_, state: &State| {
                let put_in = START_ATOMS.saturating_add(state.deposited);
                let owed: u64 = state.tickets.iter().map(|place| place.amount).sum();
                put_in == state.tokens.saturating_add(state.paid) && state.outflow.queue.unpaid_atoms == owed
            }),
            Property::always(COVERED, |_, state: &State| state.outflow.queue.unpaid_atoms <= state.tokens),
            Property::always(OPEN, |model, state: &State| {
                let all = (1..=state.free()).all(|amount| model.release(state, amount).is_some());
                state.level == Level::Migrating || all
            }),
            Property::always(SERVED, |_, state: &State| {
                let old = |place: &&Place| {
                    state.now.saturating_sub(place.issued_unix_s) >= ticks(DAY_S).saturating_mul(SERVED_DAYS)
                };
                state.mended || state.tickets.iter().filter(old).all(|place| state.is_served(place))
            }),
            Property::always(CLAIMED, |model, state: &State| {
                let waits =
                    |place: &Place| state.level == Level::Migrating || state.is_held(place) || !state.is_served(place);
                (0..).zip(&state.tickets).all(|(at, place)| waits(place) || model.claim(state, at).is_some())
            }),
            Property::always(ORDER, |_, state: &State| {
                let first_come = state.tickets.is_sorted_by_key(|place| place.end_atoms);
                first_come && (state.last != Last::AtOnce || state.tickets.iter().all(|place| state.is_served(place)))
            }),
            Property::always(HOUR, |_, state: &State| state.paid_now <= state.most_now),
            Property::always(STILL, |_, state: &State| match state.last {
                Last::Nothing => true,
                Last::AtOnce => state.level < Level::Frozen,
                Last::Ticket(issued) => match state.level {
                    Level::Migrating => false,
                    Level::Frozen => state.now.saturating_sub(issued) >= ticks(TICKET_HOLD_S),
                    _ => true,
                },
            }),
            Property::sometimes("a mended engine takes back what a hostile one queued", |_, state: &State| {
                state.mended
            }),
            Property::sometimes("everything was paid", |_, state: &State| state.tokens == 0),
            Property::sometimes("as many wait in line as may", |_, state: &State| {
                state.tickets.iter().filter(|place| !state.is_served(place)).count() == TICKETS
            }),
            Property::sometimes("a ticket was paid under a freeze", |_, state: &State| {
                state.level == Level::Frozen && matches!(state.last, Last::Ticket(_))
            }),
        ]
    }
}
