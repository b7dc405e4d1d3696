//! Names the one key that may trade or cancel for an account, or none.
use crate::errors::MarginError;
use crate::events::{DelegateChanged, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::MarginAccount;
use abi::margin::{DELEGATE_CANCEL, DELEGATE_TRADE};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct DelegateSet {
    pub owner: Signer,
    #[account(mut, constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner)]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl DelegateSet {
    /// Authority: the owner; a delegate names no delegate.
    /// Effects: `delegate` may do what `rights` covers from now on, and whoever it was before may not. No right moves a token, opens,
    /// closes or transfers.
    /// Errors: `UnknownRights`, `DelegateIncomplete`, `LevelForbids` while accounts are migrated.
    fn validate(&self, delegate: &Address, rights: u8, stamp: &Stamp) -> Result<()> {
        // Taking rights back is a cancellation, and it must never be slower than one; giving them moves nothing.
        level_require(self.brake.account(), Action::Cancel, stamp.unix_s)?;
        require!(rights & !(DELEGATE_TRADE | DELEGATE_CANCEL) == 0, MarginError::UnknownRights);
        let named = *delegate.as_array() != [0; 32];
        require!(named == (rights != 0), MarginError::DelegateIncomplete);
        Ok(())
    }

    pub fn delegate_set(&mut self, delegate: Address, rights: u8) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&delegate, rights, &stamp)?;
        self.account.delegate = delegate;
        self.account.delegate_rights = rights;
        emit!(DelegateChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.account.next_seq()?,
            account: *self.account.address(),
            delegate,
            rights,
        });
        Ok(())
    }
}
