//! What happens to a program from the moment an upgrade of it is queued: freeze and snapshot, new code, verification from outside,
//! canary steps, and the way back. One rollout per program, one proposal in it at a time.
//!
//! ```text
//! Idle -> Queued -> Frozen -> Sealed -> Executed -> Canary 0..=3 -> Idle (finalised)
//!                     ^                    |          |
//!                     |                    |          +-> Frozen -> Sealed (going back) -+
//!                     +- thaw: Queued      +-> RolledBack <-----------------------------+
//!                                               |
//!                                               +-> Idle (rolled back, verified again)
//! ```
//! A program without positions has no freeze, no snapshot and no verification of accounts: `Queued -> Canary`, `Canary -> Idle`.

use crate::proposal::Moment;
use crate::{Level, Scope};
use core::num::NonZeroU32;

const HOUR_S: u32 = 3600;
const DAY_S: u32 = 24 * HOUR_S;

/// A freeze, or a verification, may take this long; then anybody ends it.
pub const VERIFY_S: u32 = 1_800;
/// Builds for local networks divide clocks, but their transactions take as long as anybody's.
pub const VERIFY_FLOOR_S: u32 = 90;
/// From one attempt at a freeze to the next.
pub const ATTEMPT_S: u32 = 6 * HOUR_S;
/// Least stay on a canary step.
pub const DWELL_S: u32 = DAY_S;
/// Clean checks of the markets' aggregates needed on a canary step.
pub const CHECKS: u8 = 3;
/// An emergency patch that is not ratified this long after it ran may be rolled back by anybody.
pub const RATIFY_S: u32 = 7 * DAY_S;
/// Increase of open interest and deposits since the snapshot that each canary step lets in, in basis points of governance's caps.
pub const CANARY_BPS: [u16; 4] = [100, 1_000, 5_000, 10_000];
/// Share of a vault's windows of outflow that each canary step leaves open, in basis points: an exit takes four times as long at most.
pub const WINDOW_BPS: [u16; 4] = [2_500, 5_000, 7_500, 10_000];
/// The whole of a cap.
pub const WHOLE_BPS: u16 = 10_000;
/// Attestors who must post the same result before new code is carried out.
pub const ATTESTATIONS: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Stage {
    /// No upgrade.
    Idle = 0,
    /// A queued proposal holds the rollout; the old code runs.
    Queued = 1,
    /// Frozen, and accounts are being recorded.
    Frozen = 2,
    /// Every account is recorded.
    Sealed = 3,
    /// New code, frozen until its accounts are verified.
    Executed = 4,
    /// New code within caps that grow step by step.
    Canary = 5,
    /// The old code again, frozen until its accounts are verified.
    RolledBack = 6,
}

impl Stage {
    /// The stage stored as `byte`, or `None` for a byte that no version wrote.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Idle),
            1 => Some(Self::Queued),
            2 => Some(Self::Frozen),
            3 => Some(Self::Sealed),
            4 => Some(Self::Executed),
            5 => Some(Self::Canary),
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
            Self::Idle => "idle",
            Self::Queued => "queued",
            Self::Frozen => "frozen, taking the snapshot",
            Self::Sealed => "frozen, snapshot complete",
            Self::Executed => "executed, to be verified",
            Self::Canary => "canary",
            Self::RolledBack => "rolled back, to be verified",
        }
    }

    /// Whether people's accounts must stand still.
    pub const fn frozen(self) -> bool {
        matches!(self, Self::Frozen | Self::Sealed | Self::Executed | Self::RolledBack)
    }
}

/// State of a program's rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rollout {
    pub stage: Stage,
    pub scope: Scope,
    /// The upgrade came by the emergency class and is not ratified.
    pub unratified: bool,
    /// There is no way back.
    pub forward_only: bool,
    /// The freeze prepares a rollback, not an upgrade.
    pub back: bool,
    /// An account was shown to differ from the snapshot.
    pub failed: bool,
    /// Canary step, an index of [`CANARY_BPS`].
    pub step: u8,
    /// Clean checks on this step, each in a slot of its own, the last in `checked_slot`.
    pub checks: u8,
    pub checked_slot: u64,
    /// When the stage or the canary step began.
    pub since: Moment,
    /// When the code that runs began to.
    pub executed: Moment,
    /// The last attempt at a freeze; 0 when the next is free.
    pub frozen_unix_s: i64,
    /// Parts to record, recorded, and verified: the ledger, and of margin each market.
    pub parts: u32,
    pub sealed: u32,
    pub verified: u32,
}

