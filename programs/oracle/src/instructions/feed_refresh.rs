//! Takes what the pinned sources say into a feed.
use crate::events::FeedRefreshed;
use crate::state::Feed;
use crate::OracleError;
use anchor_lang::prelude::*;
use risk::feed::{aggregate, Aggregate, Moment, State};
use units::{Slot, UnixSeconds};

#[derive(Accounts)]
pub struct FeedRefresh {
    /// No seeds: only `feed_create` creates accounts of this kind, and the sources that follow are pinned by this one.
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
}

impl FeedRefresh {
    /// Authority: anyone. Then the feed's source accounts, all of them, in its order.
    /// Effects: credits the price that stood to averages and settlement buckets, then takes the new one. Sources that cannot be used are
    /// passed over, each with its reason kept; with too few left the price stays as it is and the severity says so.
    /// Errors: `FeedHeld`, `ClockBackwards`, and what `check_sources` finds wrong with the accounts.
    fn validate(&self, sources: &[AccountView], now: UnixSeconds) -> Result<()> {
        require!(now >= self.feed.checked(), OracleError::ClockBackwards);
        self.feed.check_sources(sources)
    }

    pub fn feed_refresh(&mut self, sources: &[AccountView]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let moment = Moment { now: UnixSeconds(unix_s), slot: Slot(slot) };
        self.validate(sources, moment.now)?;
        let feed = &mut *self.feed;
        let mut state = feed.state();
        feed.credit_until(&state, moment.now)?;
        let (found, newer) = feed.found(sources, &mut state, moment);
        let bucket_s = feed.bucket_s.get();
        state.take(&found, moment, newer, bucket_s);
        let current = risk::settlement::number_floor(moment.now, bucket_s).map_err(OracleError::from)?;
        state.variance.advance(current, |number| risk::settlement::mean(number, bucket_s, |place| feed.bucket(place)));
        feed.store(&state);
        let seq = feed.seq_next()?;
        emit!(FeedRefreshed {
            slot,
            unix_s,
            seq,
            feed: *self.feed.address(),
            price_e6: state.quote.price.0,
            confidence_e6: state.quote.half_width.0,
            severity: state.severity.byte(),
            flags: state.flags,
            refusals: self.feed.sources.each_ref().map(|source| source.refusal),
        });
        Ok(())
    }
}

impl Feed {
    /// Reads the sources and what they amount to; each source keeps its part in it.
    fn found(&mut self, sources: &[AccountView], state: &mut State, moment: Moment) -> (Aggregate, bool) {
        let bucket_s = self.bucket_s.get();
        state.stand(moment.now, bucket_s);
        let (readings, newer) = self.read_sources(sources, moment);
        let found = aggregate(&readings, state.average_at(moment.now, bucket_s), self.min_sources);
        for (source, place) in self.sources.iter_mut().zip(&found.places).take(sources.len()) {
            source.refusal = place.refusal.map_or(0, |refusal| refusal as u8);
            source.weight_bps = place.weight_bps.into();
        }
        (found, newer)
    }
}
