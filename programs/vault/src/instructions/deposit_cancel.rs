//! Takes a whole deposit back while the epoch is open.
use crate::errors::VaultError;
use crate::events::DepositCancelled;
use crate::margin::AccountWithdraw;
use crate::reads::{self, BRAKE, BREAKER, MARGIN};
use crate::state::{Deposit, Epoch, Vault};
use anchor_lang::prelude::*;
use units::BaseAtoms;

#[derive(Accounts)]
pub struct DepositCancel {
    /// The depositor; gets the rent of the deposit account.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
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
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    pub base_mint: UncheckedAccount,
    /// Any base token account: the owner signs.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// The market's base tokens, pinned by the margin program, like custody and feed.
    #[account(mut)]
    pub base_tokens: UncheckedAccount,
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
    /// Authority: the depositor. Errors: `EpochNotOpen`, `WrongBaseMint`. Returns the amount and the epoch's deposits after.
    fn validate(&self) -> Result<(BaseAtoms, BaseAtoms)> {
        require!(self.epoch.state == abi::vault::EPOCH_OPEN, VaultError::EpochNotOpen);
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        let amount = BaseAtoms(self.deposit.base_atoms.get());
        let deposited = self.epoch.deposited().checked_sub(amount).ok_or(VaultError::AmountOverflow)?;
        Ok((amount, deposited))
    }

    pub fn deposit_cancel(&mut self, ticket_id: u64) -> Result<()> {
        let (amount, deposited) = self.validate()?;
        let (slot, unix_s) = shared::now()?;

        self.deposit.base_atoms = 0.into();
        self.epoch.deposited_atoms = deposited.0.into();
        emit!(DepositCancelled {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            amount_atoms: amount.0,
            deposited_atoms: deposited.0,
        });

        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let signer: &[&[&[u8]]] = &[&seeds];
        let accounts = AccountWithdraw {
            owner: self.vault.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.trading_account.cpi_handle_mut(),
            mint: self.base_mint.cpi_handle(),
            destination: self.destination.cpi_handle_mut(),
            tokens: self.base_tokens.cpi_handle_mut(),
            custody: self.custody.cpi_handle_mut(),
            feed: self.feed.cpi_handle(),
            brake: self.brake.cpi_handle(),
            breaker_program: self.breaker_program.cpi_handle(),
            payer: self.owner.cpi_handle_mut(),
            ticket: self.ticket.cpi_handle_mut(),
            token_program: self.token_program.cpi_handle(),
            system_program: self.system_program.cpi_handle(),
        };
        accounts.call(amount.0, ticket_id, signer)
    }
}
