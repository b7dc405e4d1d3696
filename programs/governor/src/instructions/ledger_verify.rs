//! Counts a program's ledger as verified after all of its accounts.
use crate::events::LedgerChecked;
use crate::state::{now, Council, Ledger, Proposal, Rollout};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, VERIFIED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct LedgerVerify {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(mut, constraint = rollout.proposal.get() == proposal.id.get() @ GovernorError::RolloutOfAnother)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: the rollout that the ledger is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor whose rollout is to be verified.
    #[account(mut)]
    pub ledger: Account<Ledger>,
}

impl LedgerVerify {
    /// Authority: anyone.
    /// Effects: counts the ledger. With it, and with every market in margin, new code opens its canary steps and restored code ends the
    /// rollout. INVARIANT(G-11)
    /// Errors: `RolloutOfAnother`, `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `AccountsMissing`, `LedgerVerified`.
    fn validate(&self) -> Result<()> {
        self.rollout.machine()?.may_verify(&now()?).map_err(GovernorError::from)?;
        self.ledger.current(&self.rollout)?;
        let verified = self.ledger.accounts_verified_under(&self.rollout);
        require!(verified == self.ledger.accounts.get(), GovernorError::AccountsMissing);
        require!(self.ledger.sealed != VERIFIED, GovernorError::LedgerVerified);
        Ok(())
    }

    pub fn ledger_verify(&mut self) -> Result<()> {
        self.validate()?;
        self.ledger.sealed = VERIFIED;
        let next = self.rollout.machine()?.part_verify(&now()?).map_err(GovernorError::from)?;
        let stamp = self.rollout.advance(next, &mut self.council)?;
        if next.stage == Stage::Idle {
            self.proposal.state = State::RolledBack.byte();
        }
        let (program, accounts) = (self.ledger.program, self.ledger.accounts.get());
        emit!(LedgerChecked { slot: stamp.slot, unix_s: stamp.unix_s, seq: stamp.seq, program, accounts });
        Ok(())
    }
}
