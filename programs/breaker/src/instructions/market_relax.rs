//! A market's level comes down one step by itself.
use crate::events::LevelRelaxed;
use crate::state::Custody;
use crate::{reads, BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::{trip, Level};

#[derive(Accounts)]
pub struct MarketRelax {
    /// No seeds: only `custody_open` creates accounts of this kind.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's feed.
    pub feed: UncheckedAccount,
}

impl MarketRelax {
    /// Authority: anyone, after 30 quiet minutes at level 2 with the last 10 samples good, or a quiet hour at level 1; a guardian's trip
    /// after its six hours.
    /// Effects: level 2 becomes 1, level 1 becomes 0.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `FeedUnreadable`, `CauseStands`, `CooldownRunning`, `SamplesTooFew`, `LevelNotDownward`, `FreezeStands`.
    fn validate(&self, unix_s: i64) -> Result<u32> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let feed = reads::feed(self.feed.account(), &market)?;
        let stands = match self.custody.latch()?.level_in_force(unix_s) {
            Level::Throttle => trip::is_volatile(feed.variance_1h_e12.get(), feed.variance_24h_e12.get()),
            _ => {
                let looked_unix_s = feed.checked_unix_s.get().max(feed.refreshed_unix_s.get());
                trip::is_severe(feed.severity, looked_unix_s, unix_s, TIME_DIVISOR)
                    || trip::is_deviant(feed.price_e6.get(), feed.ema_e6.get())
                    || market.open_interest_lots.get() > self.custody.limits.open_interest_cap_lots.get()
            }
        };
        require!(!stands, BreakerError::CauseStands);
        Ok(feed.normal_samples.get())
    }

    pub fn market_relax(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let good_samples = self.validate(unix_s)?;
        let latch = self.custody.latch()?.rest(good_samples, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
        self.custody.record(latch);
        let (seq, scope) = (self.custody.seq_next()?, *self.custody.address());
        emit!(LevelRelaxed { slot, unix_s, seq, scope, level: latch.level.byte() });
        Ok(())
    }
}
