//! Adds base to the open epoch.
use crate::errors::VaultError;
use crate::events::Deposited;
use crate::margin::AccountDeposit;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{Deposit, Epoch, Vault, VERSION};
use anchor_lang::prelude::*;
use units::BaseAtoms;

#[derive(Accounts)]
pub struct DepositMake {
    /// The depositor; pays the rent of the deposit account and gets it back.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(init_if_needed, payer = owner, seeds = [abi::vault::DEPOSIT_SEED, epoch.address().as_ref(), owner.address().as_ref()], bump)]
    pub deposit: Account<Deposit>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(mut, address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    pub base_mint: UncheckedAccount,
    /// The depositor's base tokens: their program asks for the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The market's base tokens, pinned by the margin program.
    #[account(mut)]
    pub base_tokens: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl DepositMake {
    /// Authority: the depositor. Errors: `EpochNotOpen`, `DepositBelowMinimum`, `CapacityExceeded`, `WrongBaseMint`.
    /// Returns the deposit and the epoch's deposits after.
    fn validate(&self, amount: BaseAtoms) -> Result<(BaseAtoms, BaseAtoms)> {
        require!(self.epoch.state == abi::vault::EPOCH_OPEN, VaultError::EpochNotOpen);
        let mandate = self.vault.mandate();
        require!(amount >= mandate.min_deposit, VaultError::DepositBelowMinimum);
        let deposited = self.epoch.deposited().checked_add(amount).ok_or(VaultError::CapacityExceeded)?;
        require!(deposited <= mandate.capacity, VaultError::CapacityExceeded);
        let market = reads::market(self.market.account())?;
        require!(self.base_mint.address().to_bytes() == market.base_mint, VaultError::WrongBaseMint);
        let deposit = BaseAtoms(self.deposit.base_atoms.get()).checked_add(amount).ok_or(VaultError::AmountOverflow)?;
        Ok((deposit, deposited))
    }

    pub fn deposit(&mut self, amount_atoms: u64, bumps: &DepositMakeBumps) -> Result<()> {
        let (deposit, deposited) = self.validate(BaseAtoms(amount_atoms))?;
        let (slot, unix_s) = shared::now()?;

        self.deposit.version = VERSION;
        self.deposit.min_reader = VERSION;
        self.deposit.bump = bumps.deposit;
        self.deposit.epoch = *self.epoch.address();
        self.deposit.owner = *self.owner.address();
        self.deposit.base_atoms = deposit.0.into();
        self.epoch.deposited_atoms = deposited.0.into();
        emit!(Deposited {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            amount_atoms,
            deposit_atoms: deposit.0,
            deposited_atoms: deposited.0,
        });

        let accounts = AccountDeposit {
            authority: self.owner.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.trading_account.cpi_handle_mut(),
            mint: self.base_mint.cpi_handle(),
            source: self.source.cpi_handle_mut(),
            tokens: self.base_tokens.cpi_handle_mut(),
            brake: self.brake.cpi_handle(),
            token_program: self.token_program.cpi_handle(),
        };
        accounts.call(amount_atoms)
    }
}
