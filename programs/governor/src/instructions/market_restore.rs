//! Writes back a market that failed code changed.
use crate::content::{market_content, sha256};
use crate::events::AccountWrittenBack;
use crate::margin::{self, Restore};
use crate::state::{now, Council, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use abi::loader::BUFFER_HEADER_LEN;
use abi::margin::Market;
use abi::Layout;
use anchor_lang::prelude::*;
use policy::snapshot::market_digest;

#[derive(Accounts)]
pub struct MarketRestore {
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the rollout that the snapshot is for.
    pub rollout: Account<Rollout>,
    /// Any snapshot of this governor whose rollout went back.
    pub snapshot: Account<Snapshot>,
    #[account(mut, address = snapshot.market @ GovernorError::MarketUnreadable)]
    pub market: UncheckedAccount,
    /// Checked by the handler: holds the market as it was, after a buffer's header.
    pub preimage: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = margin::ID @ GovernorError::NotMargin)]
    pub margin: UncheckedAccount,
    pub system_program: Program<System>,
}

/// Where the market begins in the preimage.
const AT: u32 = 37;
const _: () = assert!(AT as usize == BUFFER_HEADER_LEN);

impl MarketRestore {
    /// Authority: anyone, once the code from before the upgrade runs again.
    /// Effects: the market is what it was. INVARIANT(G-12)
    /// Errors: `RolloutStageWrong`, `ExecutedThisSlot`, `SnapshotStale`, `MarketUnreadable`, `PreimageWrong`, `AccountIntact`, `NotMargin`,
    /// and margin's.
    fn validate(&self) -> Result<()> {
        self.rollout.restoring(&self.snapshot)?;
        require!(self.recorded()? == self.snapshot.digest, GovernorError::PreimageWrong);
        let changed = !market_content(self.market.account()).is_ok_and(|digest| digest == self.snapshot.digest);
        require!(changed, GovernorError::AccountIntact);
        Ok(())
    }

    /// The digest of the market in the preimage.
    fn recorded(&self) -> Result<[u8; 32]> {
        let data = self.preimage.account().try_borrow()?;
        let image = data.get(BUFFER_HEADER_LEN..).ok_or(GovernorError::PreimageWrong)?;
        require!(image.len() == Market::SPACE, GovernorError::PreimageWrong);
        let program = margin::ID.as_array();
        let market = abi::read::<Market>(program, program, image).map_err(|_| GovernorError::PreimageWrong)?;
        Ok(market_digest(self.market.address().as_array(), market, sha256))
    }

    pub fn market_restore(&mut self) -> Result<()> {
        self.validate()?;
        let (now, account) = (now()?, *self.market.address());
        let snapshot = *self.snapshot.address();
        emit!(AccountWrittenBack { slot: now.slot, unix_s: now.unix_s, seq: 0, snapshot, number: u32::MAX, account });
        let call = Restore {
            authority: self.governor_authority.cpi_handle(),
            payer: self.payer.cpi_handle_mut(),
            target: self.market.cpi_handle_mut(),
            preimage: self.preimage.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        call.market(AT, self.council.authority_bump)
    }
}
