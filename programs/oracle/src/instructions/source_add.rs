//! Proposes a further source for a feed; it takes effect after a delay.
use crate::events::SourceChangeProposed;
use crate::guard::{listing_require, BRAKE};
use crate::state::{Config, Feed, Source};
use crate::{OracleError, SOURCE_DELAY_S};
use abi::config::CONFIG_SEED;
use abi::oracle::{CHANGE_ADD, CHANGE_NONE, SOURCES};
use anchor_lang::prelude::*;
use risk::feed::Moment;
use units::{Slot, UnixSeconds};

#[derive(Accounts)]
pub struct SourceAdd {
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(address = BRAKE @ OracleError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    /// Checked by the handler: an account of a supported program that is usable now.
    pub source: UncheckedAccount,
}

impl SourceAdd {
    /// Authority: the config's authority.
    /// Effects: the source waits for its delay; `source_apply` pins it.
    /// Errors: `FeedHeld`, `NotAuthority`, `LevelForbids`, `ChangePending`, `SourcesFull`, `SourceDoubled`, and why the source is not usable now.
    fn validate(&self, feed_id: [u8; 32], moment: Moment) -> Result<Source> {
        listing_require(self.brake.account(), moment.now.0)?;
        require!(self.feed.change_kind == CHANGE_NONE, OracleError::ChangePending);
        require!(usize::from(self.feed.source_count) < SOURCES, OracleError::SourcesFull);
        let doubled = self.feed.pinned().any(|source| source.address == *self.source.address());
        require!(!doubled, OracleError::SourceDoubled);
        Source::pinned(self.source.account(), feed_id, moment)
    }

    pub fn source_add(&mut self, feed_id: [u8; 32]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let source = self.validate(feed_id, Moment { now: UnixSeconds(unix_s), slot: Slot(slot) })?;
        let ready_unix_s = unix_s.saturating_add(SOURCE_DELAY_S);
        self.feed.change_kind = CHANGE_ADD;
        self.feed.change_place = self.feed.source_count;
        self.feed.change_ready_unix_s = ready_unix_s.into();
        self.feed.change_source = source;
        emit!(SourceChangeProposed {
            slot,
            unix_s,
            seq: self.feed.seq_next()?,
            feed: *self.feed.address(),
            change: CHANGE_ADD,
            source: source.address,
            ready_unix_s,
        });
        Ok(())
    }
}
