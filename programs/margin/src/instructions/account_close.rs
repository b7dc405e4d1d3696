//! Closes an empty margin account.
use crate::errors::MarginError;
use crate::events::{AccountClosed, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{MarginAccount, Market};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct AccountClose {
    #[account(mut)]
    pub owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        close = owner,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl AccountClose {
    /// Authority: the owner, who receives the rent.
    /// Effects: the account is gone; its registry index stays a hole.
    /// Errors: `AccountNotFlat`, `AccountNotEmpty`, `LiquidationOpen`, `AccountKeepsNonceFloor`, `BrakeUnreadable`, `LevelForbids` while
    /// accounts are migrated.
    fn validate(&self, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        require!(self.account.is_flat(), MarginError::AccountNotFlat);
        let empty = self.account.quote_atoms.get() == 0 && self.account.base_atoms.get() == 0;
        require!(empty, MarginError::AccountNotEmpty);
        require!(self.account.in_liquidation == 0, MarginError::LiquidationOpen);
        // Reopened at the same address, the account would start at nonce 0 and cancelled quotes would live again.
        require!(self.account.nonce_floor.get() == 0, MarginError::AccountKeepsNonceFloor);
        Ok(())
    }

    pub fn account_close(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&stamp)?;
        let closed = self.market.accounts_closed.get();
        self.market.accounts_closed = closed.checked_add(1).ok_or(MarginError::AmountOverflow)?.into();
        emit!(AccountClosed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            account: *self.account.address(),
            index: self.account.index.get(),
        });
        Ok(())
    }
}
