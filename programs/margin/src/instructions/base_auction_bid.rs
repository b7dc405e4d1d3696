//! Buys base from an account whose quote is negative, until it is not.
use crate::errors::MarginError;
use crate::events::{BaseSold, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use abi::margin::DELEGATE_TRADE;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::debt::{price_floor, sale, BaseSale, DebtError};
use risk::feed::Purpose;
use units::{BaseAtoms, PriceE6, QuoteAtoms};

pub struct BaseAuctionBidArgs {
    /// Most base that the bidder wants.
    pub base_atoms: u64,
    /// Most that it pays for a whole unit.
    pub limit_e6: u64,
}

#[derive(Accounts)]
pub struct BaseAuctionBid {
    pub bidder_authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    /// The account in debt: a trader's or a vault's.
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&bidder.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = bidder.may(bidder_authority.address(), DELEGATE_TRADE) @ MarginError::NotAccountTrader
    )]
    pub bidder: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

impl BaseAuctionBid {
    /// Authority: the bidder's owner or trading delegate; the owner of the debt is not asked.
    /// Effects: base for quote, at the feed's price falling with the age of the debt, no more than cures it.
    /// Errors: `AmountZero`, `SelfTrade`, `LevelForbids`, `LiquidationOpen`, `DebtMissing`, `BaseBalanceTooLow`, `FeedStale`,
    /// `BasePriceOutOfBounds`, `PriceAboveLimit`, `QuoteBalanceTooLow` and `InitialMarginNegative` of the bidder, `DebtorMarginNegative`, those of
    /// `PortfolioReads`.
    fn validate(&self, args: &BaseAuctionBidArgs, stamp: &Stamp) -> Result<()> {
        require!(args.base_atoms > 0, MarginError::AmountZero);
        // Between accounts of one owner a sale below the price would carry value out of the one that owes.
        require!(!address_eq(&self.account.owner, &self.bidder.owner), MarginError::SelfTrade);
        level_require(self.brake.account(), Action::Liquidate, stamp.unix_s)?;
        // A slice carries its part of the debt and of the base already.
        require!(self.account.in_liquidation == 0, MarginError::LiquidationOpen);
        require!(self.account.quote_atoms.get() < 0, MarginError::DebtMissing);
        require!(self.account.base_atoms.get() > 0, MarginError::BaseBalanceTooLow);
        Ok(())
    }

    pub fn base_auction_bid(&mut self, args: &BaseAuctionBidArgs, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(args, &stamp)?;
        let spot = spot(self.feed.account(), Purpose::Liquidate, &stamp)?;
        self.market.balance_refresh(&mut self.account)?;
        let elapsed_s = self.elapsed_s(&stamp);
        let price = price_floor(spot, elapsed_s).map_err(|_| MarginError::BasePriceOutOfBounds)?;
        require!(price.0 <= args.limit_e6, MarginError::PriceAboveLimit);
        let sold = self.sale(args, price)?;

        self.market.base_pass(&mut self.account, &mut self.bidder, sold.base)?;
        self.market.quote_pass(&mut self.bidder, &mut self.account, sold.paid)?;
        self.margin_require(spot, others, &stamp)?;
        emit!(BaseSold {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            bidder_account: *self.bidder.address(),
            elapsed_s,
            price_e6: price.0,
            sold_base_atoms: sold.base.0,
            paid_atoms: sold.paid.0,
            quote_atoms: self.account.quote_atoms.get(),
            base_atoms: self.account.base_atoms.get(),
            bidder_quote_atoms: self.bidder.quote_atoms.get(),
            bidder_base_atoms: self.bidder.base_atoms.get(),
        });
        Ok(())
    }

    fn elapsed_s(&self, stamp: &Stamp) -> u64 {
        let seconds = stamp.unix_s.saturating_sub(self.account.debt_unix_s.get());
        u64::try_from(seconds).unwrap_or(0).saturating_mul(u64::from(self.market.time_divisor.get()))
    }

    fn sale(&self, args: &BaseAuctionBidArgs, price: PriceE6) -> Result<BaseSale> {
        let debt = QuoteAtoms(self.account.quote_atoms.get().checked_neg().ok_or(MarginError::AmountOverflow)?);
        let (held, asked) = (BaseAtoms(self.account.base_atoms.get()), BaseAtoms(args.base_atoms));
        let sold = sale(debt, held, asked, price, self.market.scale().base_unit_atoms);
        Ok(sold.map_err(|why| match why {
            DebtError::DebtMissing => MarginError::DebtMissing,
            DebtError::PriceOutOfRange => MarginError::BasePriceOutOfBounds,
            DebtError::BaseUnitZero | DebtError::Overflow => MarginError::AmountOverflow,
        })?)
    }

    /// INVARIANT(M-4): who buys can pay, and holds its margin with other collateral. Who sells may lose the cover of a call with its base: then
    /// the debt stays until the position is gone.
    fn margin_require(&self, spot: PriceE6, others: &[AccountView], stamp: &Stamp) -> Result<()> {
        require!(self.bidder.quote_atoms.get() >= 0, MarginError::QuoteBalanceTooLow);
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        if !self.bidder.is_flat() {
            let margin = self.bidder.initial_margin(&around, Need::NewRisk, None)?;
            require!(margin.0 >= 0, MarginError::InitialMarginNegative);
        }
        if !self.account.is_flat() {
            let figures = self.account.figures(&around, Need::Keep)?;
            require!(figures.mm.0 >= 0, MarginError::DebtorMarginNegative);
        }
        Ok(())
    }
}
