//! Who may replace a program's code, and whether it is there: every decision of the council, every call of the loader that the governor
//! makes, on accounts that a proposal names rightly or wrongly.

use policy::proposal::State;
use policy::{CouncilAction, Delays, Evidence, Level, MarketLimits, Upgrade};
use stateright::{Model, Property};

const KEPT: &str = "G-15: a program's code is never closed";
const HELD: &str = "G-15: the upgrade authority leaves by a hand over alone";
const RECLAIMED: &str = "a buffer of an upgrade that is over is closed";
const LEFT: &str = "a hand over gives the authority away";
const REPLACED: &str = "an upgrade replaces the code";

const PROGRAM: abi::Address = [1; 32];
const HEIR: abi::Address = [2; 32];
const GOVERNOR: abi::Address = [3; 32];

/// A check left out on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Whatever a proposal names is closed.
    CloseUnread,
    /// Whatever the council decided, its execution hands over.
    AnyDecision,
    /// A hand over that is only proposed is carried out.
    Undecided,
}

impl Fault {
    pub const ALL: [Self; 3] = [Self::CloseUnread, Self::AnyDecision, Self::Undecided];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::CloseUnread => KEPT,
            Self::AnyDecision | Self::Undecided => HELD,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct AuthorityModel {
    pub fault: Option<Fault>,
}

/// An account of the loader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    Code,
    Buffer,
}

/// What the loader has at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    Code,
    Buffer,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A proposal of this kind, by its place in [`decisions`], that names this account as its buffer.
    Propose(u8, Place),
    Queue,
    /// The proposal's time or delay ends it.
    Cancel,
    Upgrade,
    HandOver,
    Close,
    /// A stranger asks the loader for the same, without the governor's signature.
    Stranger,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    code: Found,
    buffer: Found,
    authority: abi::Address,
    /// The proposal: its kind, the buffer that it names, its state.
    proposal: Option<(u8, Place, State)>,
    handed_over: bool,
    replaced: bool,
}

/// One action of each kind.
fn decisions() -> Vec<CouncilAction<'static>> {
    const KEYS: [abi::Address; 3] = [[4; 32], [5; 32], [6; 32]];
    let upgrade = Upgrade {
        program: abi::ids::MARGIN,
        buffer: [9; 32],
        elf_hash: [8; 32],
        elf_len: 1,
        previous_hash: [7; 32],
        evidence: Evidence::default(),
        forward_only: false,
    };
    let limits =
        MarketLimits { hour_bps: 1, day_bps: 1, open_interest_cap_lots: 1, base_floor_atoms: 1, quote_floor_atoms: 1 };
    vec![
        CouncilAction::Upgrade(upgrade),
        CouncilAction::BreakerRelax { level: Level::Normal },
        CouncilAction::CouncilSet { members: &KEYS },
        CouncilAction::GuardiansSet { guardians: &KEYS },
        CouncilAction::MarketRelax { custody: PROGRAM, level: Level::Normal },
        CouncilAction::LimitsSet { custody: PROGRAM, limits },
        CouncilAction::MonitorsSet { monitors: &KEYS },
        CouncilAction::EmergencyPatch(upgrade),
        CouncilAction::Ratify { program: PROGRAM, elf_hash: [8; 32] },
        CouncilAction::CouncilRecover { members: &KEYS },
        CouncilAction::HandOver { program: PROGRAM, authority: HEIR },
        CouncilAction::RollBack { program: PROGRAM, previous_hash: [7; 32] },
        CouncilAction::AttestorsSet { attestors: &KEYS },
        CouncilAction::DelaysSet { delays: Delays::default() },
    ]
}

/// The action as the program reads it: from the proposal's bytes.
fn decided(kind: u8) -> Option<([u8; abi::governor::ACTION_LEN], usize)> {
    let mut bytes = [0; abi::governor::ACTION_LEN];
    let len = decisions().get(usize::from(kind))?.encode(&mut bytes).ok()?;
    Some((bytes, len))
}

fn is_hand_over(kind: u8) -> bool {
    let Some((bytes, len)) = decided(kind) else { return false };
    let read = bytes.get(..len).and_then(|bytes| CouncilAction::decode(bytes).ok());
    matches!(read, Some(CouncilAction::HandOver { program: PROGRAM, authority: HEIR }))
}

