//! Pays or charges one account for all its positions of one settled expiry.
use crate::errors::MarginError;
use crate::events::{AccountSettled, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Expiry, MarginAccount, Market};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct AccountSettle {
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket)]
    pub expiry: Account<Expiry>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl AccountSettle {
    /// Authority: anyone, once the expiry's price is fixed.
    /// Effects: longs receive the floor, shorts owe the ceiling, positions are cleared. An account without positions in the expiry is
    /// left as it is, so that a second call, or one beside another keeper's, does no harm.
    /// Errors: `SettlementPending`, `LevelForbids`.
    pub fn account_settle(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        let settled = self.account.settle(&mut self.market, &mut self.expiry)?;
        if settled.positions == 0 {
            return Ok(());
        }
        // INVARIANT(M-7): a sum of per-position amounts at one fixed price, so neither order nor batching matters.
        self.market.settlement_book(&mut self.expiry, &mut self.account, settled.cash)?;
        emit!(AccountSettled {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            expiry_unix_s: self.expiry.expiry_unix_s.get(),
            positions: settled.positions,
            cash_atoms: settled.cash.0,
            quote_atoms: self.account.quote_atoms.get(),
            unsettled_lots: self.expiry.unsettled_lots.get(),
        });
        Ok(())
    }
}