/// Why a step of a rollout is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RolloutError {
    /// Another proposal holds the rollout.
    Active,
    /// The step belongs to another stage.
    WrongStage,
    /// The proposal that holds the rollout can still be executed.
    ProposalAlive,
    /// An emergency patch is queued at level 3 only.
    NotFrozen,
    /// Too soon after the last attempt.
    AttemptTooSoon,
    /// The freeze still has time.
    FreezeRunning,
    /// The freeze's time is over: thaw, and freeze again.
    FreezeOverdue,
    /// In the slot of an upgrade nothing can be verified.
    ExecutedThisSlot,
    /// Nothing else is to be recorded, or verified.
    PartUnknown,
    /// Nothing failed, nothing is overdue, nothing is unratified, and no vote says so.
    RollbackUnfounded,
    /// The upgrade said before the vote that there is no way back.
    RollForwardOnly,
    /// A canary step's time has not passed.
    DwellRemains,
    /// A canary step needs more clean checks.
    ChecksMissing,
    /// One check a slot.
    CheckedThisSlot,
    /// No promotion while the brake is on.
    BrakeOn,
    /// An emergency patch stays on the lowest step until it is ratified.
    Unratified,
    /// The upgrade needs no ratification.
    NothingToRatify,
    /// A clock or counter past its range.
    Overflow,
}

/// Why somebody may roll back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// What anybody can see: a failure, an overdue verification, a missed ratification.
    Evident,
    /// A vote, under a freeze of the guardians.
    Vote,
}

/// What a promotion led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Promotion {
    Step(u8),
    Finalised,
}

impl Rollout {
    pub const IDLE: Self = Self {
        stage: Stage::Idle,
        scope: Scope::Code,
        unratified: false,
        forward_only: false,
        back: false,
        failed: false,
        step: 0,
        checks: 0,
        checked_slot: 0,
        since: Moment { slot: 0, unix_s: 0 },
        executed: Moment { slot: 0, unix_s: 0 },
        frozen_unix_s: 0,
        parts: 0,
        sealed: 0,
        verified: 0,
    };

    /// A queued proposal takes the rollout: there is no second upgrade of a program at a time.
    pub fn claim(
        self,
        scope: Scope,
        emergency: bool,
        forward_only: bool,
        level: Level,
        now: &Moment,
    ) -> Result<Self, RolloutError> {
        if self.stage != Stage::Idle {
            return Err(RolloutError::Active);
        }
        if emergency && level < Level::Frozen {
            return Err(RolloutError::NotFrozen);
        }
        // The last attempt at a freeze is kept: nobody freezes more often by queueing more often.
        let frozen_unix_s = self.frozen_unix_s;
        let stage = Stage::Queued;
        Ok(Self { stage, scope, unratified: emergency, forward_only, since: *now, frozen_unix_s, ..Self::IDLE })
    }

    /// A proposal that can never be executed any more gives the rollout up.
    pub fn release(self, dead: bool) -> Result<Self, RolloutError> {
        self.at(Stage::Queued)?;
        if !dead {
            return Err(RolloutError::ProposalAlive);
        }
        Ok(Self { frozen_unix_s: self.frozen_unix_s, ..Self::IDLE })
    }

    /// Accounts are made to stand still and `parts` are to be recorded: before an upgrade, or before a rollback that `ground` allows.
    pub fn freeze(
        self,
        parts: u32,
        ground: Option<Ground>,
        now: &Moment,
        divisor: NonZeroU32,
    ) -> Result<Self, RolloutError> {
        let back = match (self.stage, self.scope) {
            (Stage::Queued, Scope::Positions) => false,
            (Stage::Canary, Scope::Positions) => {
                self.rollback_founded(ground, now, divisor)?;
                true
            }
            _ => return Err(RolloutError::WrongStage),
        };
        let free_unix_s = self.frozen_unix_s.checked_add(i64::from(ATTEMPT_S.div_ceil(divisor.get())));
        if self.frozen_unix_s != 0 && now.unix_s < free_unix_s.ok_or(RolloutError::Overflow)? {
            return Err(RolloutError::AttemptTooSoon);
        }
        let stage = if parts == 0 { Stage::Sealed } else { Stage::Frozen };
        Ok(Self { stage, back, since: *now, frozen_unix_s: now.unix_s, parts, sealed: 0, verified: 0, ..self })
    }

    /// One part is recorded completely.
    pub fn part_seal(self) -> Result<Self, RolloutError> {
        self.at(Stage::Frozen)?;
        let sealed = self.sealed.checked_add(1).ok_or(RolloutError::Overflow)?;
        if sealed > self.parts {
            return Err(RolloutError::PartUnknown);
        }
        Ok(Self { sealed, stage: if sealed == self.parts { Stage::Sealed } else { Stage::Frozen }, ..self })
    }

