//! Carries out a change of a board once its delay has run.
use crate::events::BoardChanged;
use crate::state::{Board, Feed};
use crate::OracleError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BoardApply {
    /// Says whether anything of it may change.
    #[account(address = board.feed @ OracleError::BoardOfAnotherFeed, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    #[account(mut)]
    pub board: Account<Board>,
}

impl BoardApply {
    /// Authority: anyone, once the delay has run.
    /// Effects: what waited holds; surfaces stay as they are.
    /// Errors: `BoardOfAnotherFeed`, `FeedHeld`, `NoChangePending`, `ChangeTooEarly`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        require!(self.board.next_count > 0, OracleError::NoChangePending);
        require!(now_unix_s >= self.board.next_ready_unix_s.get(), OracleError::ChangeTooEarly);
        Ok(())
    }

    pub fn board_apply(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;
        let board = &mut *self.board;
        board.publishers = board.next_publishers;
        board.publisher_count = board.next_count;
        board.threshold = board.next_threshold;
        board.move_bps = board.next_move_bps;
        board.next_publishers = [Address::default(); abi::oracle::PUBLISHERS];
        (board.next_count, board.next_threshold) = (0, 0);
        (board.next_move_bps, board.next_ready_unix_s) = (0.into(), 0.into());
        emit!(BoardChanged {
            slot,
            unix_s,
            seq: self.board.seq_next()?,
            board: *self.board.address(),
            feed: self.board.feed,
            threshold: self.board.threshold,
            move_bps: self.board.move_bps.get(),
            publishers: self.board.publishers,
        });
        Ok(())
    }
}
