//! Makes a vault and everything under it stand still while the program's code is replaced.
use crate::errors::VaultError;
use crate::events::VaultHeld;
use crate::state::Vault;
use anchor_lang::prelude::*;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct VaultHold {
    #[account(address = GOVERNOR @ VaultError::NotGovernor)]
    pub authority: Signer,
    #[account(mut)]
    pub vault: Account<Vault>,
}

impl VaultHold {
    /// Authority: the governor's PDA, whose program calls this when it records the vault and when the rollout is over.
    /// Effects: nothing of the vault changes before then; 0 ends it. It ends by itself: the governor's freeze has an end.
    /// Errors: `NotGovernor`.
    pub fn vault_hold(&mut self, until_unix_s: i64) -> Result<()> {
        self.vault.held_until_unix_s = until_unix_s.into();
        let (slot, unix_s) = shared::now()?;
        let seq = self.vault.seq.get();
        emit!(VaultHeld { slot, unix_s, seq, vault: *self.vault.address(), until_unix_s });
        Ok(())
    }
}
