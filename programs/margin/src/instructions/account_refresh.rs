//! Brings a quote balance up to date, as every instruction that changes it does first.
use crate::errors::MarginError;
use crate::events::{BalanceRefreshed, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{MarginAccount, Market};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct AccountRefresh {
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl AccountRefresh {
    /// Authority: anyone; for whoever reads balances from outside, and to collect a haircut from accounts that nobody touches.
    /// Effects: a debt bears its interest, a positive balance its part of haircuts. An account on which nothing is due is left as it is.
    /// Errors: `LevelForbids` while accounts are migrated.
    pub fn account_refresh(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        let before = self.account.quote_atoms.get();
        self.market.balance_refresh(&mut self.account)?;
        let after = self.account.quote_atoms.get();
        if after == before {
            return Ok(());
        }
        emit!(BalanceRefreshed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            lost_atoms: before.saturating_sub(after),
            quote_atoms: after,
            insurance_atoms: self.market.insurance_atoms.get(),
        });
        Ok(())
    }
}
