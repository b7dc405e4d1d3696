//! Turns long lots of an account into tokens.
use super::account_withdraw::collateral_require;
use crate::errors::MarginError;
use crate::events::{PositionWrapped, Stamp};
use crate::guard::{market_level_require, BRAKE};
use crate::state::{less, long, MarginAccount, Market, PositionChange, Wrapped};
use crate::valuation::Surroundings;
use crate::wrapped_mint;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use units::PriceE6;

#[derive(Accounts)]
pub struct PositionWrap {
    pub owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub account: Account<MarginAccount>,
    #[account(mut, constraint = address_eq(&wrapped.market, market.address()) @ MarginError::WrappedOfAnotherMarket)]
    pub wrapped: Account<Wrapped>,
    #[account(mut, address = wrapped.mint @ MarginError::WrongWrappedMint)]
    pub mint: UncheckedAccount,
    /// Any token account of the mint: the owner chooses. Token-2022 holds it to the mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub token_2022_program: Program<Token2022>,
}

impl PositionWrap {
    /// Authority: the owner. Takes the series' expiry, writable, among the accounts beyond the named ones. Until expiry; what settles afterwards settles in the account.
    /// Effects: the position shrinks by `lots`, and as many tokens are minted to the destination. Open interest stays.
    /// Errors: `AmountZero`, `LevelForbids`, `ExpiryMissing`, `SeriesExpired`, `LotsAboveHeld`; what a withdrawal is held to: `QuoteBalanceTooLow`, `FeedStale`,
    /// those of `PortfolioReads`, `InitialMarginNegative`.
    fn validate(&self, lots: u64, stamp: &Stamp) -> Result<()> {
        require!(lots > 0, MarginError::AmountZero);
        market_level_require(self.brake.account(), self.custody.account(), Action::NewRisk, stamp.unix_s)
    }

    pub fn position_wrap(&mut self, lots: u64, others: &mut [AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(lots, &stamp)?;
        let (change, wrapped_lots) = self.lots_move(lots, others, &stamp)?;
        // INVARIANT(M-4): what leaves the account is no longer there to offset anything.
        let around = Surroundings::new(&self.market, self.feed.account(), others);
        collateral_require(&self.account, around, &stamp)?;
        emit!(PositionWrapped {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            wrapped: *self.wrapped.address(),
            destination: *self.destination.address(),
            lots,
            account_lots: change.after.0,
            wrapped_lots,
        });
        wrapped_mint::mint_to(&self.wrapped, &mut self.mint, &mut self.destination, lots);
        Ok(())
    }

    /// INVARIANT(M-2): out of the account, behind the tokens.
    #[inline(never)]
    fn lots_move(&mut self, lots: u64, others: &mut [AccountView], stamp: &Stamp) -> Result<(PositionChange, u64)> {
        let mut expiry = self.wrapped.expiry_mut(others)?;
        expiry.require_trading(stamp.unix_s)?;
        let series = self.wrapped.series(&expiry)?;
        let (out, into) = (less(lots)?, long(lots)?);
        require!(self.account.lots(&series) >= into, MarginError::LotsAboveHeld);
        // A position that shrinks is held to no bound, so that no price is asked for.
        let change = self.account.lots_apply(&mut self.market, &mut expiry, &series, out, PriceE6::ZERO)?;
        let wrapped_lots = self.wrapped.lots_apply(&mut self.market, &mut expiry, into)?;
        Ok((change, wrapped_lots))
    }
}
