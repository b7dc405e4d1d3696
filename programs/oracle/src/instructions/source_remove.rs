//! Proposes to drop a source of a feed; it takes effect after a delay.
use crate::events::SourceChangeProposed;
use crate::state::{Config, Feed, Source};
use crate::{OracleError, SOURCE_DELAY_S};
use abi::config::CONFIG_SEED;
use abi::oracle::{CHANGE_NONE, CHANGE_REMOVE};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SourceRemove {
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
}

impl SourceRemove {
    /// Authority: the config's authority. No level is asked: a source that has gone bad may leave a feed at any.
    /// Effects: the removal waits for its delay; `source_apply` carries it out.
    /// Errors: `FeedHeld`, `NotAuthority`, `ChangePending`, `SourcePlaceEmpty`, `SourcesTooFew`.
    fn validate(&self, place: u8) -> Result<Source> {
        require!(self.feed.change_kind == CHANGE_NONE, OracleError::ChangePending);
        let source = self.feed.pinned().nth(usize::from(place)).copied().ok_or(OracleError::SourcePlaceEmpty)?;
        require!(self.feed.source_count > self.feed.min_sources, OracleError::SourcesTooFew);
        Ok(source)
    }

    pub fn source_remove(&mut self, place: u8) -> Result<()> {
        let source = self.validate(place)?;
        let (slot, unix_s) = shared::now()?;
        let ready_unix_s = unix_s.saturating_add(SOURCE_DELAY_S);
        self.feed.change_kind = CHANGE_REMOVE;
        self.feed.change_place = place;
        self.feed.change_ready_unix_s = ready_unix_s.into();
        self.feed.change_source = Source::default();
        emit!(SourceChangeProposed {
            slot,
            unix_s,
            seq: self.feed.seq_next()?,
            feed: *self.feed.address(),
            change: CHANGE_REMOVE,
            source: source.address,
            ready_unix_s,
        });
        Ok(())
    }
}
