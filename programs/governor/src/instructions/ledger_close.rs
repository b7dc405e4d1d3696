//! Gives the rent of a ledger back once its attempt is over.
use crate::state::{Ledger, Rollout};
use crate::GovernorError;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct LedgerClose {
    /// Checked by the handler: the rollout that the ledger was for.
    pub rollout: Account<Rollout>,
    #[account(mut, close = payer)]
    pub ledger: Account<Ledger>,
    #[account(mut, address = ledger.payer @ GovernorError::RecipientWrong)]
    pub payer: UncheckedAccount,
}

impl LedgerClose {
    /// Authority: anyone, for whoever paid, once its records are closed.
    /// Effects: the ledger is gone.
    /// Errors: `RolloutSwapped`, `NotOver`, `PagesOpen`, `RecipientWrong`.
    pub fn ledger_close(&self) -> Result<()> {
        self.ledger.over(&self.rollout)?;
        require!(self.ledger.accounts_taken.get() == 0, GovernorError::PagesOpen);
        Ok(())
    }
}
