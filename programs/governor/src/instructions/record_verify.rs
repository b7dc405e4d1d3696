//! Verifies an account after the code was replaced.
use crate::account::{content, tokens_require, Tokens};
use crate::events::RecordChecked;
use crate::state::{now, Ledger, Record, Rollout};
use crate::GovernorError;
use abi::governor::SEALED;
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct RecordVerify {
    /// Checked by the handler: the rollout that the ledger is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any ledger of this governor whose rollout is to be verified.
    #[account(mut)]
    pub ledger: Account<Ledger>,
    #[account(mut, constraint = record.ledger == *ledger.address() @ GovernorError::RecordSwapped)]
    pub record: Account<Record>,
    #[account(address = record.account @ GovernorError::RecordAccountDiffers)]
    pub target: UncheckedAccount,
}

impl RecordVerify {
    /// Authority: anyone. The remaining accounts are the token accounts that the account named when it was recorded, in its order.
    /// Effects: counts the account if it is what the record says; if it is not, the upgrade has failed, which is recorded, and anybody may
    /// roll it back at once.
    /// Errors: `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `RecordSwapped`, `RecordVerified`, `RecordAccountDiffers`,
    /// `TokensSwapped`, and `RecordDiffers` under restored code, which wrote nothing.
    fn validate(&self) -> Result<()> {
        self.rollout.machine()?.may_verify(&now()?).map_err(GovernorError::from)?;
        self.ledger.current(&self.rollout)?;
        let again = self.record.verified_slot.get() == self.rollout.executed_slot.get();
        require!(!again, GovernorError::RecordVerified);
        Ok(())
    }

    /// INVARIANT(G-12): whether the account means what it meant. One that cannot be read any more is not what it was; of one that is, the
    /// token accounts that it names are asked for: others prove nothing against the code.
    fn equal(&self, remaining: &[AccountView]) -> Result<bool> {
        let (target, program) = (self.target.account(), &self.ledger.program);
        if !content(target, program).is_ok_and(|digest| digest == self.record.digest) {
            return Ok(false);
        }
        tokens_require(target, program, remaining)?;
        Ok(Tokens::of(remaining).is_ok_and(|tokens| tokens.keep(&self.record)))
    }

    pub fn record_verify(&mut self, remaining: &[AccountView]) -> Result<()> {
        self.validate()?;
        let (now, equal, machine) = (now()?, self.equal(remaining)?, self.rollout.machine()?);
        if equal {
            self.record.verified_slot = self.rollout.executed_slot;
            self.ledger.record_verified(&self.rollout)?;
        } else {
            require!(machine.stage == Stage::Executed, GovernorError::RecordDiffers);
            self.rollout.record(machine.fail(&now).map_err(GovernorError::from)?);
        }
        let (seq, account) = (self.ledger.accounts_verified.get(), self.record.account);
        emit!(RecordChecked { slot: now.slot, unix_s: now.unix_s, seq, ledger: self.record.ledger, account, equal });
        Ok(())
    }
}

impl Ledger {
    /// Counts an account for the code that runs; the count starts over with other code.
    fn record_verified(&mut self, rollout: &Rollout) -> Result<()> {
        let before = self.accounts_verified_under(rollout);
        if self.verified_slot.get() != rollout.executed_slot.get() {
            // What was verified under other code is not any more.
            self.sealed = SEALED;
        }
        self.accounts_verified = before.checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        self.verified_slot = rollout.executed_slot;
        Ok(())
    }

    /// Accounts verified since the code was last replaced.
    pub fn accounts_verified_under(&self, rollout: &Rollout) -> u64 {
        if self.verified_slot.get() == rollout.executed_slot.get() {
            self.accounts_verified.get()
        } else {
            0
        }
    }
}
