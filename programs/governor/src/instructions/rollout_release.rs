//! Frees a program's rollout from a proposal that cannot be executed any more.
use crate::state::{now, Council, Proposal, Rollout};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct RolloutRelease {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the proposal that holds the rollout.
    pub proposal: Account<Proposal>,
    /// Any rollout of this governor.
    #[account(mut)]
    pub rollout: Account<Rollout>,
}

impl RolloutRelease {
    /// Authority: anyone.
    /// Effects: the next upgrade of the program can be queued.
    /// Errors: `RolloutOfAnother`, `RolloutStageWrong`, `ProposalAlive`.
    pub fn rollout_release(&mut self) -> Result<()> {
        self.rollout.held_by(&self.proposal)?;
        let gone = self.proposal.gone(&self.council, &now()?)?;
        let machine = self.rollout.machine()?.release(gone).map_err(GovernorError::from)?;
        self.rollout.advance(machine, &mut self.council)?;
        Ok(())
    }
}
