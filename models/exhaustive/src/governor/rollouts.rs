//! A program's rollout: one upgrade after another, honest, lying or silent, emergencies, votes, failures and the way back, in every order.

use core::num::NonZeroU32;
use policy::proposal::Moment;
use policy::rollout::{CANARY_BPS, CHECKS, Ground, RATIFY_S, Rollout, RolloutError, Stage, verify_s};
use policy::{Level, Scope};
use stateright::{Model, Property};

/// Of a local build, where a freeze has 90 seconds, an attempt waits one, a canary step two and ratification ten: a tick of 90 passes all.
const DIVISOR: NonZeroU32 = match NonZeroU32::new(60_480) {
    Some(divisor) => divisor,
    None => NonZeroU32::MIN,
};
const TICK: u64 = 90;
const MARKETS: u32 = 2;
/// Ticks, single slots and upgrades that a walk has.
const TICKS: u8 = 5;
const SLOTS: u8 = 4;
const UPGRADES: u8 = 2;

const CODE: &str = "G-3: new code runs only once every market is recorded under a freeze";
const ENDS: &str = "G-8: every freeze can be ended when its time is over";
const BACK: &str = "G-10: a rollback restores the code from before, and never past a closed way";
const VERIFIED: &str = "G-11: canary steps and a final upgrade have every market verified behind them";
const CONSERVED: &str = "G-12: people use new code only over accounts that are what they were";
const CAPS: &str = "G-13: caps never shrink by promotion and never exceed governance's";
const UNRATIFIED: &str = "G-14: a patch that is not ratified in time can be rolled back by anybody";
const FREE: &str = "G-16: a rollout that ended is free for the next, and nothing holds it for ever";
const FINAL: &str = "an upgrade becomes final";
const RESTORED: &str = "an upgrade is rolled back and verified";

