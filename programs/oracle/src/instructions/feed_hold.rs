//! Makes a feed and everything under it stand still while the program's code is replaced.
use crate::events::FeedHeld;
use crate::state::Feed;
use crate::OracleError;
use anchor_lang::prelude::*;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct FeedHold {
    #[account(address = GOVERNOR @ OracleError::NotGovernor)]
    pub authority: Signer,
    #[account(mut)]
    pub feed: Account<Feed>,
}

impl FeedHold {
    /// Authority: the governor's PDA, whose program calls this when it records the feed and when the rollout is over.
    /// Effects: nothing of the feed changes before then; 0 ends it. It ends by itself: the governor's freeze has an end.
    /// Errors: `NotGovernor`.
    pub fn feed_hold(&mut self, until_unix_s: i64) -> Result<()> {
        self.feed.held_until_unix_s = until_unix_s.into();
        let (slot, unix_s) = shared::now()?;
        let seq = self.feed.seq.get();
        emit!(FeedHeld { slot, unix_s, seq, feed: *self.feed.address(), until_unix_s });
        Ok(())
    }
}
