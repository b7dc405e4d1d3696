//! Settles a bid whose bidder takes tokens: they are minted to his token account, and he needs no margin account, nor sign.
use crate::errors::VaultError;
use crate::margin::{AccountTransfer, SeriesWriteWrapped};
use crate::reads::{BRAKE, MARGIN};
use crate::settlement::{Settlement, Sources};
use crate::shares::TOKEN_2022;
use crate::state::{Bid, Epoch, Vault};
use crate::wrapped;
use abi::vault::DELIVERY_TOKENS;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BidSettleWrapped {
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
    /// Margin's account of the epoch's series as tokens, checked by the handler; it pins the mint.
    #[account(mut)]
    pub wrapped: UncheckedAccount,
    #[account(mut)]
    pub mint: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Pinned by the margin program, and here where a price is needed.
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// Pinned by the margin program.
    pub custody: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub token_2022_program: UncheckedAccount,
}

impl BidSettleWrapped {
    /// Authority: anyone, once the auction is cleared.
    /// Errors: `VaultHeld`, `DeliveredAsLots`, `WrongWrapped`, those of `Sources`, and margin's, where options are delivered: then it can be
    /// tried again, until the expiry, after which every escrow goes back.
    fn validate(&self, stamp: (u64, i64)) -> Result<Settlement> {
        require!(self.bid.delivery == DELIVERY_TOKENS, VaultError::DeliveredAsLots);
        let series = wrapped::Series::of(&self.vault, &self.epoch)?;
        let mint = series.mint_of(self.wrapped.account())?;
        let sources = Sources {
            vault: &self.vault,
            epoch: &self.epoch,
            bid: &self.bid,
            market: self.market.account(),
            trading: self.trading_account.account(),
            quote_mint: self.quote_mint.address(),
            feed: self.feed.account(),
        };
        // Whose the tokens are since is the bidder's affair.
        sources.settlement(stamp, |_| Ok(wrapped::takes(self.holder.account(), &mint)))
    }

    pub fn bid_settle_wrapped(&mut self) -> Result<()> {
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

    /// Writes the options and mints as many tokens to the bidder's token account.
    fn deliver(&mut self, lots: u64) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = SeriesWriteWrapped {
            writer_owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            writer: self.trading_account.cpi_handle_mut(),
            wrapped: self.wrapped.cpi_handle_mut(),
            mint: self.mint.cpi_handle_mut(),
            destination: self.holder.cpi_handle_mut(),
            brake: self.brake.cpi_handle(),
            custody: self.custody.cpi_handle(),
            feed: self.feed.cpi_handle(),
            token_2022_program: self.token_2022_program.cpi_handle(),
            expiry: self.expiry.cpi_handle_mut(),
        };
        accounts.call(lots, signer)
    }
}