    /// A freeze that led nowhere ends: its time is over, or its proposal is dead. So does the wait for old code's accounts to be verified.
    /// INVARIANT(G-8): every freeze terminates.
    pub fn thaw(self, dead: bool, now: &Moment, divisor: NonZeroU32) -> Result<Self, RolloutError> {
        if !matches!(self.stage, Stage::Frozen | Stage::Sealed | Stage::RolledBack) {
            return Err(RolloutError::WrongStage);
        }
        let proposal_gone = dead && !self.back && self.stage != Stage::RolledBack;
        if !proposal_gone && !passed(&self.since, now, verify_s(divisor))? {
            return Err(RolloutError::FreezeRunning);
        }
        let stage = match self.stage {
            Stage::RolledBack => return Ok(Self { frozen_unix_s: self.frozen_unix_s, ..Self::IDLE }),
            _ if self.back => Stage::Canary,
            _ => Stage::Queued,
        };
        Ok(Self { stage, back: false, since: *now, ..self })
    }

    /// The new code is deployed.
    pub fn execute(self, now: &Moment, divisor: NonZeroU32) -> Result<Self, RolloutError> {
        match self.scope {
            Scope::Positions => {
                self.at(Stage::Sealed)?;
                if self.back {
                    return Err(RolloutError::WrongStage);
                }
                if passed(&self.since, now, verify_s(divisor))? {
                    return Err(RolloutError::FreezeOverdue);
                }
            }
            Scope::Code => self.at(Stage::Queued)?,
        }
        let stage = if self.scope == Scope::Positions && self.parts > 0 { Stage::Executed } else { Stage::Canary };
        Ok(Self { stage, since: *now, executed: *now, failed: false, verified: 0, step: 0, checks: 0, ..self })
    }

    /// Whether accounts can be verified now: not in the slot of the upgrade, in which the program cannot have run.
    pub fn may_verify(&self, now: &Moment) -> Result<(), RolloutError> {
        if !matches!(self.stage, Stage::Executed | Stage::RolledBack) {
            return Err(RolloutError::WrongStage);
        }
        if now.slot <= self.executed.slot { Err(RolloutError::ExecutedThisSlot) } else { Ok(()) }
    }

    /// One part is verified completely; after the last the new code goes on to its canary steps, or the old code is final.
    pub fn part_verify(self, now: &Moment) -> Result<Self, RolloutError> {
        self.may_verify(now)?;
        let verified = self.verified.checked_add(1).ok_or(RolloutError::Overflow)?;
        if verified > self.parts {
            return Err(RolloutError::PartUnknown);
        }
        if verified < self.parts {
            return Ok(Self { verified, ..self });
        }
        Ok(match self.stage {
            // INVARIANT(G-11): a canary step, and so a final upgrade, has every part that was recorded verified behind it.
            Stage::Executed => Self { stage: Stage::Canary, verified, since: *now, frozen_unix_s: 0, ..self },
            _ => Self::IDLE,
        })
    }

    /// An account was shown to differ from the snapshot. Of code that is restored this says nothing: it wrote nothing.
    pub fn fail(self, now: &Moment) -> Result<Self, RolloutError> {
        self.may_verify(now)?;
        self.at(Stage::Executed)?;
        Ok(Self { failed: true, ..self })
    }

    /// The code from before is deployed again. INVARIANT(G-10), INVARIANT(G-14): on evidence or a vote, never past a way that is closed.
    pub fn rollback(self, ground: Option<Ground>, now: &Moment, divisor: NonZeroU32) -> Result<Self, RolloutError> {
        match (self.stage, self.scope) {
            // The ground was looked at when the freeze began.
            (Stage::Sealed, _) if self.back => {}
            (Stage::Executed, _) | (Stage::Canary, Scope::Code) => self.rollback_founded(ground, now, divisor)?,
            _ => return Err(RolloutError::WrongStage),
        }
        if self.scope == Scope::Code || self.parts == 0 {
            return Ok(Self::IDLE);
        }
        Ok(Self { stage: Stage::RolledBack, since: *now, executed: *now, verified: 0, back: false, ..self })
    }

    /// The council keeps an emergency patch.
    pub fn ratify(self) -> Result<Self, RolloutError> {
        if !self.unratified {
            return Err(RolloutError::NothingToRatify);
        }
        if !matches!(self.stage, Stage::Executed | Stage::Canary) {
            return Err(RolloutError::WrongStage);
        }
        Ok(Self { unratified: false, ..self })
    }

    /// A market's aggregates were shown to hold.
    pub fn check(self, now: &Moment) -> Result<Self, RolloutError> {
        self.at(Stage::Canary)?;
        if now.slot <= self.checked_slot {
            return Err(RolloutError::CheckedThisSlot);
        }
        Ok(Self { checks: self.checks.saturating_add(1), checked_slot: now.slot, ..self })
    }

