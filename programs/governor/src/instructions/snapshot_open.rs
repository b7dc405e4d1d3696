//! Begins the snapshot of one market.
use crate::content::{market_content, tokens_atoms};
use crate::state::{Rollout, Snapshot, MIN_READER, VERSION};
use crate::GovernorError;
use abi::governor::SNAPSHOT_SEED;
use abi::margin::Market;
use anchor_lang::prelude::*;
use policy::rollout::Stage;
use policy::snapshot::{accounts_open, pages};

#[derive(Accounts)]
pub struct SnapshotOpen {
    #[account(mut)]
    pub payer: Signer,
    /// Any rollout of this governor that is taking a snapshot.
    pub rollout: Account<Rollout>,
    /// Checked by the handler: a market of margin.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's.
    pub quote_tokens: UncheckedAccount,
    /// Checked by the handler: the market's.
    pub base_tokens: UncheckedAccount,
    #[account(
        init,
        payer = payer,
        seeds = [SNAPSHOT_SEED, market.address().as_ref(), &rollout.attempt.get().to_le_bytes()],
        bump
    )]
    pub snapshot: Account<Snapshot>,
    pub system_program: Program<System>,
}

impl SnapshotOpen {
    /// Authority: anyone, who gets the rent back.
    /// Effects: records the market's content, what its vaults hold, and how many accounts and pages there are to record.
    /// Errors: `RolloutStageWrong`, `MarketUnreadable`, `TokensSwapped`, `MarketNotHeld`.
    pub fn snapshot_open(&mut self, bumps: &SnapshotOpenBumps) -> Result<()> {
        require!(self.rollout.machine()?.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
        let unreadable = |_| GovernorError::MarketUnreadable;
        let market = shared::read::<Market, _>(self.market.account(), &abi::ids::MARGIN, unreadable)?;
        let own = market.quote_tokens == *self.quote_tokens.address().as_array()
            && market.base_tokens == *self.base_tokens.address().as_array();
        require!(own, GovernorError::TokensSwapped);
        let held = !shared::is_free(market.held_until_unix_s.get());
        require!(held || self.rollout.machine()?.back, GovernorError::MarketNotHeld);
        self.snapshot.version = VERSION;
        self.snapshot.min_reader = MIN_READER;
        self.snapshot.bump = bumps.snapshot;
        self.snapshot.program = self.rollout.program;
        self.snapshot.market = *self.market.address();
        self.snapshot.quote_tokens = *self.quote_tokens.address();
        self.snapshot.base_tokens = *self.base_tokens.address();
        self.snapshot.payer = *self.payer.address();
        self.snapshot.attempt = self.rollout.attempt;
        self.snapshot.accounts = accounts_open(&market).into();
        self.snapshot.pages = u32::try_from(pages(&market)).map_err(|_| GovernorError::CounterOverflow)?.into();
        self.snapshot.digest = market_content(self.market.account())?;
        self.snapshot.quote_tokens_atoms = tokens_atoms(self.quote_tokens.account())?.into();
        self.snapshot.base_tokens_atoms = tokens_atoms(self.base_tokens.account())?.into();
        Ok(())
    }
}
