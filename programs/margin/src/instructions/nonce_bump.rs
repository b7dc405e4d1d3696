//! Cancels every signed quote of an account below a nonce.
use crate::errors::MarginError;
use crate::events::{NonceFloorRaised, Stamp};
use crate::state::MarginAccount;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct NonceBump {
    pub owner: Signer,
    #[account(mut, constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner)]
    pub account: Account<MarginAccount>,
}

impl NonceBump {
    /// Authority: the maker.
    /// Effects: quotes with a nonce below `floor` never fill again. Open at every level: a cancellation only removes risk.
    /// Errors: `NonceFloorNotRaised`.
    fn validate(&self, floor: u64) -> Result<()> {
        require!(floor > self.account.nonce_floor.get(), MarginError::NonceFloorNotRaised);
        Ok(())
    }

    pub fn nonce_bump(&mut self, floor: u64) -> Result<()> {
        self.validate(floor)?;
        let stamp = Stamp::now()?;
        self.account.nonce_floor = floor.into();
        emit!(NonceFloorRaised {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.account.next_seq()?,
            account: *self.account.address(),
            nonce_floor: floor,
        });
        Ok(())
    }
}
