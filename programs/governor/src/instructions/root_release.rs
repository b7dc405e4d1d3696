//! Lets a root move again once its program's rollout needs it no more.
use crate::account::kind;
use crate::held::Hold;
use crate::state::{Council, Rollout};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct RootRelease {
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any rollout of this governor that is not frozen.
    pub rollout: Account<Rollout>,
    /// Checked by the handler: a root of the program's.
    #[account(mut)]
    pub target: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = rollout.program @ GovernorError::ProgramSwapped)]
    pub program: UncheckedAccount,
}

impl RootRelease {
    /// Authority: anyone. Until it is called the hold runs out by itself.
    /// Effects: what is under the root may change again.
    /// Errors: `FreezeRunning`, `RecordForeign`, `NotHeld`, `ProgramSwapped`, and the program's.
    fn validate(&self) -> Result<()> {
        require!(!self.rollout.machine()?.stage.frozen(), GovernorError::FreezeRunning);
        let kind = kind(self.target.account(), &self.rollout.program)?;
        require!(kind.is_held, GovernorError::NotHeld);
        Ok(())
    }

    pub fn root_release(&mut self) -> Result<()> {
        self.validate()?;
        let call = Hold { authority: self.governor_authority.cpi_handle(), root: self.target.cpi_handle_mut() };
        call.until(&self.rollout.program, 0, self.council.authority_bump)
    }
}
