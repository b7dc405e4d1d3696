//! Writes an account back after an upgrade that was rolled back.
use crate::events::RecordRestored;
use crate::BreakerError;
use crate::ID;
use anchor_lang::prelude::*;
use shared::{Restore, GOVERNOR};

#[derive(Accounts)]
pub struct RecordRestore {
    #[account(address = GOVERNOR @ BreakerError::NotGovernor)]
    pub authority: Signer,
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    /// Not checked: the governor names the account that it recorded, and the runtime lets this program write to its own only.
    #[account(mut)]
    pub target: UncheckedAccount,
    /// Not checked: the governor has compared these bytes with its record.
    pub preimage: UncheckedAccount,
    pub system_program: Program<System>,
}

impl RecordRestore {
    /// Authority: the governor's PDA, whose program calls this only after a rollback and with bytes that its record proves.
    /// Effects: the account is what it was, byte for byte; one that was closed exists again. INVARIANT(G-12)
    /// Errors: `NotGovernor`, `PreimageUnreadable`; the system program's, where another program owns the account.
    pub fn record_restore(&mut self, at: u32, seeds: &[u8]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        emit!(RecordRestored { slot, unix_s, seq: at.into(), account: *self.target.address() });
        let restore = Restore {
            program: &ID,
            payer: self.payer.account(),
            target: self.target.account(),
            preimage: self.preimage.account(),
            at,
            seeds,
        };
        restore.write(BreakerError::PreimageUnreadable)
    }
}
