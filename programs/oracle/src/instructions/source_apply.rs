//! Carries out a change of a feed's sources once its delay has run.
use crate::events::SourcesChanged;
use crate::state::{Feed, Source};
use crate::OracleError;
use abi::oracle::{CHANGE_ADD, CHANGE_NONE, CHANGE_REMOVE};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SourceApply {
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
}

impl SourceApply {
    /// Authority: anyone, once the delay has run.
    /// Effects: pins the waiting source behind the others, or drops the named one; the price and the averages stay.
    /// Errors: `FeedHeld`, `NoChangePending`, `ChangeTooEarly`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        require!(self.feed.change_kind != CHANGE_NONE, OracleError::NoChangePending);
        require!(now_unix_s >= self.feed.change_ready_unix_s.get(), OracleError::ChangeTooEarly);
        Ok(())
    }

    pub fn source_apply(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;
        self.feed.apply_change()?;
        self.feed.clear_change();
        emit!(SourcesChanged {
            slot,
            unix_s,
            seq: self.feed.seq_next()?,
            feed: *self.feed.address(),
            source_count: self.feed.source_count,
            sources: self.feed.sources.map(|source| source.address),
        });
        Ok(())
    }
}

impl Feed {
    fn apply_change(&mut self) -> Result<()> {
        let (count, place) = (usize::from(self.source_count), usize::from(self.change_place));
        match self.change_kind {
            CHANGE_ADD => {
                *self.sources.get_mut(count).ok_or(OracleError::SourcesFull)? = self.change_source;
                self.source_count = self.source_count.checked_add(1).ok_or(OracleError::SourcesFull)?;
            }
            CHANGE_REMOVE => {
                // Those behind it move up, so that no place between stays empty.
                let behind = self.sources.get_mut(place..count).ok_or(OracleError::SourcePlaceEmpty)?;
                behind.rotate_left(1);
                if let Some(last) = behind.last_mut() {
                    *last = Source::default();
                }
                self.source_count = self.source_count.checked_sub(1).ok_or(OracleError::SourcePlaceEmpty)?;
            }
            _ => return Err(OracleError::NoChangePending.into()),
        }
        Ok(())
    }

    /// Nothing waits any more.
    pub fn clear_change(&mut self) {
        self.change_kind = CHANGE_NONE;
        self.change_place = 0;
        self.change_ready_unix_s = 0.into();
        self.change_source = Source::default();
    }
}
