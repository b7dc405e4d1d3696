//! Gives the rent of a snapshot's page back once its attempt is over.
use crate::state::{Page, Rollout, Snapshot};
use crate::GovernorError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct PageClose {
    /// Checked by the handler: the rollout that the snapshot was for.
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(mut, close = payer, constraint = page.snapshot == *snapshot.address() @ GovernorError::PageSwapped)]
    pub page: Account<Page>,
    #[account(mut, address = page.payer @ GovernorError::RecipientWrong)]
    pub payer: UncheckedAccount,
}

impl PageClose {
    /// Authority: anyone, for whoever paid.
    /// Effects: the page is gone.
    /// Errors: `RolloutSwapped`, `NotOver`, `PageSwapped`, `RecipientWrong`.
    pub fn page_close(&mut self) -> Result<()> {
        self.snapshot.over(&self.rollout)?;
        let left = self.snapshot.pages_taken.get().checked_sub(1).ok_or(GovernorError::CounterOverflow)?;
        self.snapshot.pages_taken = left.into();
        Ok(())
    }
}

impl Snapshot {
    /// Fails while the snapshot may still be compared with.
    pub fn over(&self, rollout: &Rollout) -> Result<()> {
        require!(self.program == rollout.program, GovernorError::RolloutSwapped);
        let present = self.attempt.get() == rollout.attempt.get();
        require!(!(present && rollout.machine()?.stage.frozen()), GovernorError::NotOver);
        Ok(())
    }
}
