//! Shares that wait for the turn of the epoch, when they are burned at its price.
use crate::errors::VaultError;
use crate::events::WithdrawRequested;
use crate::shares::{ShareTransfer, TOKEN_2022};
use crate::state::{sum, Epoch, Vault, Withdrawal, VERSION};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct WithdrawRequest {
    /// The holder; pays the rent of the withdrawal account and gets it back.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(init_if_needed, payer = owner, seeds = [abi::vault::WITHDRAWAL_SEED, epoch.address().as_ref(), owner.address().as_ref()], bump)]
    pub withdrawal: Account<Withdrawal>,
    #[account(address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount,
    #[account(mut, address = vault.share_tokens @ VaultError::WrongShareTokens)]
    pub share_tokens: UncheckedAccount,
    /// The holder's shares: their program asks for the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub share_program: UncheckedAccount,
    pub system_program: Program<System>,
}

impl WithdrawRequest {
    /// Authority: the holder. Errors: `VaultHeld`, `AmountZero`, `CutOffPassed`.
    fn validate(&self, shares: u64, now_unix_s: i64) -> Result<()> {
        require!(shares > 0, VaultError::AmountZero);
        self.epoch.queue_require(now_unix_s)
    }

    pub fn withdraw_request(&mut self, shares: u64, bumps: &WithdrawRequestBumps) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(shares, unix_s)?;

        if self.withdrawal.version == 0 {
            self.vault.record_opened()?;
        }
        let withdrawal = &mut self.withdrawal;
        withdrawal.version = VERSION;
        withdrawal.min_reader = VERSION;
        withdrawal.bump = bumps.withdrawal;
        withdrawal.epoch = *self.epoch.address();
        withdrawal.owner = *self.owner.address();
        let withdrawal_shares = sum(withdrawal.shares.get(), shares)?;
        withdrawal.shares = withdrawal_shares.into();
        let waiting_shares = sum(self.epoch.withdraw_shares.get(), shares)?;
        self.epoch.withdraw_shares = waiting_shares.into();
        emit!(WithdrawRequested {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            shares,
            withdrawal_shares,
            waiting_shares,
        });

        let transfer = ShareTransfer {
            from: &mut self.source,
            mint: &self.share_mint,
            to: &mut self.share_tokens,
            decimals: self.vault.share_decimals,
            amount: shares,
        };
        transfer.by_owner(self.owner.cpi_handle());
        Ok(())
    }
}
