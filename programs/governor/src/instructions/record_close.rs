//! Gives the rent of an account's record back once its attempt is over.
use crate::state::{Ledger, Record, Rollout};
use crate::GovernorError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct RecordClose {
    /// Checked by the handler: the rollout that the ledger was for.
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor.
    #[account(mut)]
    pub ledger: Account<Ledger>,
    #[account(mut, close = payer, constraint = record.ledger == *ledger.address() @ GovernorError::RecordSwapped)]
    pub record: Account<Record>,
    #[account(mut, address = record.payer @ GovernorError::RecipientWrong)]
    pub payer: UncheckedAccount,
}

impl RecordClose {
    /// Authority: anyone, for whoever paid.
    /// Effects: the record is gone.
    /// Errors: `RolloutSwapped`, `NotOver`, `RecordSwapped`, `RecipientWrong`.
    pub fn record_close(&mut self) -> Result<()> {
        self.ledger.over(&self.rollout)?;
        let left = self.ledger.accounts_taken.get().checked_sub(1).ok_or(GovernorError::CounterOverflow)?;
        self.ledger.accounts_taken = left.into();
        Ok(())
    }
}

impl Ledger {
    /// Fails while the ledger may still be compared with.
    pub fn over(&self, rollout: &Rollout) -> Result<()> {
        require!(self.program == rollout.program, GovernorError::RolloutSwapped);
        let present = self.attempt.get() == rollout.attempt.get();
        require!(!(present && rollout.machine()?.stage.frozen()), GovernorError::NotOver);
        Ok(())
    }
}
