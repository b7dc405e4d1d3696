//! Cancels every quote of an account below a nonce, signed or posted.
use crate::errors::MarginError;
use crate::events::{NonceFloorRaised, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::MarginAccount;
use abi::margin::DELEGATE_CANCEL;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct NonceBump {
    /// The owner, or its delegate with the right to cancel.
    pub authority: Signer,
    #[account(
        mut,
        constraint = account.may(authority.address(), DELEGATE_CANCEL) @ MarginError::NotAccountCanceller
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl NonceBump {
    /// Authority: the maker's owner or cancelling delegate.
    /// Effects: quotes with a nonce below `floor` never fill again.
    /// Errors: `NonceFloorNotRaised`, `LevelForbids` while accounts are migrated.
    fn validate(&self, floor: u64, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Cancel, stamp.unix_s)?;
        require!(floor > self.account.nonce_floor.get(), MarginError::NonceFloorNotRaised);
        Ok(())
    }

    pub fn nonce_bump(&mut self, floor: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(floor, &stamp)?;
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
