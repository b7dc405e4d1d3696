//! Makes a custody and everything under it stand still while the program's code is replaced.
use crate::events::CustodyHeld;
use crate::state::Custody;
use crate::BreakerError;
use anchor_lang::prelude::*;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct CustodyHold {
    #[account(address = GOVERNOR @ BreakerError::NotGovernor)]
    pub authority: Signer,
    #[account(mut)]
    pub custody: Account<Custody>,
}

impl CustodyHold {
    /// Authority: the governor's PDA, whose program calls this when it records the custody and when the rollout is over.
    /// Effects: nothing of the custody changes before then; 0 ends it. It ends by itself: the governor's freeze has an end.
    /// Errors: `NotGovernor`.
    pub fn custody_hold(&mut self, until_unix_s: i64) -> Result<()> {
        self.custody.held_until_unix_s = until_unix_s.into();
        let (slot, unix_s) = shared::now()?;
        let seq = self.custody.seq.get();
        emit!(CustodyHeld { slot, unix_s, seq, custody: *self.custody.address(), until_unix_s });
        Ok(())
    }
}
