//! Settles one bid of a cleared auction: premium and options change hands, or a bond is lost; the rest of the escrow is the bidder's.
use crate::errors::VaultError;
use crate::margin::{AccountTransfer, SeriesWrite, Written};
use crate::reads::{self, Delivery, BRAKE, MARGIN};
use crate::settlement::{Settlement, Sources};
use crate::state::{Bid, Epoch, Vault};
use abi::vault::DELIVERY_LOTS;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BidSettle {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(mut, constraint = bid.epoch == *epoch.address() @ VaultError::WrongBid)]
    pub bid: Account<Bid>,
    #[account(mut, address = bid.holder @ VaultError::WrongHolder)]
    pub holder: UncheckedAccount,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    #[account(mut, address = epoch.expiry @ VaultError::WrongExpiry)]
    pub expiry: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Pinned by the margin program, and here where a price is needed.
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// Pinned by the margin program.
    pub custody: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
}

impl BidSettle {
    /// Authority: anyone, once the auction is cleared; a bid for tokens, too, where nothing is delivered, so that no bid depends on a mint.
    /// Errors: `VaultHeld`, those of `Sources`, `DeliveredAsTokens`, and margin's, where options are delivered: then it can be tried again,
    /// until the expiry, after which every escrow goes back.
    fn validate(&self, stamp: (u64, i64)) -> Result<Settlement> {
        let sources = Sources {
            vault: &self.vault,
            epoch: &self.epoch,
            bid: &self.bid,
            market: self.market.account(),
            trading: self.trading_account.account(),
            quote_mint: self.quote_mint.address(),
            feed: self.feed.account(),
        };
        sources.settlement(stamp, |delivery: &Delivery| {
            require!(self.bid.delivery == DELIVERY_LOTS, VaultError::DeliveredAsTokens);
            let holder = self.holder.account();
            let is_own = reads::is_margin_account_of(holder, &self.bid.bidder, &self.vault.market);
            Ok(is_own && delivery.fits(holder))
        })
    }

    pub fn bid_settle(&mut self) -> Result<()> {
        let stamp = shared::now()?;
        let settlement = self.validate(stamp)?;
        settlement.record(&mut self.vault, &mut self.epoch, &mut self.bid, stamp)?;
        let taken = settlement.taken_atoms()?;
        if taken > 0 {
            self.take(taken)?;
        }
        if settlement.delivered_lots > 0 {
            self.deliver(settlement.delivered_lots)?;
        }
        Ok(())
    }

    /// Moves quote from escrow to the trading account.
    fn take(&mut self, atoms: u64) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = AccountTransfer {
            owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            source: self.escrow_account.cpi_handle_mut(),
            destination: self.trading_account.cpi_handle_mut(),
            mint: self.quote_mint.cpi_handle(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
        };
        accounts.call(atoms, signer)
    }

    /// Writes the options to the bidder's margin account.
    fn deliver(&mut self, lots: u64) -> Result<()> {
        let written = Written {
            lots,
            strike_e6: self.epoch.strike_e6.get(),
            kind: self.vault.option_kind()?,
            hedge_strike_e6: self.epoch.hedge_strike_e6.get(),
        };
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = SeriesWrite {
            writer_owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            expiry: self.expiry.cpi_handle_mut(),
            writer: self.trading_account.cpi_handle_mut(),
            holder: self.holder.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            custody: self.custody.cpi_handle(),
        };
        accounts.call(&written, signer)
    }
}
