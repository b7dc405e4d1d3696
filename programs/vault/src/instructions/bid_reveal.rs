//! Opens a sealed bid.
use crate::errors::VaultError;
use crate::events::BidRevealed;
use crate::state::{Bid, Epoch, Vault};
use abi::vault::{bid_message, BID_COMMITTED, BID_REVEALED, EPOCH_AUCTION};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BidReveal {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(mut, constraint = bid.epoch == *epoch.address() @ VaultError::WrongBid)]
    pub bid: Account<Bid>,
}

impl BidReveal {
    /// Authority: whoever knows price and salt. At every level: a brake must cost nobody his bond.
    /// Errors: `VaultHeld`, `AuctionNotOpen`, `RevealNotOpen`, `RevealOver`, `BidNotSealed`, `CommitmentMismatch`, `BidBelowReserve`,
    /// `BidPriceOutOfBounds`.
    fn validate(&self, price_e6: u64, salt: &[u8; 32], now_unix_s: i64) -> Result<()> {
        let (epoch, bid) = (&self.epoch, &self.bid);
        require!(epoch.state == EPOCH_AUCTION, VaultError::AuctionNotOpen);
        require!(now_unix_s >= epoch.commit_ends_unix_s.get(), VaultError::RevealNotOpen);
        require!(now_unix_s < epoch.reveal_ends_unix_s.get(), VaultError::RevealOver);
        require!(bid.state == BID_COMMITTED, VaultError::BidNotSealed);
        let message = bid_message(&bid.address().to_bytes(), bid.lots.get(), price_e6, salt);
        require!(sha256(&message) == bid.commitment, VaultError::CommitmentMismatch);
        // A bid that was never meant to be served stays sealed, and loses its bond.
        require!(price_e6 >= epoch.reserve_price_e6.get(), VaultError::BidBelowReserve);
        require!(price_e6 <= epoch.escrow_price_e6.get(), VaultError::BidPriceOutOfBounds);
        Ok(())
    }

    pub fn bid_reveal(&mut self, price_e6: u64, salt: &[u8; 32]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(price_e6, salt, unix_s)?;

        self.bid.state = BID_REVEALED;
        self.bid.price_e6 = price_e6.into();
        self.vault.book_reveal(self.bid.place, price_e6)?;
        // BOUND: the book has 64 places.
        self.epoch.bids_revealed = self.epoch.bids_revealed.saturating_add(1);
        emit!(BidRevealed {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            bidder: self.bid.bidder,
            lots: self.bid.lots.get(),
            price_e6,
        });
        Ok(())
    }
}
