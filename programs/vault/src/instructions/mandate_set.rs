//! A new mandate: at once if it only tightens, otherwise after a delay in which depositors can leave.
use crate::errors::VaultError;
use crate::events::MandateChanged;
use crate::state::{Config, MandateArgs, Vault, VaultMandate};
use anchor_lang::prelude::*;

/// A looser mandate waits for a week, and for two epochs, each at most twice the mandate's length, if those are longer: whoever asks to
/// leave when it is shown is out before it holds.
const DELAY_S: i64 = 7 * 86_400;

#[derive(Accounts)]
pub struct MandateSet {
    #[account(address = config.authority @ VaultError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, constraint = vault.is_free() @ VaultError::VaultHeld)]
    pub vault: Account<Vault>,
}

impl MandateSet {
    /// Authority: the config's. Effects: the mandate, or the one that waits; the fee recipient at once.
    /// Errors: `VaultHeld`, `NotAuthority`, and one for each bound of a mandate.
    fn validate(&self, mandate: &VaultMandate) -> Result<()> {
        let divisor = self.config.time_divisor.get();
        mandate.pure().check(self.vault.kind()?, divisor).map_err(VaultError::from)?;
        Ok(())
    }

    pub fn mandate_set(&mut self, mandate: MandateArgs, fee_recipient: Address) -> Result<()> {
        let mandate: VaultMandate = mandate.into();
        self.validate(&mandate)?;
        let (slot, unix_s) = shared::now()?;

        let divisor = i64::from(self.config.time_divisor.get());
        let vault = &mut self.vault;
        let mut pending_unix_s = 0;
        if vault.mandate().loosened_by(&mandate.pure()) {
            let epoch_s = i64::from(vault.mandate.epoch_s.get());
            let delay_s = DELAY_S.checked_div(divisor).unwrap_or(DELAY_S).max(epoch_s.saturating_mul(4));
            pending_unix_s = unix_s.saturating_add(delay_s);
            vault.pending = mandate;
        } else {
            vault.mandate = mandate;
            vault.pending = bytemuck::Zeroable::zeroed();
        }
        vault.pending_unix_s = pending_unix_s.into();
        vault.fee_recipient = fee_recipient;
        emit!(MandateChanged {
            slot,
            unix_s,
            seq: self.vault.next_seq()?,
            vault: *self.vault.address(),
            epoch: self.vault.epoch.get(),
            pending_unix_s,
            fee_recipient,
        });
        Ok(())
    }
}
