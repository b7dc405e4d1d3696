//! Gives back the rent of a wrapped series that has no tokens left.
use crate::errors::MarginError;
use crate::events::{Stamp, WrappedClosed};
use crate::guard::{level_require, BRAKE};
use crate::state::{less, Expiry, Market, Wrapped};
use crate::wrapped_mint;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use units::QuoteAtoms;

#[derive(Accounts)]
pub struct WrappedClose {
    /// Who paid the rent.
    #[account(mut, address = wrapped.payer @ MarginError::NotRentPayer)]
    pub payer: UncheckedAccount,
    #[account(mut, constraint = market.is_free() @ MarginError::MarketHeld)]
    pub market: Account<Market>,
    /// The series' expiry, which holds what burnt tokens never claimed.
    #[account(mut, address = wrapped.expiry @ MarginError::WrappedOfAnotherExpiry)]
    pub expiry: Account<Expiry>,
    #[account(
        mut,
        close = payer,
        constraint = address_eq(&wrapped.market, market.address()) @ MarginError::WrappedOfAnotherMarket
    )]
    pub wrapped: Account<Wrapped>,
    #[account(mut, address = wrapped.mint @ MarginError::WrongWrappedMint)]
    pub mint: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    pub token_2022_program: Program<Token2022>,
}

impl WrappedClose {
    /// Authority: anyone, once the expiry is settled and every token is gone.
    /// Effects: mint and wrapped series are gone. What holders burnt themselves is forfeit: it is settled at nothing, and what that leaves goes
    /// to insurance with the expiry's rounding.
    /// Errors: `LevelForbids` while accounts are migrated, `MarketHeld`, `SettlementPending`, `WrappedInUse`.
    pub fn wrapped_close(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        self.expiry.settlement_price()?;
        require!(wrapped_mint::supply(&self.mint)? == 0, MarginError::WrappedInUse);
        let forfeit = self.wrapped.lots.get();
        if forfeit > 0 {
            self.wrapped.lots_apply(&mut self.market, &mut self.expiry, less(forfeit)?)?;
            self.expiry.settled_record(forfeit)?;
            self.market.redemption_book(&mut self.expiry, QuoteAtoms::ZERO)?;
        }
        self.expiry.wrapped_count(-1)?;
        self.market.record_closed()?;
        emit!(WrappedClosed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            wrapped: *self.wrapped.address(),
            mint: *self.mint.address(),
            forfeit_lots: forfeit,
            unsettled_lots: self.expiry.unsettled_lots.get(),
        });
        wrapped_mint::close(&self.wrapped, &mut self.mint, &mut self.payer);
        Ok(())
    }
}
