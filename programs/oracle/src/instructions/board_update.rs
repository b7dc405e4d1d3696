//! Proposes other publishers, another threshold or another bound on moves; it takes effect after a delay.
use crate::board::Terms;
use crate::events::BoardChangeProposed;
use crate::state::{Board, Config, Feed};
use crate::{OracleError, SOURCE_DELAY_S};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BoardUpdate {
    #[account(address = config.authority @ OracleError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    /// Says whether anything of it may change.
    #[account(address = board.feed @ OracleError::BoardOfAnotherFeed, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    #[account(mut)]
    pub board: Account<Board>,
}

impl BoardUpdate {
    /// Authority: the config's authority.
    /// Effects: the change waits for its delay, in the place of one that waited; `board_apply` carries it out. The same terms as now
    /// take a waiting change back.
    /// Errors: `BoardOfAnotherFeed`, `FeedHeld`, `NotAuthority`, `PublishersOutOfRange`, `PublisherDoubled`, `ThresholdOutOfRange`, `MoveBoundOutOfRange`.
    pub fn board_update(&mut self, terms: &Terms) -> Result<()> {
        terms.check()?;
        let (slot, unix_s) = shared::now()?;
        let ready_unix_s = unix_s.saturating_add(SOURCE_DELAY_S);
        (self.board.next_publishers, self.board.next_count) = terms.stored()?;
        (self.board.next_threshold, self.board.next_move_bps) = (terms.threshold, terms.move_bps.into());
        self.board.next_ready_unix_s = ready_unix_s.into();
        emit!(BoardChangeProposed {
            slot,
            unix_s,
            seq: self.board.seq_next()?,
            board: *self.board.address(),
            threshold: terms.threshold,
            move_bps: terms.move_bps,
            publishers: self.board.next_publishers,
            ready_unix_s,
        });
        Ok(())
    }
}