/// A transition made wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    ExecuteUnsealed,
    FreezeForEver,
    RollbackForward,
    VerifyOnce,
    LieUnseen,
    RatifiedByTime,
    PromoteUncapped,
    ReleaseNever,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::ExecuteUnsealed,
        Self::FreezeForEver,
        Self::RollbackForward,
        Self::VerifyOnce,
        Self::LieUnseen,
        Self::RatifiedByTime,
        Self::PromoteUncapped,
        Self::ReleaseNever,
    ];

    /// The property that it breaks.
    pub const fn breaks(self) -> &'static str {
        match self {
            Self::ExecuteUnsealed => CODE,
            Self::FreezeForEver => ENDS,
            Self::RollbackForward => BACK,
            Self::VerifyOnce => VERIFIED,
            Self::LieUnseen => CONSERVED,
            Self::RatifiedByTime => UNRATIFIED,
            Self::PromoteUncapped => CAPS,
            Self::ReleaseNever => FREE,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RolloutModel {
    pub fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Claim { emergency: bool, forward_only: bool },
    ProposalDies,
    Release,
    Freeze(Ground),
    Seal,
    Execute,
    Lie,
    Verify,
    Rollback(Ground),
    Ratify,
    Check,
    Promote,
    Thaw,
    Tick,
    Slot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Walk {
    rollout: Rollout,
    now: Moment,
    /// Version of the code that runs, and of what it replaced.
    code: u8,
    previous: u8,
    /// The proposal can be executed.
    alive: bool,
    /// Accounts are what they were when they were recorded.
    conserved: bool,
    /// Markets verified one by one since the code was replaced.
    seen: u32,
    ticks: u8,
    slots: u8,
    upgrades: u8,
    /// The last step, the stage and the caps before it.
    last: Option<Step>,
    before: Stage,
    before_bps: u16,
    ended: Option<Ended>,
    /// The upgrade came by the emergency class; the council kept it.
    emergency: bool,
    ratified: bool,
}

/// How the last upgrade ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    Final,
    RolledBack,
}

impl RolloutModel {
    fn step(&self, walk: &Walk, step: Step) -> Result<Rollout, RolloutError> {
        let Walk { rollout, now, .. } = *walk;
        match step {
            Step::Claim { emergency, forward_only } => {
                let level = if emergency { Level::Frozen } else { Level::Normal };
                rollout.claim(Scope::Positions, emergency, forward_only, level, &now)
            }
            Step::Release if self.fault == Some(Fault::ReleaseNever) => Err(RolloutError::WrongStage),
            Step::Release => rollout.release(!walk.alive),
            Step::Freeze(ground) => rollout.freeze(MARKETS, Some(ground), &now, DIVISOR),
            Step::Seal => rollout.part_seal(),
            Step::Execute if self.fault == Some(Fault::ExecuteUnsealed) && rollout.stage == Stage::Frozen => {
                Rollout { stage: Stage::Sealed, ..rollout }.execute(&now, DIVISOR)
            }
            Step::Execute => rollout.execute(&now, DIVISOR),
            Step::Verify => self.verify(walk),
            Step::Rollback(ground) => {
                let open = self.fault == Some(Fault::RollbackForward);
                let opened = Rollout { forward_only: rollout.forward_only && !open, ..rollout };
                let next = opened.rollback(Some(ground), &now, DIVISOR)?;
                Ok(Rollout { forward_only: rollout.forward_only, ..next })
            }
            Step::Ratify => rollout.ratify(),
            // A check is made in a slot of its own.
            Step::Check => rollout.check(&Moment { slot: now.slot.saturating_add(1), ..now }),
            Step::Promote => {
                let (next, _) = rollout.promote(Level::Normal, &now, DIVISOR)?;
                let uncapped = self.fault == Some(Fault::PromoteUncapped) && next.stage == Stage::Canary;
                Ok(if uncapped { Rollout { step: 0, ..next } } else { next })
            }
            Step::Thaw if self.fault == Some(Fault::FreezeForEver) => Err(RolloutError::FreezeRunning),
            Step::Thaw => rollout.thaw(!walk.alive, &now, DIVISOR),
            Step::Tick if self.fault == Some(Fault::RatifiedByTime) => Ok(Rollout { unratified: false, ..rollout }),
            Step::ProposalDies | Step::Lie | Step::Tick | Step::Slot => Ok(rollout),
        }
    }

    fn verify(&self, walk: &Walk) -> Result<Rollout, RolloutError> {
        let Walk { rollout, now, .. } = *walk;
        if walk.conserved || self.fault == Some(Fault::LieUnseen) {
            let once = self.fault == Some(Fault::VerifyOnce);
            return Rollout { parts: if once { 1 } else { rollout.parts }, ..rollout }.part_verify(&now);
        }
        // Under restored code a difference is refused by name, and nothing changes.
        rollout.fail(&now)
    }
}

impl Model for RolloutModel {
    type State = Walk;
    type Action = Step;

    fn init_states(&self) -> Vec<Walk> {
        vec![Walk {
            rollout: Rollout::IDLE,
            now: Moment { slot: 1, unix_s: 1 },
            code: 0,
            previous: 0,
            alive: false,
            conserved: true,
            seen: 0,
            ticks: 0,
            slots: 0,
            upgrades: 0,
            last: None,
            before: Stage::Idle,
            before_bps: 10_000,
            ended: None,
            emergency: false,
            ratified: false,
        }]
    }

    fn actions(&self, walk: &Walk, actions: &mut Vec<Step>) {
        if walk.upgrades < UPGRADES {
            actions.push(Step::Claim { emergency: false, forward_only: false });
            actions.push(Step::Claim { emergency: true, forward_only: false });
            actions.push(Step::Claim { emergency: false, forward_only: true });
        }
        if walk.alive {
            actions.push(Step::ProposalDies);
        }
        // What lies is the new code, while it runs unverified.
        if walk.rollout.stage == Stage::Executed && walk.conserved {
            actions.push(Step::Lie);
        }
        actions.extend([Ground::Evident, Ground::Vote].map(Step::Freeze));
        actions.extend([Ground::Evident, Ground::Vote].map(Step::Rollback));
        actions.extend([Step::Release, Step::Seal, Step::Execute, Step::Verify, Step::Ratify]);
        actions.extend([Step::Promote, Step::Thaw]);
        if walk.rollout.checks < CHECKS {
            actions.push(Step::Check);
        }
        if walk.ticks < TICKS {
            actions.push(Step::Tick);
        }
        if walk.slots < SLOTS {
            actions.push(Step::Slot);
        }
    }

    fn next_state(&self, walk: &Walk, step: Step) -> Option<Walk> {
        // An upgrade begins and goes on by its proposal.
        let needs_proposal =
            matches!(step, Step::Execute) || (matches!(step, Step::Freeze(_)) && walk.rollout.stage == Stage::Queued);
        if needs_proposal && !walk.alive {
            return None;
        }
        let rollout = self.step(walk, step).ok()?;
        let (before, before_bps) = (walk.rollout.stage, walk.rollout.canary_bps());
        let mut next = Walk { rollout, last: Some(step), before, before_bps, ..*walk };
        match step {
            Step::Claim { emergency, .. } => {
                (next.emergency, next.ratified) = (emergency, false);
                (next.alive, next.conserved, next.ended) = (true, true, None);
                next.upgrades = walk.upgrades.checked_add(1)?;
            }
            Step::ProposalDies => next.alive = false,
            Step::Ratify => next.ratified = true,
            Step::Freeze(_) => next.conserved = true,
            Step::Execute => {
                (next.previous, next.code, next.seen) = (walk.code, walk.upgrades, 0);
                next.alive = false;
            }
            Step::Lie => next.conserved = false,
            Step::Check => next.now.slot = walk.now.slot.checked_add(1)?,
            Step::Verify if !rollout.failed || before == Stage::RolledBack => {
                next.seen = walk.seen.checked_add(1)?;
                if rollout.stage == Stage::Idle {
                    next.ended = Some(Ended::RolledBack);
                }
            }
            Step::Rollback(_) => (next.code, next.seen) = (walk.previous, 0),
            Step::Promote if rollout.stage == Stage::Idle => next.ended = Some(Ended::Final),
            Step::Tick => {
                next.now = Moment {
                    slot: walk.now.slot.checked_add(TICK)?,
                    unix_s: walk.now.unix_s.checked_add_unsigned(TICK)?,
                };
                next.ticks = walk.ticks.checked_add(1)?;
            }
            Step::Slot => {
                next.now.slot = walk.now.slot.checked_add(1)?;
                next.slots = walk.slots.checked_add(1)?;
            }
            _ => {}
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(CODE, |_, walk: &Walk| {
                walk.last != Some(Step::Execute) || (walk.before == Stage::Sealed && walk.rollout.sealed == MARKETS)
            }),
            Property::always(ENDS, |model: &Self, walk: &Walk| {
                let Walk { rollout, now, .. } = walk;
                let period = u64::from(verify_s(DIVISOR));
                let over = now.slot >= rollout.since.slot.saturating_add(period)
                    && now.unix_s >= rollout.since.unix_s.saturating_add_unsigned(period);
                let rollback = rollout.rollback(Some(Ground::Evident), now, DIVISOR).is_ok();
                let closed = rollout.forward_only && rollout.stage == Stage::Executed;
                !rollout.stage.frozen() || !over || rollback || closed || model.step(walk, Step::Thaw).is_ok()
            }),
            Property::always(BACK, |_, walk: &Walk| {
                !matches!(walk.last, Some(Step::Rollback(_)))
                    || (walk.code == walk.previous && !walk.rollout.forward_only)
            }),
            Property::always(VERIFIED, |_, walk: &Walk| {
                let entered = walk.rollout.stage == Stage::Canary && walk.before == Stage::Executed;
                let ended = walk.ended.is_some() && matches!(walk.last, Some(Step::Verify | Step::Promote));
                (!entered && !ended) || walk.seen == MARKETS
            }),
            Property::always(CONSERVED, |_, walk: &Walk| walk.rollout.stage != Stage::Canary || walk.conserved),
            Property::always(CAPS, |_, walk: &Walk| {
                let grew = walk.last != Some(Step::Promote) || walk.rollout.canary_bps() > walk.before_bps;
                let whole = walk.before_bps == 10_000;
                (grew || whole) && CANARY_BPS.iter().all(|bps| *bps <= 10_000) && walk.rollout.canary_bps() <= 10_000
            }),
            Property::always(UNRATIFIED, |_, walk: &Walk| {
                let Walk { rollout, now, .. } = walk;
                let deadline = u64::from(RATIFY_S.div_ceil(DIVISOR.get()));
                let late = now.slot >= rollout.executed.slot.saturating_add(deadline)
                    && now.unix_s >= rollout.executed.unix_s.saturating_add_unsigned(deadline);
                let patched = walk.patched() && late && rollout.stage == Stage::Canary;
                let free = rollout.frozen_unix_s == 0 || now.unix_s > rollout.frozen_unix_s;
                !patched || !free || rollout.freeze(MARKETS, Some(Ground::Evident), now, DIVISOR).is_ok()
            }),
            Property::always(FREE, |model: &Self, walk: &Walk| {
                let free = walk.rollout.claim(Scope::Positions, false, false, Level::Normal, &walk.now).is_ok();
                let releases = walk.alive || model.step(walk, Step::Release).is_ok();
                match walk.rollout.stage {
                    Stage::Idle => free,
                    Stage::Queued => releases,
                    _ => true,
                }
            }),
            Property::sometimes(FINAL, |_, walk: &Walk| walk.ended == Some(Ended::Final)),
            Property::sometimes(RESTORED, |_, walk: &Walk| walk.ended == Some(Ended::RolledBack)),
        ]
    }
}

impl Walk {
    /// An emergency patch runs that nobody ratified: by this model's own memory of how it came and what was done since.
    const fn patched(&self) -> bool {
        self.emergency && !self.ratified
    }
}
