//! A proposal's life: Draft -> Queued -> Executed, or Cancelled, Rejected; an upgrade's goes on in [`crate::rollout`] to Finalised or
//! RolledBack. Every question about it is answered here, by pure functions.

use crate::{Class, Delays};
use abi::Address;
use core::num::NonZeroU32;

/// First bytes of what members approve; another protocol's or version's digest is never ours.
pub const DIGEST_DOMAIN: &[u8] = b"bastion:proposal:v1";

/// What a digest is taken of, in order: sha256 over the concatenation. Only the last part varies in length.
pub const fn digest_parts<'a>(governor: &'a Address, id_le: &'a [u8; 8], action: &'a [u8]) -> [&'a [u8]; 4] {
    [DIGEST_DOMAIN, governor, id_le, action]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Collects approvals.
    Draft = 0,
    /// Approved; waits for both clocks.
    Queued = 1,
    /// Carried out; of an upgrade, its code runs and its rollout goes on.
    Executed = 2,
    Cancelled = 3,
    /// Too many members object for the threshold to be met, or two stopped a recovery.
    Rejected = 4,
    /// An upgrade that went through every stage.
    Finalised = 5,
    /// An upgrade whose predecessor runs again.
    RolledBack = 6,
}

impl State {
    /// The state stored as `byte`, or `None` for a byte that no version wrote.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Draft),
            1 => Some(Self::Queued),
            2 => Some(Self::Executed),
            3 => Some(Self::Cancelled),
            4 => Some(Self::Rejected),
            5 => Some(Self::Finalised),
            6 => Some(Self::RolledBack),
            _ => None,
        }
    }

    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Queued => "queued",
            Self::Executed => "executed",
            Self::Cancelled => "cancelled",
            Self::Rejected => "rejected",
            Self::Finalised => "finalised",
            Self::RolledBack => "rolled back",
        }
    }

    /// Whether the proposal can still become something else before it is executed.
    pub const fn open(self) -> bool {
        matches!(self, Self::Draft | Self::Queued)
    }

    /// Whether nothing will happen with the proposal any more: its buffers and its bond can go home.
    pub const fn terminal(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rejected | Self::Finalised | Self::RolledBack)
    }
}

/// What of a proposal decides its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Proposal {
    pub state: State,
    pub class: Class,
    pub config_epoch: u64,
    pub created_slot: u64,
    pub expires_unix_s: i64,
    pub ready: Moment,
    /// Bit i: member i approved.
    pub approvals: u16,
    /// Bit i: member i objects: against a draft, or against carrying out what is queued.
    pub objections: u16,
    /// Was sent back to draft by a veto before.
    pub vetoed: bool,
}

/// What of the council counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Council {
    pub members: u8,
    pub config_epoch: u64,
    pub delays: Delays,
}

/// A point on both clocks of the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Moment {
    pub slot: u64,
    pub unix_s: i64,
}

/// Why something may not be done with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Only a draft is approved and queued.
    NotDraft,
    /// Only a queued proposal is executed.
    NotQueued,
    /// It was executed or cancelled before.
    Closed,
    /// Its time is over.
    Expired,
    /// The council changed since it was made.
    StaleMembership,
    /// An approval must come in a later slot than the proposal: nobody proposes, approves and executes in one go.
    CreatedThisSlot,
    /// No such member.
    NotMember,
    /// This member has approved.
    AlreadyApproved,
    /// The class needs more approvals of current members.
    ApprovalsMissing,
    /// The delay would end after the expiry.
    QueuedTooLate,
    /// The delay's seconds have not passed.
    SecondsRemain,
    /// The delay's slots have not passed.
    SlotsRemain,
    /// Only the proposer cancels what can still be executed.
    NotProposer,
    /// This member has objected.
    AlreadyObjected,
    /// One veto sends a proposal back, once.
    VetoSpent,
    /// A clock past its range.
    ClockOverflow,
}

/// Members who together send a queued proposal back to draft, once, and stop a recovery for good.
pub const VETO: u32 = 2;

/// What an objection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Objection {
    /// It is counted: the objections.
    Counted(u16),
    /// The threshold cannot be met any more, or a recovery is stopped.
    Rejected,
    /// The queued proposal is a draft again, without approvals: the one veto.
    Returned,
}

/// Last moment of a proposal made at `now_unix_s`.
pub fn expiry_unix_s(class: Class, council: &Council, now_unix_s: i64, divisor: NonZeroU32) -> Result<i64, Reason> {
    now_unix_s.checked_add(i64::from(council.delays.lifetime_s_ceil(class, divisor))).ok_or(Reason::ClockOverflow)
}

/// The approvals after member `member` (an index) approves.
pub fn approve(proposal: &Proposal, council: &Council, now: &Moment, member: u8) -> Result<u16, Reason> {
    if proposal.state != State::Draft {
        return Err(Reason::NotDraft);
    }
    may_proceed(proposal, council, now)?;
    if now.slot <= proposal.created_slot {
        return Err(Reason::CreatedThisSlot);
    }
    let bit = member_bit(council, member)?;
    if proposal.approvals & bit != 0 {
        return Err(Reason::AlreadyApproved);
    }
    Ok(proposal.approvals | bit)
}

