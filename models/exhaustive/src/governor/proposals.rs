//! One proposal of each kind, three members, two memberships, two clocks, and a change of the delays, in every order.

use core::num::NonZeroU32;
use policy::proposal::{Council, Moment, Objection, Proposal, Reason, State, approve, dead, may_cancel};
use policy::proposal::{may_execute, object, queue};
use policy::{Class, Delays};
use stateright::{Model, Property};

/// Two days a tick: a parameter waits one, an upgrade four, a hand over fifteen.
const DIVISOR: NonZeroU32 = match NonZeroU32::new(172_800) {
    Some(divisor) => divisor,
    None => NonZeroU32::MIN,
};
const MEMBERS: u8 = 3;
/// Delays raised before the walk begins: parameters wait two ticks then.
const RAISED_S: u32 = 345_600;
const EXPIRES: i64 = 10;
const LAST: u64 = 11;

const THRESHOLD: &str = "G-1: executed by the class's threshold of current members";
const CLOCKS: &str = "G-2: executed after both clocks and before expiry";
const EPOCH: &str = "G-4: no approval crosses a membership";
const WEAKER: &str = "G-5: weaker delays waited the old ones";
const STOPPED: &str = "G-18: a member can object and the proposer can cancel until execution";
const REACHED: &str = "every class is executed by somebody";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    ApprovalsUncounted,
    ClocksIgnored,
    MembershipIgnored,
    NewDelayAtOnce,
    NoVeto,
}

impl Fault {
    pub const ALL: [Self; 5] =
        [Self::ApprovalsUncounted, Self::ClocksIgnored, Self::MembershipIgnored, Self::NewDelayAtOnce, Self::NoVeto];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::ApprovalsUncounted => THRESHOLD,
            Self::ClocksIgnored => CLOCKS,
            Self::MembershipIgnored => EPOCH,
            Self::NewDelayAtOnce => WEAKER,
            Self::NoVeto => STOPPED,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ProposalModel {
    pub fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Approve(u8),
    Object(u8),
    Queue,
    Execute,
    Cancel,
    CancelByAnybody,
    CouncilChange,
    Tick,
    Slot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    proposal: Proposal,
    council: Council,
    now: Moment,
    /// When it was queued, under which delay in ticks by this file's own count.
    queued: Option<(Moment, u32)>,
    /// Membership under which each approval that counts was given.
    approved_epoch: u64,
    /// What an execution looked like.
    executed: Option<(Moment, u32, u64)>,
}

/// Ticks that a class waits at least, from the design's table and not from the code.
const fn floor_ticks(class: Class) -> u32 {
    match class {
        Class::Tighten => 0,
        Class::RiskIncreasing | Class::Ratify | Class::Emergency => 1,
        Class::Upgrade => 4,
        Class::Council => 7,
        Class::HandOver | Class::Recovery => 15,
    }
}

/// Approvals of three that a class needs, from the design's table.
const fn needed(class: Class) -> u32 {
    match class {
        Class::Tighten | Class::RiskIncreasing | Class::Recovery => 2,
        _ => 3,
    }
}

impl ProposalModel {
    fn execute(&self, walk: &Walk) -> Result<(), Reason> {
        let Walk { proposal, council, now, .. } = walk;
        let generous = match self.fault {
            Some(Fault::ApprovalsUncounted) => Proposal { approvals: u16::MAX, ..*proposal },
            Some(Fault::ClocksIgnored) => Proposal { ready: Moment::default(), ..*proposal },
            Some(Fault::MembershipIgnored) => Proposal { config_epoch: council.config_epoch, ..*proposal },
            _ => *proposal,
        };
        may_execute(&generous, council, now)
    }

    fn queue(&self, walk: &Walk) -> Result<Moment, Reason> {
        let delays = match self.fault {
            Some(Fault::NewDelayAtOnce) => Delays::default(),
            _ => walk.council.delays,
        };
        let generous = match self.fault {
            Some(Fault::ApprovalsUncounted) => Proposal { approvals: u16::MAX, ..walk.proposal },
            _ => walk.proposal,
        };
        queue(&generous, &Council { delays, ..walk.council }, &walk.now, DIVISOR)
    }

    fn object(&self, walk: &Walk, member: u8) -> Result<Objection, Reason> {
        if self.fault == Some(Fault::NoVeto) && walk.proposal.state == State::Queued {
            return Err(Reason::Closed);
        }
        object(&walk.proposal, &walk.council, &walk.now, member)
    }
}

impl Model for ProposalModel {
    type State = Walk;
    type Action = Step;

