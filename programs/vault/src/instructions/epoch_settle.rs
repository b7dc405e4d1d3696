//! Ends an epoch: its result moves to escrow, where no later loss can touch it, and the next epoch opens.
use crate::errors::VaultError;
use crate::events::EpochSettled;
use crate::margin::AccountTransfer;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Epoch, Vault};
use anchor_lang::prelude::*;
use risk::vault::Share;
use units::BaseAtoms;

#[derive(Accounts)]
pub struct EpochSettle {
    /// Pays the rent of the next epoch.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(
        init,
        payer = payer,
        seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().saturating_add(1).to_le_bytes()],
        bump
    )]
    pub next_epoch: Account<Epoch>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    pub base_mint: UncheckedAccount,
    pub quote_mint: UncheckedAccount,
    /// Pinned by the margin program.
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl EpochSettle {
    /// Authority: anyone, once the expiry is over, or at once when nothing was sold.
    /// Errors: `EpochNotLive`, `NotExpired`, `TradingNotSettled`, `QuoteDebt`, `WrongBaseMint`, `WrongQuoteMint`.
    fn validate(&self, now_unix_s: i64) -> Result<Share> {
        let epoch = &self.epoch;
        require!(epoch.state == abi::vault::EPOCH_LIVE, VaultError::EpochNotLive);
        let is_over = epoch.sold_lots.get() == 0 || now_unix_s >= epoch.expiry_unix_s.get();
        require!(is_over, VaultError::NotExpired);
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        require!(self.quote_mint.address().to_bytes() == market.quote_mint, VaultError::WrongQuoteMint);
        let trading = reads::margin_account(self.trading_account.account())?;
        let is_flat = trading.positions.iter().all(|position| position.kind == 0);
        require!(is_flat, VaultError::TradingNotSettled);
        let quote_atoms = u64::try_from(trading.quote_atoms.get()).map_err(|_| VaultError::QuoteDebt)?;
        Ok(Share { base: BaseAtoms(trading.base_atoms.get()), quote_atoms })
    }

    pub fn epoch_settle(&mut self, bumps: &EpochSettleBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let result = self.validate(unix_s)?;

        self.epoch.state = abi::vault::EPOCH_SETTLED;
        self.epoch.result_base_atoms = result.base.0.into();
        self.epoch.result_quote_atoms = result.quote_atoms.into();
        let next = self.vault.epoch.get().checked_add(1).ok_or(VaultError::AmountOverflow)?;
        self.vault.epoch = next.into();
        self.next_epoch.open(*self.vault.address(), next, bumps.next_epoch);
        emit!(EpochSettled {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            deposited_atoms: self.epoch.deposited_atoms.get(),
            result_base_atoms: result.base.0,
            result_quote_atoms: result.quote_atoms,
        });
        self.segregate(&result)
    }

    /// Moves the whole result to escrow. INVARIANT(V-3): from here on no trading loss can reach it.
    fn segregate(&mut self, result: &Share) -> Result<()> {
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        for (mint, atoms) in [(&self.base_mint, result.base.0), (&self.quote_mint, result.quote_atoms)] {
            if atoms == 0 {
                continue;
            }
            let accounts = AccountTransfer {
                owner: self.vault.cpi_handle(),
                market: self.market.cpi_handle_mut(),
                source: self.trading_account.cpi_handle_mut(),
                destination: self.escrow_account.cpi_handle_mut(),
                mint: mint.cpi_handle(),
                feed: self.feed.cpi_handle(),
                brake: self.brake.cpi_handle(),
            };
            accounts.call(atoms, signer)?;
        }
        Ok(())
    }
}
