//! Makes a market and everything under it stand still while the program's code is replaced.
use crate::errors::MarginError;
use crate::events::MarketHeld;
use crate::state::Market;
use anchor_lang::prelude::*;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct MarketHold {
    #[account(address = GOVERNOR @ MarginError::NotGovernor)]
    pub authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
}

impl MarketHold {
    /// Authority: the governor's PDA, whose program calls this when it records the market and when the rollout is over.
    /// Effects: nothing of the market changes before then; 0 ends it. It ends by itself: the governor's freeze has an end.
    /// Errors: `NotGovernor`.
    pub fn market_hold(&mut self, until_unix_s: i64) -> Result<()> {
        self.market.held_until_unix_s = until_unix_s.into();
        let (slot, unix_s) = shared::now()?;
        let seq = self.market.seq.get();
        emit!(MarketHeld { slot, unix_s, seq, market: *self.market.address(), until_unix_s });
        Ok(())
    }
}
