//! Gives back the rent of an expiry that nobody has anything in any more.
use crate::errors::MarginError;
use crate::events::{ExpiryClosed, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Expiry, Market};
use crate::TIME_DIVISOR;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::listing::KEPT_S;

#[derive(Accounts)]
pub struct ExpiryClose {
    /// Who paid the rent.
    #[account(mut, address = expiry.payer @ MarginError::NotRentPayer)]
    pub payer: UncheckedAccount,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        close = payer,
        constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket
    )]
    pub expiry: Account<Expiry>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl ExpiryClose {
    /// Authority: anyone, after the last claim, a week after its time: until then vaults may still have to read its price, and whoever
    /// closed it first would turn their depositors away.
    /// Effects: the account is gone. Its time has passed, so that it is never listed again.
    /// Errors: `NotRentPayer`, `LevelForbids`, `SettlementPending`, `ExpiryInUse`, `ExpiryKept`.
    fn validate(&self, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        self.expiry.settlement_price()?;
        // Claims do not end: one lot that has not settled keeps the expiry.
        let used = self.expiry.unsettled_lots.get() > 0 || self.expiry.wrapped_series.get() > 0;
        require!(!used, MarginError::ExpiryInUse);
        let kept_s = policy::scaled(KEPT_S, TIME_DIVISOR);
        let elapsed_s = stamp.unix_s.saturating_sub(self.expiry.expiry_unix_s.get());
        require!(elapsed_s >= kept_s, MarginError::ExpiryKept);
        Ok(())
    }

    pub fn expiry_close(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&stamp)?;
        self.market.record_closed()?;
        emit!(ExpiryClosed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            expiry_unix_s: self.expiry.expiry_unix_s.get(),
        });
        Ok(())
    }
}
