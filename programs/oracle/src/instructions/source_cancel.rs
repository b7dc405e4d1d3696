//! Takes back a change of a feed's sources that has not been carried out.
use crate::events::SourceChangeCancelled;
use crate::state::{Config, Feed};
use crate::OracleError;
use abi::config::CONFIG_SEED;
use abi::oracle::CHANGE_NONE;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SourceCancel {
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
}

impl SourceCancel {
    /// Authority: the config's authority.
    /// Effects: nothing waits any more.
    /// Errors: `FeedHeld`, `NotAuthority`, `NoChangePending`.
    fn validate(&self) -> Result<()> {
        require!(self.feed.change_kind != CHANGE_NONE, OracleError::NoChangePending);
        Ok(())
    }

    pub fn source_cancel(&mut self) -> Result<()> {
        self.validate()?;
        self.feed.clear_change();
        let (slot, unix_s) = shared::now()?;
        emit!(SourceChangeCancelled { slot, unix_s, seq: self.feed.seq_next()?, feed: *self.feed.address() });
        Ok(())
    }
}
