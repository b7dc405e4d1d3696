//! Takes a deposit back: at once while it waits, and after a turn that handed deposits back.
use crate::errors::VaultError;
use crate::events::DepositCancelled;
use crate::margin::AccountWithdraw;
use crate::reads::{self, BRAKE, BREAKER, MARGIN};
use crate::state::{difference, sum, Deposit, Epoch, Vault};
use abi::vault::EPOCH_SETTLED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct DepositCancel {
    /// The depositor; gets the rent of the deposit account.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// An epoch of the vault, current or past.
    #[account(mut, constraint = epoch.vault == *vault.address() @ VaultError::WrongEpoch)]
    pub epoch: Account<Epoch>,
    #[account(
        mut,
        close = owner,
        constraint = deposit.epoch == *epoch.address() @ VaultError::WrongDeposit,
        constraint = deposit.owner == *owner.address() @ VaultError::WrongDeposit,
    )]
    pub deposit: Account<Deposit>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    pub mint: UncheckedAccount,
    /// Any token account of that mint: the owner signs.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The market's tokens, pinned by the margin program, like custody and feed.
    #[account(mut)]
    pub tokens: UncheckedAccount,
    #[account(mut)]
    pub custody: UncheckedAccount,
    pub feed: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    #[account(address = BREAKER @ VaultError::WrongBreakerProgram)]
    pub breaker_program: UncheckedAccount,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl DepositCancel {
    /// Authority: the depositor. Errors: `VaultHeld`, `CutOffPassed`, `WrongMint`. Returns the amount.
    fn validate(&self, now_unix_s: i64) -> Result<u64> {
        let is_refused = self.epoch.deposits_refused == 1;
        require!(self.epoch.state != EPOCH_SETTLED || is_refused, VaultError::CutOffPassed);
        self.epoch.queue_require(now_unix_s)?;
        let market = reads::market(self.market.account())?;
        require!(self.mint.address().to_bytes() == self.vault.mint(&market)?, VaultError::WrongMint);
        Ok(self.deposit.amount_atoms.get())
    }

    pub fn deposit_cancel(&mut self, ticket_id: u64) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let amount_atoms = self.validate(unix_s)?;

        self.deposit.amount_atoms = 0.into();
        let epoch = &mut self.epoch;
        if epoch.state == EPOCH_SETTLED {
            epoch.claimed_deposit_atoms = sum(epoch.claimed_deposit_atoms.get(), amount_atoms)?.into();
        } else {
            epoch.deposit_atoms = difference(epoch.deposit_atoms.get(), amount_atoms)?.into();
        }
        let waiting_atoms = difference(epoch.deposit_atoms.get(), epoch.claimed_deposit_atoms.get())?;
        self.vault.record_closed()?;
        emit!(DepositCancelled {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            amount_atoms,
            waiting_atoms,
        });

        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = AccountWithdraw {
            owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.escrow_account.cpi_handle_mut(),
            mint: self.mint.cpi_handle(),
            destination: self.destination.cpi_handle_mut(),
            tokens: self.tokens.cpi_handle_mut(),
            custody: self.custody.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            breaker_program: self.breaker_program.cpi_handle(),
            payer: self.owner.cpi_handle_mut(),
            ticket: self.ticket.cpi_handle_mut(),
            token_program: self.token_program.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        accounts.call(amount_atoms, ticket_id, signer)
    }
}
