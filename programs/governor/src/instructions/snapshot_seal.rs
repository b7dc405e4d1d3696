//! Closes the snapshot of a market once every account is in it.
use crate::events::SnapshotSealed;
use crate::state::{Council, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, SEALED};
use abi::margin::Market;
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct SnapshotSeal {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the snapshot is for.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor that is being taken.
    #[account(mut)]
    pub snapshot: Account<Snapshot>,
    #[account(address = snapshot.market @ GovernorError::MarketUnreadable)]
    pub market: UncheckedAccount,
}

impl SnapshotSeal {
    /// Authority: anyone.
    /// Effects: the market counts as recorded; after the last one the code may be replaced. Every index is covered once: as many different
    /// accounts of the market are recorded as it has.
    /// Errors: `RolloutStageWrong`, `SnapshotStale`, `SnapshotSealed`, `PagesMissing`, `AccountsMissing`, `MarketUnreadable`.
    fn validate(&self) -> Result<()> {
        require!(self.rollout.machine()?.stage == Stage::Frozen, GovernorError::RolloutStageWrong);
        self.snapshot.current(&self.rollout)?;
        require!(self.snapshot.sealed == 0, GovernorError::SnapshotSealed);
        require!(self.snapshot.pages_taken.get() == self.snapshot.pages.get(), GovernorError::PagesMissing);
        require!(self.snapshot.accounts_taken.get() == self.snapshot.accounts.get(), GovernorError::AccountsMissing);
        Ok(())
    }

    pub fn snapshot_seal(&mut self) -> Result<()> {
        self.validate()?;
        let machine = self.rollout.machine()?.part_seal().map_err(GovernorError::from)?;
        let balanced = {
            let unreadable = |_| GovernorError::MarketUnreadable;
            let market = shared::read::<Market, _>(self.market.account(), &abi::ids::MARGIN, unreadable)?;
            self.snapshot.sums().balanced(&market)
        };
        self.snapshot.sealed = SEALED;
        self.snapshot.balanced = balanced.into();
        let stamp = self.rollout.advance(machine, &mut self.council)?;
        emit!(SnapshotSealed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            market: self.snapshot.market,
            attempt: self.snapshot.attempt.get(),
            accounts: self.snapshot.accounts.get(),
            digest: self.snapshot.digest,
            quote_atoms: self.snapshot.quote_atoms.get(),
            base_atoms: self.snapshot.base_atoms.get(),
            long_lots: self.snapshot.long_lots.get(),
            balanced,
        });
        Ok(())
    }
}
