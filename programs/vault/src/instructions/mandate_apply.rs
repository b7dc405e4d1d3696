//! Puts a looser mandate into force once its delay has passed.
use crate::errors::VaultError;
use crate::events::MandateChanged;
use crate::state::Vault;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct MandateApply {
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
}

impl MandateApply {
    /// Authority: anyone. Errors: `VaultHeld`, `NoMandatePending`, `MandatePending`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        let pending_unix_s = self.vault.pending_unix_s.get();
        require!(pending_unix_s != 0, VaultError::NoMandatePending);
        require!(now_unix_s >= pending_unix_s, VaultError::MandatePending);
        Ok(())
    }

    pub fn mandate_apply(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;

        let vault = &mut self.vault;
        vault.mandate = vault.pending;
        vault.pending = bytemuck::Zeroable::zeroed();
        vault.pending_unix_s = 0.into();
        emit!(MandateChanged {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.vault.epoch.get(),
            pending_unix_s: 0,
            fee_recipient: self.vault.fee_recipient,
        });
        Ok(())
    }
}
