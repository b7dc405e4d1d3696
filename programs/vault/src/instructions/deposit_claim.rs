//! Hands a depositor the shares that the turn of the epoch minted.
use crate::errors::VaultError;
use crate::events::DepositClaimed;
use crate::shares::{ShareTransfer, TOKEN_2022};
use crate::state::{sum, Deposit, Epoch, Vault};
use abi::vault::EPOCH_SETTLED;
use anchor_lang::prelude::*;
use units::mul_div_floor;

#[derive(Accounts)]
pub struct DepositClaim {
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

impl DepositClaim {
    /// Authority: the depositor. Errors: `VaultHeld`, `EpochNotSettled`, `DepositRefused`. Returns the amount and its shares.
    fn validate(&self) -> Result<(u64, u64)> {
        require!(self.epoch.state == EPOCH_SETTLED, VaultError::EpochNotSettled);
        require!(self.epoch.deposits_refused == 0, VaultError::DepositRefused);
        let (amount, all) = (self.deposit.amount_atoms.get(), self.epoch.deposit_atoms.get());
        // INVARIANT(V-1): a part of what was minted, rounded down.
        let shares = mul_div_floor(self.epoch.deposit_shares.get(), amount, all).ok_or(VaultError::AmountOverflow)?;
        Ok((amount, shares))
    }

    pub fn deposit_claim(&mut self) -> Result<()> {
        let (amount_atoms, shares) = self.validate()?;
        let (slot, unix_s) = shared::now()?;

        self.deposit.amount_atoms = 0.into();
        let epoch = &mut self.epoch;
        epoch.claimed_deposit_atoms = sum(epoch.claimed_deposit_atoms.get(), amount_atoms)?.into();
        epoch.claimed_deposit_shares = sum(epoch.claimed_deposit_shares.get(), shares)?.into();
        self.vault.record_closed()?;
        emit!(DepositClaimed {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.epoch.number.get(),
            owner: *self.owner.address(),
            amount_atoms,
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
