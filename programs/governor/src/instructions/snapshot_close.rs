//! Gives the rent of a market's snapshot back once its attempt is over.
use crate::state::{Rollout, Snapshot};
use crate::GovernorError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct SnapshotClose {
    /// Checked by the handler: the rollout that the snapshot was for.
    pub rollout: Account<Rollout>,
    #[account(mut, close = payer)]
    pub snapshot: Account<Snapshot>,
    #[account(mut, address = snapshot.payer @ GovernorError::RecipientWrong)]
    pub payer: UncheckedAccount,
}

impl SnapshotClose {
    /// Authority: anyone, for whoever paid, once its pages are closed.
    /// Effects: the snapshot is gone.
    /// Errors: `RolloutSwapped`, `NotOver`, `PagesOpen`, `RecipientWrong`.
    pub fn snapshot_close(&self) -> Result<()> {
        self.snapshot.over(&self.rollout)?;
        require!(self.snapshot.pages_taken.get() == 0, GovernorError::PagesOpen);
        Ok(())
    }
}
