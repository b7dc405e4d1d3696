//! Creates a feed's board of surface publishers.
use crate::board::Terms;
use crate::events::BoardChanged;
use crate::guard::{listing_require, BRAKE};
use crate::state::{Board, Config, Feed, MIN_READER, VERSION};
use crate::OracleError;
use abi::config::CONFIG_SEED;
use abi::oracle::BOARD_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BoardCreate {
    #[account(mut)]
    pub payer: Signer,
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(address = BRAKE @ OracleError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// No seeds: only `feed_create` creates accounts of this kind, and the board is bound to this one.
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    #[account(init, payer = payer, seeds = [BOARD_SEED, feed.address().as_ref()], bump)]
    pub board: Account<Board>,
    pub system_program: Program<System>,
}

impl BoardCreate {
    /// Authority: the config's authority.
    /// Effects: the publishers, how many of them must sign together, and how fast they may move a surface.
    /// Errors: `FeedHeld`, `NotAuthority`, `LevelForbids`, `PublishersOutOfRange`, `PublisherDoubled`, `ThresholdOutOfRange`, `MoveBoundOutOfRange`.
    fn validate(&self, terms: &Terms, now_unix_s: i64) -> Result<()> {
        listing_require(self.brake.account(), now_unix_s)?;
        terms.check()
    }

    pub fn board_create(&mut self, terms: &Terms, bumps: &BoardCreateBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(terms, unix_s)?;
        self.feed.record_opened()?;
        self.board.version = VERSION;
        self.board.min_reader = MIN_READER;
        self.board.bump = bumps.board;
        self.board.feed = *self.feed.address();
        (self.board.threshold, self.board.move_bps) = (terms.threshold, terms.move_bps.into());
        (self.board.publishers, self.board.publisher_count) = terms.stored()?;
        emit!(BoardChanged {
            slot,
            unix_s,
            seq: self.board.seq_next()?,
            board: *self.board.address(),
            feed: *self.feed.address(),
            threshold: terms.threshold,
            move_bps: terms.move_bps,
            publishers: self.board.publishers,
        });
        Ok(())
    }
}
