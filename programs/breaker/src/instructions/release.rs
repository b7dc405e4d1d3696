//! Releases tokens from a vault: the only way a token leaves custody.
use crate::events::TokensReleased;
use crate::state::{Brake, Custody};
use crate::BreakerError;
use abi::breaker::{BRAKE_SEED, CUSTODY_SEED, TOKENS_SEED};
use anchor_lang::prelude::*;
use anchor_spl::token::{transfer_checked, TransferChecked};
use anchor_spl::{mint::Mint, token::TokenAccount};
use policy::{Action, Permission};

#[derive(Accounts)]
pub struct Release {
    pub controller: Signer,
    #[account(mut, seeds = [CUSTODY_SEED, controller.address().as_ref()], bump = custody.bump)]
    pub custody: Account<Custody>,
    #[account(seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
    #[account(mut, seeds = [TOKENS_SEED, controller.address().as_ref(), mint.address().as_ref()], bump)]
    pub tokens: Account<TokenAccount>,
    pub mint: Account<Mint>,
    /// Any account of the mint but the vault: whom to pay is the controller's business, and SPL Token checks the mint.
    #[account(mut)]
    pub destination: Account<TokenAccount>,
    pub token_program: Program<Token>,
}

impl Release {
    /// Authority: the custody's controller.
    /// Effects: moves `amount` atoms from the vault to the destination; counts the release.
    /// Errors: `AmountZero`, `WithdrawalsQueued`, `WithdrawalsRefused`, `VaultIlliquid`.
    fn validate(&self, amount: u64, now_unix_s: i64) -> Result<()> {
        require!(amount > 0, BreakerError::AmountZero);
        let level = self.brake.machine()?.level_in_force(now_unix_s);
        match policy::permission(level, Action::Withdraw) {
            Permission::Allowed | Permission::Limited => {}
            Permission::Queued => return Err(BreakerError::WithdrawalsQueued.into()),
            Permission::Refused => return Err(BreakerError::WithdrawalsRefused.into()),
        }
        require!(amount <= self.tokens.amount(), BreakerError::VaultIlliquid);
        Ok(())
    }

    pub fn release(&mut self, amount: u64) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(amount, unix_s)?;
        let balance_atoms = self.tokens.amount().checked_sub(amount).ok_or(BreakerError::VaultIlliquid)?;
        let seq = self.custody.releases.get().checked_add(1).ok_or(BreakerError::CounterOverflow)?;
        self.custody.releases = seq.into();
        emit!(TokensReleased {
            slot,
            unix_s,
            seq,
            custody: *self.custody.address(),
            mint: *self.mint.address(),
            destination: *self.destination.address(),
            amount_atoms: amount,
            balance_atoms,
        });
        let controller = *self.controller.address();
        let bump = [self.custody.bump];
        let decimals = self.mint.decimals();
        let accounts = TransferChecked {
            from: self.tokens.cpi_handle_mut(),
            mint: self.mint.cpi_handle(),
            to: self.destination.cpi_handle_mut(),
            authority: self.custody.cpi_handle(),
        };
        let seeds: [&[u8]; 3] = [CUSTODY_SEED, controller.as_ref(), &bump];
        transfer_checked(
            CpiContext::new_with_signer(self.token_program.address(), accounts, &[&seeds]),
            amount,
            decimals,
        )
    }
}
