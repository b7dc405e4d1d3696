//! Takes new code to its next canary step, and from the last one to the end.
use crate::state::{level, now, Council, Proposal, Rollout};
use crate::{GovernorError, TIME_DIVISOR};
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::Promotion;
use policy::{Level, Scope};

#[derive(Accounts)]
pub struct CanaryPromote {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the proposal that holds the rollout.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Any rollout of this governor on a canary step.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    #[account(address = crate::BRAKE @ GovernorError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl CanaryPromote {
    /// Authority: anyone, once the step's time and checks are met and the brake is off.
    /// Effects: larger caps; from the last step, the upgrade is final and the rollout is free.
    /// Errors: `RolloutOfAnother`, `RolloutStageWrong`, `PatchUnratified`, `BrakeOn`, `DwellRemains`, `ChecksMissing`.
    pub fn canary_promote(&mut self) -> Result<()> {
        self.rollout.held_by(&self.proposal)?;
        let (machine, now) = (self.rollout.machine()?, now()?);
        // Code that no position depends on may be upgraded before there is a brake.
        let level = match machine.scope {
            Scope::Positions => level(self.brake.account(), now.unix_s)?,
            Scope::Code => level(self.brake.account(), now.unix_s).unwrap_or(Level::Normal),
        };
        let (next, promotion) = machine.promote(level, &now, TIME_DIVISOR).map_err(GovernorError::from)?;
        if promotion == Promotion::Finalised {
            self.proposal.state = State::Finalised.byte();
        }
        self.rollout.advance(next, &mut self.council)?;
        Ok(())
    }
}
