//! Closes a market to new risk whose feed is stale or down.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::{trip, Trigger};

#[derive(Accounts)]
pub struct TripSeverity {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's feed.
    pub feed: UncheckedAccount,
}

impl TripSeverity {
    /// Authority: anyone, while the feed is stale or down, or nobody has refreshed it for 10 minutes.
    /// Effects: raises the market to level 2, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `FeedUnreadable`, `FeedNotSevere`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let feed = reads::feed(self.feed.account(), &market)?;
        let (_, unix_s) = shared::now()?;
        // Whichever refresh came last: one that found no price counts as a look at the sources.
        let looked_unix_s = feed.checked_unix_s.get().max(feed.refreshed_unix_s.get());
        let is_severe = trip::is_severe(feed.severity, looked_unix_s, unix_s, TIME_DIVISOR);
        require!(is_severe, BreakerError::FeedNotSevere);
        Ok(())
    }

    pub fn trip_severity(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::Severity)
    }
}
