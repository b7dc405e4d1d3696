//! Takes the pinned source's price into a feed.
use crate::events::FeedRefreshed;
use crate::source::sample_read;
use crate::state::Feed;
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::feed::{accept, Limits, Quote, Sample, MAX_AGE_LIMIT_S, MAX_CONFIDENCE_LIMIT_BPS, SEVERITY_NORMAL};
use units::UnixSeconds;

#[derive(Accounts)]
pub struct FeedRefresh {
    /// No seeds: only `feed_create` creates accounts of this kind, and the source below is pinned by this one.
    #[account(mut)]
    pub feed: Account<Feed>,
    /// Checked by the handler against the feed.
    pub source: UncheckedAccount,
}

impl FeedRefresh {
    /// Authority: anyone.
    /// Effects: credits the price that stood to the settlement buckets, then takes the new one; an update of the second already held
    /// keeps the price and lets time count.
    /// Errors: `ClockBackwards`, each `Source...` error, and why the sample is refused; a refused sample changes nothing, and
    /// readers see the feed age.
    fn validate(&self, now: UnixSeconds) -> Result<(Sample, Quote)> {
        require!(now >= self.feed.refreshed(), OracleError::ClockBackwards);
        let sample = sample_read(self.feed.sources.first().ok_or(OracleError::SourceAddressMismatch)?, self.source.account())?;
        let limits = Limits { max_age_s: MAX_AGE_LIMIT_S, max_confidence_bps: MAX_CONFIDENCE_LIMIT_BPS };
        let [source, ..] = &self.feed.sources;
        let held = UnixSeconds(source.published_unix_s.get());
        let quote = accept(&sample, limits, held, now).map_err(OracleError::from)?;
        Ok((sample, quote))
    }

    pub fn feed_refresh(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let now = UnixSeconds(unix_s);
        let (sample, quote) = self.validate(now)?;
        let feed = &mut *self.feed;
        feed.credit_until(now)?;
        // INVARIANT(O-1): the price changes only together with a later publish time.
        let [source, ..] = &mut feed.sources;
        if sample.published.0 > source.published_unix_s.get() {
            feed.price_e6 = quote.price.0.into();
            feed.confidence_e6 = quote.half_width.0.into();
            source.published_unix_s = sample.published.0.into();
        }
        feed.severity = SEVERITY_NORMAL;
        feed.refreshed_unix_s = unix_s.into();
        feed.refreshed_slot = slot.into();
        let seq = feed.seq_next()?;
        emit!(FeedRefreshed {
            slot,
            unix_s,
            seq,
            feed: *self.feed.address(),
            price_e6: self.feed.price_e6.get(),
            confidence_e6: self.feed.confidence_e6.get(),
            published_unix_s: sample.published.0,
        });
        Ok(())
    }
}