fn is_upgrade(kind: u8) -> bool {
    let Some((bytes, len)) = decided(kind) else { return false };
    let read = bytes.get(..len).and_then(|bytes| CouncilAction::decode(bytes).ok());
    read.is_some_and(|action| action.upgrade().is_some())
}

/// Bytes of the loader's account, as the governor reads them.
fn bytes(found: Found) -> Vec<u8> {
    let (tag, len) = match found {
        Found::Code => (3_u32, abi::loader::PROGRAM_DATA_HEADER_LEN),
        Found::Buffer => (1, abi::loader::BUFFER_HEADER_LEN),
        Found::Nothing => return vec![],
    };
    let mut bytes = vec![0; len];
    for (to, from) in bytes.iter_mut().zip(tag.to_le_bytes()) {
        *to = from;
    }
    bytes
}

impl Walk {
    const fn at(&mut self, place: Place) -> &mut Found {
        match place {
            Place::Code => &mut self.code,
            Place::Buffer => &mut self.buffer,
        }
    }
}

impl Model for AuthorityModel {
    type State = Walk;
    type Action = Step;

    fn init_states(&self) -> Vec<Walk> {
        let (code, buffer) = (Found::Code, Found::Buffer);
        vec![Walk { code, buffer, authority: GOVERNOR, proposal: None, handed_over: false, replaced: false }]
    }

    fn actions(&self, walk: &Walk, actions: &mut Vec<Step>) {
        if walk.proposal.is_none_or(|(.., state)| state.terminal() || state == State::Executed) {
            let kinds = (0..).take(decisions().len());
            actions
                .extend(kinds.flat_map(|kind| [Step::Propose(kind, Place::Code), Step::Propose(kind, Place::Buffer)]));
        }
        actions.extend([Step::Queue, Step::Cancel, Step::Upgrade, Step::HandOver, Step::Close, Step::Stranger]);
    }

    fn next_state(&self, walk: &Walk, step: Step) -> Option<Walk> {
        let mut next = *walk;
        if let Step::Propose(kind, place) = step {
            next.proposal = Some((kind, place, State::Draft));
            return Some(next);
        }
        let (kind, place, state) = walk.proposal?;
        match step {
            Step::Propose(..) => return None,
            Step::Queue if state == State::Draft => next.proposal = Some((kind, place, State::Queued)),
            Step::Cancel if state.open() => next.proposal = Some((kind, place, State::Cancelled)),
            Step::Upgrade if state == State::Queued && is_upgrade(kind) => {
                // The loader takes a buffer and nothing else, from whom it knows as the authority.
                let found = *next.at(place);
                if found != Found::Buffer || walk.authority != GOVERNOR || walk.code != Found::Code {
                    return None;
                }
                next.buffer = Found::Nothing;
                next.replaced = true;
                next.proposal = Some((kind, place, State::Finalised));
            }
            Step::HandOver => {
                let decided = state == State::Queued || self.fault == Some(Fault::Undecided);
                let named = is_hand_over(kind) || self.fault == Some(Fault::AnyDecision);
                if !decided || !named || walk.authority != GOVERNOR {
                    return None;
                }
                next.authority = HEIR;
                next.handed_over = state == State::Queued && is_hand_over(kind);
                next.proposal = Some((kind, place, State::Executed));
            }
            Step::Close if state.terminal() && is_upgrade(kind) => {
                let found = *next.at(place);
                let read = abi::loader::buffer(&bytes(found)).is_ok() || self.fault == Some(Fault::CloseUnread);
                if !read || found == Found::Nothing || walk.authority != GOVERNOR {
                    return None;
                }
                *next.at(place) = Found::Nothing;
            }
            // The loader asks for the authority's signature, and a program's address has no key.
            _ => return None,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(KEPT, |_, walk: &Walk| walk.code == Found::Code),
            Property::always(HELD, |_, walk: &Walk| walk.authority == GOVERNOR || walk.handed_over),
            Property::sometimes(RECLAIMED, |_, walk: &Walk| walk.buffer == Found::Nothing && !walk.replaced),
            Property::sometimes(LEFT, |_, walk: &Walk| walk.authority == HEIR),
            Property::sometimes(REPLACED, |_, walk: &Walk| walk.replaced),
        ]
    }
}
