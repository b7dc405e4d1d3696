//! Closes the record of a program's accounts once every account is in it.
use crate::events::LedgerSealed;
use crate::state::{Council, Ledger, Rollout};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, SEALED};
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct LedgerSeal {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the ledger is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor that is being taken.
    #[account(mut)]
    pub ledger: Account<Ledger>,
}

impl LedgerSeal {
    /// Authority: anyone.
    /// Effects: the ledger counts as recorded. INVARIANT(G-11): every account is in it once, as there is a record for each and there are as
    /// many as the roots count.
    /// Errors: `RolloutStageWrong`, `SnapshotStale`, `SnapshotSealed`, `RootsMissing`, `AccountsMissing`.
    fn validate(&self) -> Result<()> {
        require!(self.rollout.machine()?.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
        self.ledger.current(&self.rollout)?;
        require!(self.ledger.sealed == 0, GovernorError::SnapshotSealed);
        require!(self.ledger.roots_taken.get() == self.ledger.roots.get(), GovernorError::RootsMissing);
        require!(self.ledger.accounts_taken.get() == self.ledger.accounts.get(), GovernorError::AccountsMissing);
        Ok(())
    }

    pub fn ledger_seal(&mut self) -> Result<()> {
        self.validate()?;
        let machine = self.rollout.machine()?.part_seal().map_err(GovernorError::from)?;
        self.ledger.sealed = SEALED;
        let stamp = self.rollout.advance(machine, &mut self.council)?;
        emit!(LedgerSealed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            program: self.ledger.program,
            attempt: self.ledger.attempt.get(),
            roots: self.ledger.roots.get(),
            accounts: self.ledger.accounts.get(),
        });
        Ok(())
    }
}
