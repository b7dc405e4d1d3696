//! Tokens that wait for the turn of the epoch, when they become shares at its price.
use crate::errors::VaultError;
use crate::events::Deposited;
use crate::margin::AccountDeposit;
use crate::reads::{self, BRAKE, MARGIN};
use crate::state::{sum, Deposit, Epoch, Vault, VERSION};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct DepositMake {
    /// The depositor; pays the rent of the deposit account and gets it back.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(init_if_needed, payer = owner, seeds = [abi::vault::DEPOSIT_SEED, epoch.address().as_ref(), owner.address().as_ref()], bump)]
    pub deposit: Account<Deposit>,
    #[account(mut, address = vault.market @ VaultError::WrongMarket)]
    pub market: UncheckedAccount,
    #[account(address = vault.trading_account @ VaultError::WrongTradingAccount)]
    pub trading_account: UncheckedAccount,
    #[account(mut, address = vault.escrow_account @ VaultError::WrongEscrowAccount)]
    pub escrow_account: UncheckedAccount,
    /// Base for covered calls, quote for puts.
    pub mint: UncheckedAccount,
    /// The depositor's tokens: their program asks for the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    /// The market's tokens, pinned by the margin program.
    #[account(mut)]
    pub tokens: UncheckedAccount,
    #[account(address = BRAKE @ VaultError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = MARGIN @ VaultError::WrongMarginProgram)]
    pub margin_program: UncheckedAccount,
    pub token_program: Program<Token>,
    pub system_program: Program<System>,
}

impl DepositMake {
    /// Authority: the depositor. Errors: `VaultHeld`, `CutOffPassed`, `DepositBelowMinimum`, `WrongMint`, `CapacityExceeded`.
    /// Returns the owner's deposit and everybody's after.
    fn validate(&self, amount_atoms: u64, now_unix_s: i64) -> Result<(u64, u64)> {
        self.epoch.queue_require(now_unix_s)?;
        let mandate = self.vault.mandate();
        require!(amount_atoms >= mandate.deposit_min, VaultError::DepositBelowMinimum);
        let market = reads::market(self.market.account())?;
        require!(self.mint.address().to_bytes() == self.vault.mint(&market)?, VaultError::WrongMint);
        let held = reads::held_atoms(self.trading_account.account(), &market, self.vault.kind()?)?;
        let waiting = sum(self.epoch.deposit_atoms.get(), amount_atoms)?;
        let fits = waiting.checked_add(held).is_some_and(|all| all <= mandate.capacity);
        require!(fits, VaultError::CapacityExceeded);
        Ok((sum(self.deposit.amount_atoms.get(), amount_atoms)?, waiting))
    }

    pub fn deposit(&mut self, amount_atoms: u64, bumps: &DepositMakeBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let (deposit_atoms, waiting_atoms) = self.validate(amount_atoms, unix_s)?;

        if self.deposit.version == 0 {
            self.vault.record_opened()?;
        }
        self.deposit.version = VERSION;
        self.deposit.min_reader = VERSION;
        self.deposit.bump = bumps.deposit;
        self.deposit.epoch = *self.epoch.address();
        self.deposit.owner = *self.owner.address();
        self.deposit.amount_atoms = deposit_atoms.into();
        self.epoch.deposit_atoms = waiting_atoms.into();
        emit!(Deposited {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            amount_atoms,
            deposit_atoms,
            waiting_atoms,
        });

        // INVARIANT(V-3): what waits lies in escrow, where nothing that is sold can touch it.
        let accounts = AccountDeposit {
            authority: self.owner.cpi_handle(),
            market: self.market.cpi_handle_mut(),
            account: self.escrow_account.cpi_handle_mut(),
            mint: self.mint.cpi_handle(),
            source: self.source.cpi_handle_mut(),
            tokens: self.tokens.cpi_handle_mut(),
            brake: self.brake.cpi_handle(),
            token_program: self.token_program.cpi_handle(),
        };
        accounts.call(amount_atoms)
    }
}
