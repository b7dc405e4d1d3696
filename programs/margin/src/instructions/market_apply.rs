//! Applies looser terms that have waited long enough.
use crate::errors::MarginError;
use crate::events::{MarketChanged, Stamp};
use crate::state::{Market, MarketChange};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct MarketApply {
    #[account(mut, constraint = market.is_free() @ MarginError::MarketHeld)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&change.market, market.address()) @ MarginError::ChangeOfAnotherMarket)]
    pub change: Account<MarketChange>,
}

impl MarketApply {
    /// Authority: anyone, 48 hours after the terms were proposed.
    /// Effects: the waiting terms replace the present ones.
    /// Errors: `MarketHeld`, `ChangeOfAnotherMarket`, `ChangeNotPending`, `ChangeTooEarly`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        let ready_unix_s = self.change.ready_unix_s.get();
        require!(ready_unix_s != 0, MarginError::ChangeNotPending);
        require!(now_unix_s >= ready_unix_s, MarginError::ChangeTooEarly);
        Ok(())
    }

    pub fn market_apply(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(stamp.unix_s)?;
        let terms = self.change.terms;
        self.market.terms_apply(&terms);
        self.change.ready_unix_s = 0.into();
        emit!(MarketChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
        });
        Ok(())
    }
}