    fn init_states(&self) -> Vec<Walk> {
        let classes = [Class::Tighten, Class::RiskIncreasing, Class::Upgrade, Class::Council, Class::Recovery];
        let walks = classes.into_iter().flat_map(|class| {
            [0, RAISED_S].map(|raised_s| {
                let delays = Delays { set_s: [raised_s; policy::CLASSES] };
                let proposal = Proposal {
                    state: State::Draft,
                    class,
                    config_epoch: 0,
                    created_slot: 0,
                    expires_unix_s: EXPIRES.saturating_add(i64::from(floor_ticks(class))),
                    ready: Moment::default(),
                    approvals: 0,
                    objections: 0,
                    vetoed: false,
                };
                let council = Council { members: MEMBERS, config_epoch: 0, delays };
                Walk { proposal, council, now: Moment::default(), queued: None, approved_epoch: 0, executed: None }
            })
        });
        walks.collect()
    }

    fn actions(&self, _: &Walk, actions: &mut Vec<Step>) {
        actions.extend((0..=MEMBERS).flat_map(|member| [Step::Approve(member), Step::Object(member)]));
        actions.extend([Step::Queue, Step::Execute, Step::Cancel, Step::CancelByAnybody]);
        actions.extend([Step::CouncilChange, Step::Tick, Step::Slot]);
    }

    fn next_state(&self, walk: &Walk, step: Step) -> Option<Walk> {
        let Walk { proposal, council, now, .. } = *walk;
        let mut next = *walk;
        match step {
            Step::Approve(member) => {
                next.proposal.approvals = approve(&proposal, &council, &now, member).ok()?;
                next.approved_epoch = council.config_epoch;
            }
            Step::Object(member) => next.proposal = proposal.objected(self.object(walk, member).ok()?),
            Step::Queue => {
                next.proposal.ready = self.queue(walk).ok()?;
                (next.proposal.state, next.proposal.objections) = (State::Queued, 0);
                let raised = council.delays.set_s.iter().any(|set_s| *set_s > 0);
                let raised_ticks = if raised { RAISED_S.checked_div(DIVISOR.get())? } else { 0 };
                next.queued = Some((now, floor_ticks(proposal.class).max(raised_ticks)));
            }
            Step::Execute => {
                self.execute(walk).ok()?;
                next.proposal.state = State::Executed;
                next.executed = Some((now, proposal.approvals.count_ones(), council.config_epoch));
            }
            Step::Cancel | Step::CancelByAnybody => {
                may_cancel(&proposal, &council, &now, step == Step::Cancel).ok()?;
                next.proposal.state = State::Cancelled;
            }
            Step::CouncilChange if council.config_epoch == 0 => next.council.config_epoch = 1,
            Step::CouncilChange => return None,
            // Clocks run together but for a halt, when slots stand still.
            Step::Tick => (next.now.unix_s, next.now.slot) = (now.unix_s.checked_add(1)?, now.slot.checked_add(1)?),
            Step::Slot => next.now.unix_s = now.unix_s.checked_add(1)?,
        }
        Some(next)
    }

    fn within_boundary(&self, walk: &Walk) -> bool {
        let last = LAST.saturating_add(u64::from(floor_ticks(walk.proposal.class)));
        walk.now.slot <= last && u64::try_from(walk.now.unix_s).is_ok_and(|unix_s| unix_s <= last)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(THRESHOLD, |_, walk: &Walk| {
                walk.executed.is_none_or(|(_, approvals, _)| approvals >= needed(walk.proposal.class))
            }),
            Property::always(CLOCKS, |_, walk: &Walk| {
                walk.executed.is_none_or(|(now, ..)| {
                    walk.queued.is_some_and(|(queued, _)| {
                        let wait = floor_ticks(walk.proposal.class);
                        let slots = now.slot >= queued.slot.saturating_add(u64::from(wait));
                        let seconds = now.unix_s >= queued.unix_s.saturating_add(i64::from(wait));
                        slots && seconds && now.unix_s <= walk.proposal.expires_unix_s
                    })
                })
            }),
            Property::always(EPOCH, |_, walk: &Walk| {
                walk.executed
                    .is_none_or(|(.., epoch)| epoch == walk.approved_epoch && epoch == walk.proposal.config_epoch)
            }),
            Property::always(WEAKER, |_, walk: &Walk| {
                walk.executed.is_none_or(|(now, ..)| {
                    walk.queued.is_some_and(|(queued, ticks)| now.slot >= queued.slot.saturating_add(u64::from(ticks)))
                })
            }),
            Property::always(STOPPED, |model: &Self, walk: &Walk| {
                let Walk { proposal, council, now, .. } = walk;
                if !proposal.state.open() || dead(proposal, council, now) {
                    return !proposal.state.open() || may_cancel(proposal, council, now, false).is_ok();
                }
                let free = (0..MEMBERS).find(|member| {
                    proposal.objections.checked_shr(u32::from(*member)).is_some_and(|bits| bits & 1 == 0)
                });
                let objected = free.is_none_or(|member| model.object(walk, member).is_ok());
                (proposal.vetoed || objected) && may_cancel(proposal, council, now, true).is_ok()
            }),
            Property::sometimes(REACHED, |_, walk: &Walk| {
                walk.executed.is_some() && walk.proposal.class == Class::Recovery
            }),
        ]
    }
}
