//! Gives back the rent of a quote's fill state once the quote cannot fill any more.
use crate::errors::MarginError;
use crate::guard::{level_require, BRAKE};
use crate::state::{Market, QuoteState};
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct QuoteStateClose {
    /// Who paid the rent.
    #[account(mut, address = quote_state.payer @ MarginError::NotRentPayer)]
    pub payer: UncheckedAccount,
    /// Counts the fill state.
    #[account(mut, address = quote_state.market @ MarginError::QuoteMarketWrong)]
    pub market: Account<Market>,
    #[account(mut, close = payer)]
    pub quote_state: Account<QuoteState>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl QuoteStateClose {
    /// Authority: anyone.
    /// Effects: the account is gone. INVARIANT(M-10): after its last slot a quote is refused before its state is looked at.
    /// Errors: `QuoteMarketWrong`, `QuoteStillLive`, `NotRentPayer`, `LevelForbids` while accounts are migrated.
    pub fn quote_state_close(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        level_require(self.brake.account(), Action::Cancel, unix_s)?;
        require!(slot > self.quote_state.expiry_slot.get(), MarginError::QuoteStillLive);
        self.market.record_closed()
    }
}
