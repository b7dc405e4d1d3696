//! Takes shares back that wait to be burned.
use crate::errors::VaultError;
use crate::events::WithdrawCancelled;
use crate::shares::{ShareTransfer, TOKEN_2022};
use crate::state::{difference, Epoch, Vault, Withdrawal};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct WithdrawCancel {
    /// The holder; gets the rent of the withdrawal account.
    #[account(mut)]
    pub owner: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    /// The vault's current epoch.
    #[account(mut, seeds = [abi::vault::EPOCH_SEED, vault.address().as_ref(), &vault.epoch.get().to_le_bytes()], bump = epoch.bump)]
    pub epoch: Account<Epoch>,
    #[account(
        mut,
        close = owner,
        constraint = withdrawal.epoch == *epoch.address() @ VaultError::WrongWithdrawal,
        constraint = withdrawal.owner == *owner.address() @ VaultError::WrongWithdrawal,
    )]
    pub withdrawal: Account<Withdrawal>,
    #[account(address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount,
    #[account(mut, address = vault.share_tokens @ VaultError::WrongShareTokens)]
    pub share_tokens: UncheckedAccount,
    /// Any token account of the shares: the owner signs.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub share_program: UncheckedAccount,
}

impl WithdrawCancel {
    /// Authority: the holder. Errors: `VaultHeld`, `CutOffPassed`. Returns the shares.
    fn validate(&self, now_unix_s: i64) -> Result<u64> {
        self.epoch.queue_require(now_unix_s)?;
        Ok(self.withdrawal.shares.get())
    }

    pub fn withdraw_cancel(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let shares = self.validate(unix_s)?;

        self.withdrawal.shares = 0.into();
        let waiting_shares = difference(self.epoch.withdraw_shares.get(), shares)?;
        self.epoch.withdraw_shares = waiting_shares.into();
        self.vault.record_closed()?;
        emit!(WithdrawCancelled {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            shares,
            waiting_shares,
        });

        let transfer = ShareTransfer {
            from: &mut self.share_tokens,
            mint: &self.share_mint,
            to: &mut self.destination,
            decimals: self.vault.share_decimals,
            amount: shares,
        };
        transfer.signed(self.vault.cpi_handle(), &self.vault.signer_seeds());
        Ok(())
    }
}
