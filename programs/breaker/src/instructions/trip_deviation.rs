//! Closes a market to new risk whose price has left its own five-minute mean behind.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError};
use anchor_lang::prelude::*;
use policy::{trip, Trigger};

#[derive(Accounts)]
pub struct TripDeviation {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's feed.
    pub feed: UncheckedAccount,
}

impl TripDeviation {
    /// Authority: anyone, while the feed's price is more than 10 % from its five-minute mean.
    /// Effects: raises the market to level 2, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `FeedUnreadable`, `PriceNotDeviant`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let feed = reads::feed(self.feed.account(), &market)?;
        require!(trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get()), BreakerError::PriceNotDeviant);
        Ok(())
    }

    pub fn trip_deviation(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::Deviation)
    }
}