/// What happens when member `member` (an index) objects. INVARIANT(G-18): possible until execution.
///
/// Objections to a draft are counted against its threshold; those to a queued proposal are a veto, which [`queue`] starts from none.
pub fn object(proposal: &Proposal, council: &Council, now: &Moment, member: u8) -> Result<Objection, Reason> {
    if !proposal.state.open() {
        return Err(Reason::Closed);
    }
    may_proceed(proposal, council, now)?;
    let bit = member_bit(council, member)?;
    if proposal.objections & bit != 0 {
        return Err(Reason::AlreadyObjected);
    }
    let objections = proposal.objections | bit;
    let against = seated(objections, council);
    if proposal.state == State::Draft {
        let left = u32::from(council.members).saturating_sub(against);
        let possible = left >= u32::from(proposal.class.threshold_ceil(council.members));
        return Ok(if possible { Objection::Counted(objections) } else { Objection::Rejected });
    }
    if proposal.vetoed {
        return Err(Reason::VetoSpent);
    }
    Ok(match (against >= VETO, proposal.class) {
        (false, _) => Objection::Counted(objections),
        (true, Class::Recovery) => Objection::Rejected,
        (true, _) => Objection::Returned,
    })
}

impl Proposal {
    /// The proposal after an objection.
    pub fn objected(self, objection: Objection) -> Self {
        match objection {
            Objection::Counted(objections) => Self { objections, ..self },
            Objection::Rejected => Self { state: State::Rejected, ..self },
            Objection::Returned => Self {
                state: State::Draft,
                ready: Moment::default(),
                approvals: 0,
                objections: 0,
                vetoed: true,
                ..self
            },
        }
    }
}

/// When the proposal may be executed if it is queued now. One slot passes for each second of delay at least, so that a halted
/// cluster uses up nobody's time to leave.
pub fn queue(proposal: &Proposal, council: &Council, now: &Moment, divisor: NonZeroU32) -> Result<Moment, Reason> {
    if proposal.state != State::Draft {
        return Err(Reason::NotDraft);
    }
    may_proceed(proposal, council, now)?;
    approvals_suffice(proposal, council)?;
    let delay_s = council.delays.scaled_s_ceil(proposal.class, divisor);
    let ready = Moment {
        slot: now.slot.checked_add(u64::from(delay_s)).ok_or(Reason::ClockOverflow)?,
        unix_s: now.unix_s.checked_add(i64::from(delay_s)).ok_or(Reason::ClockOverflow)?,
    };
    if ready.unix_s > proposal.expires_unix_s {
        return Err(Reason::QueuedTooLate);
    }
    Ok(ready)
}

/// Whether the proposal may be executed now, by anyone.
pub fn may_execute(proposal: &Proposal, council: &Council, now: &Moment) -> Result<(), Reason> {
    if proposal.state != State::Queued {
        return Err(Reason::NotQueued);
    }
    may_proceed(proposal, council, now)?;
    approvals_suffice(proposal, council)?;
    if now.unix_s < proposal.ready.unix_s {
        return Err(Reason::SecondsRemain);
    }
    if now.slot < proposal.ready.slot {
        return Err(Reason::SlotsRemain);
    }
    Ok(())
}

/// Whether the proposal may be cancelled now: by its proposer while it is open, by anyone once it can never be executed.
pub fn may_cancel(proposal: &Proposal, council: &Council, now: &Moment, by_proposer: bool) -> Result<(), Reason> {
    match proposal.state {
        state if !state.open() => Err(Reason::Closed),
        _ if by_proposer || may_proceed(proposal, council, now).is_err() => Ok(()),
        _ => Err(Reason::NotProposer),
    }
}

/// Whether the proposal can never be executed any more: closed without execution, expired, or of another membership.
pub fn dead(proposal: &Proposal, council: &Council, now: &Moment) -> bool {
    match proposal.state {
        State::Draft | State::Queued => may_proceed(proposal, council, now).is_err(),
        State::Cancelled | State::Rejected | State::RolledBack => true,
        State::Executed | State::Finalised => false,
    }
}

/// Current members who approved. Bits beyond the council count for nothing.
pub fn approvals_counted(proposal: &Proposal, council: &Council) -> u32 {
    seated(proposal.approvals, council)
}

/// Bits of current members.
fn seated(bits: u16, council: &Council) -> u32 {
    let seats = 1_u16.checked_shl(u32::from(council.members)).map_or(u16::MAX, |bit| bit.wrapping_sub(1));
    (bits & seats).count_ones()
}

fn member_bit(council: &Council, member: u8) -> Result<u16, Reason> {
    if member >= council.members {
        return Err(Reason::NotMember);
    }
    1_u16.checked_shl(u32::from(member)).ok_or(Reason::NotMember)
}

// INVARIANT(G-1): counted anew at queue and at execution, against the membership of that moment.
fn approvals_suffice(proposal: &Proposal, council: &Council) -> Result<(), Reason> {
    if approvals_counted(proposal, council) < u32::from(proposal.class.threshold_ceil(council.members)) {
        return Err(Reason::ApprovalsMissing);
    }
    Ok(())
}

// INVARIANT(G-4): approvals never cross a config epoch, since nothing of an old epoch proceeds.
fn may_proceed(proposal: &Proposal, council: &Council, now: &Moment) -> Result<(), Reason> {
    if proposal.config_epoch != council.config_epoch {
        return Err(Reason::StaleMembership);
    }
    if now.unix_s > proposal.expires_unix_s {
        return Err(Reason::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
