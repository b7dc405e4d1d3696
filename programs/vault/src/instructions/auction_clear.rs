//! Ends an auction: one price for all who are served, from the revealed bids and nothing else.
use crate::errors::VaultError;
use crate::events::AuctionCleared;
use crate::state::{Epoch, Vault};
use abi::vault::{EPOCH_AUCTION, EPOCH_LIVE};
use anchor_lang::prelude::*;
use risk::vault::{clear, Clearing};
use units::PriceE6;

#[derive(Accounts)]
pub struct AuctionClear {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
}

impl AuctionClear {
    /// Authority: anyone, once the reveal phase is over, at every level: it moves nothing. Each bid is then settled by itself.
    /// Errors: `VaultHeld`, `AuctionNotOpen`, `AuctionNotOver`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        require!(self.epoch.state == EPOCH_AUCTION, VaultError::AuctionNotOpen);
        require!(now_unix_s >= self.epoch.reveal_ends_unix_s.get(), VaultError::AuctionNotOver);
        Ok(())
    }

    pub fn auction_clear(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;
        let epoch = &self.epoch;
        // What has expired cannot be sold: the epoch goes on unsold, so that no outage can hold it (V-7).
        let clearing = if unix_s < epoch.expiry_unix_s.get() {
            let mut book = self.vault.entries(epoch.bids_committed);
            clear(&mut book, epoch.offered_lots.get(), PriceE6(epoch.reserve_price_e6.get()))
        } else {
            Clearing::default()
        };

        let epoch = &mut self.epoch;
        epoch.state = EPOCH_LIVE;
        epoch.clearing_price_e6 = clearing.price.0.into();
        epoch.marginal_lots = clearing.marginal_lots.into();
        epoch.marginal_fill_lots = clearing.marginal_fill_lots.into();
        epoch.cleared_lots = clearing.sold_lots.into();
        emit!(AuctionCleared {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bids: self.epoch.bids_committed,
            revealed: self.epoch.bids_revealed,
            price_e6: clearing.price.0,
            sold_lots: clearing.sold_lots,
        });
        Ok(())
    }
}
