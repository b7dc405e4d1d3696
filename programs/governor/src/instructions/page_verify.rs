//! Verifies a page of accounts after the code was replaced.
use crate::content::{keys_digest, Content};
use crate::events::PageChecked;
use crate::state::{now, Page, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::SEALED;
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct PageVerify {
    /// Checked by the handler: the rollout that the snapshot is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor whose rollout is to be verified.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(mut, constraint = page.snapshot == *snapshot.address() @ GovernorError::PageSwapped)]
    pub page: Account<Page>,
}

impl PageVerify {
    /// Authority: anyone. The remaining accounts are the page's, in its order.
    /// Effects: counts the page if every account is what the snapshot says; if one is not, the upgrade has failed, which is recorded, and
    /// anybody may roll it back at once.
    /// Errors: `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `PageSwapped`, `PageVerified`, `PageAccountsDiffer`, and
    /// `PageDiffers` under restored code, which wrote nothing.
    fn validate(&self, remaining: &[AccountView]) -> Result<()> {
        self.rollout.machine()?.may_verify(&now()?).map_err(GovernorError::from)?;
        self.snapshot.current(&self.rollout)?;
        let executed_slot = self.rollout.executed_slot.get();
        require!(self.page.verified_slot.get() != executed_slot, GovernorError::PageVerified);
        // Other accounts prove nothing against the code.
        require!(keys_digest(remaining) == self.page.keys_digest, GovernorError::PageAccountsDiffer);
        Ok(())
    }

    pub fn page_verify(&mut self, remaining: &[AccountView]) -> Result<()> {
        self.validate(remaining)?;
        let (now, number) = (now()?, self.page.number.get());
        let content = Content::of(remaining, &self.snapshot.market, number);
        // INVARIANT(G-12): what an account means is what it meant. One that cannot be read any more is not what it was.
        let equal = content.is_ok_and(|content| content.digest == self.page.digest);
        let machine = self.rollout.machine()?;
        if equal {
            self.page.verified_slot = self.rollout.executed_slot;
            self.snapshot.page_verified(&self.rollout)?;
        } else {
            require!(machine.stage == Stage::Executed, GovernorError::PageDiffers);
            self.rollout.record(machine.fail(&now).map_err(GovernorError::from)?);
        }
        let seq = self.snapshot.pages_verified.get().into();
        emit!(PageChecked { slot: now.slot, unix_s: now.unix_s, seq, snapshot: self.page.snapshot, number, equal });
        Ok(())
    }
}

impl Snapshot {
    /// Counts a page for the code that runs; the count starts over with other code, and so does what was said of the market.
    fn page_verified(&mut self, rollout: &Rollout) -> Result<()> {
        let before = self.pages_verified_under(rollout);
        if self.verified_slot.get() != rollout.executed_slot.get() {
            // What was verified under other code is not any more.
            self.sealed = SEALED;
        }
        self.pages_verified = before.checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        self.verified_slot = rollout.executed_slot;
        Ok(())
    }

    /// Pages verified since the code was last replaced.
    pub fn pages_verified_under(&self, rollout: &Rollout) -> u32 {
        if self.verified_slot.get() == rollout.executed_slot.get() {
            self.pages_verified.get()
        } else {
            0
        }
    }
}
