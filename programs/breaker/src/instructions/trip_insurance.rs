//! Freezes a market whose insurance has lost a large part of the day's mark.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::{trip, Trigger};

#[derive(Accounts)]
pub struct TripInsurance {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
}

impl TripInsurance {
    /// Authority: anyone, while the insurance is below 70 % of a mark that is at most a day old.
    /// Effects: raises the market to level 3, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `InsuranceMarkStale`, `InsuranceNotDrawnDown`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let (_, unix_s) = shared::now()?;
        let custody = &self.custody;
        let serves = trip::mark_serves(custody.insurance_mark_unix_s.get(), unix_s, TIME_DIVISOR);
        require!(serves, BreakerError::InsuranceMarkStale);
        let is_drawn_down = trip::is_drawn_down(market.insurance_atoms.get(), custody.insurance_mark_atoms.get());
        require!(is_drawn_down, BreakerError::InsuranceNotDrawnDown);
        Ok(())
    }

    pub fn trip_insurance(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::Insurance)
    }
}
