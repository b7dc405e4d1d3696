//! Throttles a market whose feed shows an hour far more volatile than the day.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError};
use anchor_lang::prelude::*;
use policy::{trip, Trigger};

#[derive(Accounts)]
pub struct TripVolatility {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's feed.
    pub feed: UncheckedAccount,
}

impl TripVolatility {
    /// Authority: anyone, while the feed's realised volatility of the last hour is 3 times the last day's or more.
    /// Effects: raises the market to level 1, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `FeedUnreadable`, `VolatilityNotHigh`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let feed = reads::feed(self.feed.account(), &market)?;
        let is_volatile = trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get());
        require!(is_volatile, BreakerError::VolatilityNotHigh);
        Ok(())
    }

    pub fn trip_volatility(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::Volatility)
    }
}