    /// The next canary step, or the end. INVARIANT(G-13): caps only grow by promotion, up to governance's own.
    pub fn promote(self, level: Level, now: &Moment, divisor: NonZeroU32) -> Result<(Self, Promotion), RolloutError> {
        self.at(Stage::Canary)?;
        if self.unratified {
            return Err(RolloutError::Unratified);
        }
        if level > Level::Throttle {
            return Err(RolloutError::BrakeOn);
        }
        if !passed(&self.since, now, DWELL_S.div_ceil(divisor.get()))? {
            return Err(RolloutError::DwellRemains);
        }
        if self.scope == Scope::Positions && self.parts > 0 && self.checks < CHECKS {
            return Err(RolloutError::ChecksMissing);
        }
        let step = self.step.saturating_add(1);
        if usize::from(step) >= CANARY_BPS.len() {
            return Ok((Self::IDLE, Promotion::Finalised));
        }
        Ok((Self { step, checks: 0, since: *now, ..self }, Promotion::Step(step)))
    }

    /// What of a governance cap the rollout lets the protocol use for increases since the snapshot.
    pub fn canary_bps(&self) -> u16 {
        match self.stage {
            Stage::Idle | Stage::Queued => WHOLE_BPS,
            Stage::Canary => CANARY_BPS.get(usize::from(self.step)).copied().unwrap_or_default(),
            Stage::Frozen | Stage::Sealed | Stage::Executed | Stage::RolledBack => 0,
        }
    }

    /// Share of the windows of outflow that the canary step leaves open.
    pub fn window_bps(&self) -> u16 {
        match self.stage {
            Stage::Canary => WINDOW_BPS.get(usize::from(self.step)).copied().unwrap_or_default(),
            _ => WHOLE_BPS,
        }
    }

    fn at(&self, stage: Stage) -> Result<(), RolloutError> {
        if self.stage == stage { Ok(()) } else { Err(RolloutError::WrongStage) }
    }

    fn rollback_founded(&self, ground: Option<Ground>, now: &Moment, divisor: NonZeroU32) -> Result<(), RolloutError> {
        if self.forward_only {
            return Err(RolloutError::RollForwardOnly);
        }
        let overdue = self.stage == Stage::Executed && passed(&self.executed, now, verify_s(divisor))?;
        let unratified = self.unratified && passed(&self.executed, now, RATIFY_S.div_ceil(divisor.get()))?;
        match ground {
            Some(Ground::Vote) => Ok(()),
            Some(Ground::Evident) | None if self.failed || overdue || unratified => Ok(()),
            _ => Err(RolloutError::RollbackUnfounded),
        }
    }
}

/// Most that a total may be under a canary step: what it was at the snapshot and a share of governance's cap, and never above that cap
/// unless it was before. Actions that shrink the total are not asked.
pub fn canary_limit(cap: u64, at_snapshot: u64, canary_bps: u16) -> u64 {
    let share = u128::from(cap).saturating_mul(u128::from(canary_bps.min(WHOLE_BPS)));
    let share = u64::try_from(share.checked_div(u128::from(WHOLE_BPS)).unwrap_or_default()).unwrap_or(u64::MAX);
    at_snapshot.saturating_add(share).min(cap.max(at_snapshot))
}

/// Whether a canary step lets `lots` of new risk into a market with `open_lots` of open interest. INVARIANT(G-13)
pub fn canary_allows(custody: &abi::breaker::Custody, open_lots: u64, lots: u64) -> bool {
    custody.rollout_window_bps.get() == 0 || open_lots.saturating_add(lots) <= custody.rollout_lots.get()
}

/// Attestors who agree on the result most attest; a root of zeros is none.
pub fn attestations(roots: &[[u8; 32]]) -> usize {
    let posted = || roots.iter().filter(|root| **root != [0; 32]);
    posted().map(|root| posted().filter(|other| *other == root).count()).max().unwrap_or_default()
}

/// How long a freeze or a verification has in this build.
pub fn verify_s(divisor: NonZeroU32) -> u32 {
    VERIFY_S.div_ceil(divisor.get()).max(VERIFY_FLOOR_S)
}

/// Whether `period_s` has passed on both clocks: a cluster that stood still took nobody's time.
fn passed(since: &Moment, now: &Moment, period_s: u32) -> Result<bool, RolloutError> {
    let unix_s = since.unix_s.checked_add(i64::from(period_s)).ok_or(RolloutError::Overflow)?;
    let slot = since.slot.checked_add(u64::from(period_s)).ok_or(RolloutError::Overflow)?;
    Ok(now.unix_s >= unix_s && now.slot >= slot)
}

#[cfg(test)]
mod tests;
