//! Turns tokens back into long lots of an account.
use super::view_margin::LastPrice;
use crate::errors::MarginError;
use crate::events::{PositionUnwrapped, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{less, long, Earlier, MarginAccount, Market, Wrapped};
use crate::valuation::Surroundings;
use crate::wrapped_mint;
use abi::margin::{EXPIRY_SETTLED, MODE_PORTFOLIO};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use units::{Lots, PriceE6};

#[derive(Accounts)]
pub struct PositionUnwrap {
    /// Owns the account, and may spend from `source`.
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
    /// No check here: Token-2022 holds it to the mint and to the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub token_2022_program: Program<Token2022>,
}

/// What an account held before, and what is where now.
struct Moved {
    before: Earlier,
    after: Lots,
    wrapped_lots: u64,
}

impl PositionUnwrap {
    /// Authority: the account's owner, who spends the tokens. Takes the series' expiry, writable, among the accounts beyond the named ones. At
    /// any time, after settlement too: the account then settles them.
    /// Effects: `lots` tokens are burnt and the position grows by as many. Open interest stays.
    /// Errors: `AmountZero`, `LevelForbids`, `ExpiryMissing`, `SettleFirst` where the account is short of a series that has settled, `LotsAboveWrapped`, `FeedUnreadable`, `FeedStale` before the feed's first price, those of
    /// `MarginAccount::lots_apply`; in portfolio mode, those of `PortfolioReads` and `InitialMarginNegative`; Token-2022's when there are too
    /// few tokens.
    fn validate(&self, lots: u64, stamp: &Stamp) -> Result<()> {
        require!(lots > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::ReduceRisk, stamp.unix_s)
    }

    pub fn position_unwrap(&mut self, lots: u64, others: &mut [AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(lots, &stamp)?;
        let spot = LastPrice::of(self.feed.account())?.spot;
        let moved = self.lots_move(lots, others, spot)?;
        // INVARIANT(M-4): a long owes nothing, but portfolio margin charges for a concentrated one.
        if self.account.mode == MODE_PORTFOLIO {
            let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
            let margin = self.account.initial_margin(&around, Need::Keep, None)?;
            let covered =
                margin.0 >= 0 || margin >= self.account.initial_margin(&around, Need::Keep, Some(&moved.before))?;
            require!(covered, MarginError::InitialMarginNegative);
        }
        emit!(PositionUnwrapped {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            wrapped: *self.wrapped.address(),
            source: *self.source.address(),
            lots,
            account_lots: moved.after.0,
            wrapped_lots: moved.wrapped_lots,
        });
        wrapped_mint::burn(&mut self.mint, &mut self.source, &self.owner, lots);
        Ok(())
    }

    /// INVARIANT(M-2): from behind the tokens, into the account.
    #[inline(never)]
    fn lots_move(&mut self, lots: u64, others: &mut [AccountView], spot: PriceE6) -> Result<Moved> {
        let mut expiry = self.wrapped.expiry_mut(others)?;
        let series = self.wrapped.series(&expiry)?;
        // Once settled, an expiry counts the lots that have yet to settle, long and short: netting them here would leave some for ever.
        let nets = self.account.lots(&series) < Lots::ZERO;
        require!(expiry.state != EXPIRY_SETTLED || !nets, MarginError::SettleFirst);
        let before =
            Earlier { quote: self.account.quote_now(&self.market)?, held: vec![(series, self.account.lots(&series))] };
        let wrapped_lots = self.wrapped.lots_apply(&mut self.market, &mut expiry, less(lots)?)?;
        let change = self.account.lots_apply(&mut self.market, &mut expiry, &series, long(lots)?, spot)?;
        Ok(Moved { before, after: change.after, wrapped_lots })
    }
}
