//! Takes a posted quote back.
use crate::errors::MarginError;
use crate::events::{QuoteWithdrawn, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{MarginAccount, Market, PostedQuote};
use abi::margin::DELEGATE_CANCEL;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct QuoteCancel {
    pub authority: Signer,
    /// Counts the quote.
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub market: Account<Market>,
    #[account(mut)]
    pub account: Account<MarginAccount>,
    /// Who paid the rent. `dup`: it may be the authority.
    #[account(mut, unsafe(dup), address = posted.payer @ MarginError::NotRentPayer)]
    pub payer: UncheckedAccount,
    #[account(
        mut,
        close = payer,
        constraint = address_eq(&posted.maker_account, account.address()) @ MarginError::PostedByAnother
    )]
    pub posted: Account<PostedQuote>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl QuoteCancel {
    /// Authority: the maker's owner or cancelling delegate; anybody once the quote's last slot has passed.
    /// Effects: the account is gone. What was filled stays in the fill state, so that the nonce does not begin anew.
    /// Errors: `AccountOfAnotherMarket`, `NotAccountCanceller`, `PostedByAnother`, `NotRentPayer`, `LevelForbids` while accounts are migrated.
    fn validate(&self, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Cancel, stamp.unix_s)?;
        let over = stamp.slot > self.posted.expiry_slot.get();
        let may = over || self.account.may(self.authority.address(), DELEGATE_CANCEL);
        require!(may, MarginError::NotAccountCanceller);
        Ok(())
    }

    pub fn quote_cancel(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&stamp)?;
        self.market.record_closed()?;
        emit!(QuoteWithdrawn {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.account.next_seq()?,
            account: *self.account.address(),
            nonce: self.posted.nonce.get(),
        });
        Ok(())
    }
}
