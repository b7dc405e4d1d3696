//! Hands the fee recipient the shares that paid fees.
use crate::errors::VaultError;
use crate::events::FeesClaimed;
use crate::shares::{ShareTransfer, TOKEN_2022};
use crate::state::Vault;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct FeeClaim {
    #[account(address = vault.fee_recipient @ VaultError::NotAuthority)]
    pub recipient: Signer,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
    #[account(address = vault.share_mint @ VaultError::WrongShareMint)]
    pub share_mint: UncheckedAccount,
    #[account(mut, address = vault.share_tokens @ VaultError::WrongShareTokens)]
    pub share_tokens: UncheckedAccount,
    /// Any token account of the shares: the recipient signs.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = TOKEN_2022 @ VaultError::WrongShareProgram)]
    pub share_program: UncheckedAccount,
}

impl FeeClaim {
    /// Authority: the fee recipient. Errors: `VaultHeld`, `NotAuthority`, `NoFees`.
    fn validate(&self) -> Result<u64> {
        let shares = self.vault.fee_shares.get();
        require!(shares > 0, VaultError::NoFees);
        Ok(shares)
    }

    pub fn fee_claim(&mut self) -> Result<()> {
        let shares = self.validate()?;
        let (slot, unix_s) = shared::now()?;

        self.vault.fee_shares = 0.into();
        emit!(FeesClaimed {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.vault.epoch.get(),
            recipient: *self.recipient.address(),
            shares,
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
