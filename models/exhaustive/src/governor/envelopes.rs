//! Transactions that somebody signed and somebody else keeps: each act of the council, with an instruction that advances a durable nonce
//! in any place or none, landed at any later moment.

use abi::nonce::is_durable;
use stateright::{Model, Property};

/// How long a recent blockhash lasts, in ticks of this model.
const LIFE: u8 = 2;
const LAST: u8 = 6;
const SYSTEM: abi::Address = [0; 32];

const FRESH: &str = "G-6: nothing that lands was signed longer ago than a recent blockhash lasts";
const LANDS: &str = "every act lands when it is fresh";
const SECOND: &str = "a nonce that is advanced elsewhere than first stops nobody";

/// What the council's transactions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    Propose,
    Approve,
    Queue,
    Execute,
}

impl Act {
    const ALL: [Self; 4] = [Self::Propose, Self::Approve, Self::Queue, Self::Execute];
}

/// The guard is left out of one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unguarded(pub Act);

impl Unguarded {
    pub const ALL: [Self; 4] = [Self(Act::Propose), Self(Act::Approve), Self(Act::Queue), Self(Act::Execute)];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        FRESH
    }
}

#[derive(Clone, Copy, Debug)]
pub struct EnvelopeModel {
    pub fault: Option<Unguarded>,
}

/// Where a transaction advances a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nonce {
    None,
    First,
    Second,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Sign(Act, Nonce),
    Land,
    Tick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Envelope {
    act: Act,
    nonce: Nonce,
    signed: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    now: u8,
    kept: Option<Envelope>,
    /// What landed last, and when.
    landed: Option<(Envelope, u8)>,
    /// Bit i: the act at this place of `Act::ALL` has landed.
    acts: u8,
}

impl Envelope {
    /// Program and data of its first instruction.
    const fn first(&self) -> (abi::Address, [u8; 4]) {
        match self.nonce {
            Nonce::First => (SYSTEM, [4, 0, 0, 0]),
            // The governor's own, whose discriminators are one byte.
            Nonce::None | Nonce::Second => ([7; 32], [3, 0, 0, 0]),
        }
    }

    /// Whether the runtime takes it: with a nonce that is advanced first, at any time.
    fn valid(&self, now: u8) -> bool {
        self.nonce == Nonce::First || now.saturating_sub(self.signed) <= LIFE
    }
}

impl Model for EnvelopeModel {
    type State = Walk;
    type Action = Step;

    fn init_states(&self) -> Vec<Walk> {
        vec![Walk { now: 0, kept: None, landed: None, acts: 0 }]
    }

    fn actions(&self, _: &Walk, actions: &mut Vec<Step>) {
        let nonces = [Nonce::None, Nonce::First, Nonce::Second];
        actions.extend(Act::ALL.into_iter().flat_map(|act| nonces.map(|nonce| Step::Sign(act, nonce))));
        actions.extend([Step::Land, Step::Tick]);
    }

    fn next_state(&self, walk: &Walk, step: Step) -> Option<Walk> {
        let mut next = *walk;
        match step {
            Step::Sign(act, nonce) => next.kept = Some(Envelope { act, nonce, signed: walk.now }),
            Step::Tick => next.now = walk.now.checked_add(1)?,
            Step::Land => {
                let envelope = walk.kept.filter(|envelope| envelope.valid(walk.now))?;
                let (program, data) = envelope.first();
                // INVARIANT(G-6): the question that every handler asks first.
                let guarded = self.fault != Some(Unguarded(envelope.act));
                if guarded && is_durable(&program, &data) {
                    return None;
                }
                next.kept = None;
                next.landed = Some((envelope, walk.now));
                let place = Act::ALL.iter().position(|act| *act == envelope.act)?;
                next.acts |= 1_u8.checked_shl(u32::try_from(place).ok()?)?;
            }
        }
        Some(next)
    }

    fn within_boundary(&self, walk: &Walk) -> bool {
        walk.now <= LAST
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(FRESH, |_, walk: &Walk| {
                walk.landed.is_none_or(|(envelope, now)| now.saturating_sub(envelope.signed) <= LIFE)
            }),
            Property::sometimes(LANDS, |_, walk: &Walk| walk.acts == 0b1111),
            Property::sometimes(SECOND, |_, walk: &Walk| {
                walk.landed.is_some_and(|(envelope, _)| envelope.nonce == Nonce::Second)
            }),
        ]
    }
}
