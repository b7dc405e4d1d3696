//! Closes a market to new risk whose open interest has passed its cap.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError};
use anchor_lang::prelude::*;
use policy::Trigger;

#[derive(Accounts)]
pub struct TripOi {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
}

impl TripOi {
    /// Authority: anyone, while the market's open interest is above its cap.
    /// Effects: raises the market to level 2, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `OpenInterestWithinCap`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let cap_lots = self.custody.limits.open_interest_cap_lots.get();
        require!(market.open_interest_lots.get() > cap_lots, BreakerError::OpenInterestWithinCap);
        Ok(())
    }

    pub fn trip_oi(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::OpenInterest)
    }
}
