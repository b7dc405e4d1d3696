//! Buys a slice of an account in liquidation, or takes over one that is insolvent.
use crate::errors::MarginError;
use crate::events::{SlicePositionMoved, SliceSold, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::others::{expiry, expiry_mut};
use crate::portfolio_reads::Need;
use crate::state::{Liquidation, MarginAccount, Market, SliceBalances, SlicePayment, PHASE_INSOLVENT};
use crate::valuation::{Figures, Surroundings};
use abi::margin::{DELEGATE_TRADE, EXPIRY_SETTLED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;
use risk::fees::halves;
use risk::liquidation::{
    insolvent_payment_floor, price_ceil, slice_fraction_floor, slice_lots, SliceTerms, BUFFER_BPS, FEE_BPS, WHOLE_E9,
};
use risk::payoff::Position;
use units::{Lots, PriceE6, QuoteAtoms};

pub struct LiquidationBidArgs {
    /// Largest part of the account that the bidder wants, 1e9 = all of it.
    pub fraction_e9: u32,
    /// Most that the bidder pays; least, negated, that it wants to be paid for an insolvent account.
    pub limit_atoms: i64,
}

#[derive(Accounts)]
pub struct LiquidationBid {
    pub bidder_authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&bidder.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = bidder.may(bidder_authority.address(), DELEGATE_TRADE) @ MarginError::NotAccountTrader
    )]
    pub bidder: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&liquidation.account, account.address()) @ MarginError::LiquidationOfAnother
    )]
    pub liquidation: Account<Liquidation>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

/// What one bid buys, and for what.
struct Deal {
    fraction_e9: u32,
    elapsed_s: u64,
    /// Negative where insurance pays.
    price: QuoteAtoms,
}

impl LiquidationBid {
    /// Authority: the bidder's owner or trading delegate.
    /// Effects: one fraction of every balance and position changes hands; the bidder pays the auction's price less nothing, or, for an
    /// insolvent account, takes all of it and is paid out of insurance. A fee of 1 % of the price goes half to insurance, half to the
    /// opener at the end.
    /// Errors: `FractionOutOfRange`, `SelfTrade`, `LevelForbids`, `LiquidationOver`, `SettleFirst`, `PriceAboveLimit`, `PaymentBelowLimit`,
    /// `PositionsFull`, `ExpiriesFull`, `NotionalTooLarge`, `FeedStale`, those of `PortfolioReads`, `InitialMarginNegative` of the bidder.
    fn validate(&self, args: &LiquidationBidArgs, stamp: &Stamp) -> Result<()> {
        require!((1..=WHOLE_E9).contains(&args.fraction_e9), MarginError::FractionOutOfRange);
        require!(!address_eq(&self.account.owner, &self.bidder.owner), MarginError::SelfTrade);
        level_require(self.brake.account(), Action::Liquidate, stamp.unix_s)
    }

    pub fn liquidation_bid(&mut self, args: &LiquidationBidArgs, others: &mut [AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(args, &stamp)?;
        self.market.balance_refresh(&mut self.account)?;
        self.market.balance_refresh(&mut self.bidder)?;
        let spot = spot(self.feed.account(), Purpose::Liquidate, &stamp)?;
        let figures = {
            let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
            self.account.figures(&around, Need::Keep)?
        };
        require!(figures.im.0 < 0, MarginError::LiquidationOver);
        let elapsed_s = self.liquidation.tick(figures.mtm, true, stamp.unix_s)?;
        let elapsed_s = elapsed_s.saturating_mul(u64::from(self.market.time_divisor.get()));
        let deal = self.deal(args, &figures, elapsed_s)?;

        let positions = self.account.positions_at(None)?;
        let balances = self.market.slice_move(&mut self.account, &mut self.bidder, deal.fraction_e9)?;
        for position in &positions {
            self.position_move(position, &deal, others, spot, &stamp)?;
        }
        let payment = self.book(&deal)?;

        // INVARIANT(M-4): the bidder has taken on risk; the account has only lost some.
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        let margin = self.bidder.initial_margin(&around, Need::NewRisk, None)?;
        require!(margin.0 >= 0, MarginError::InitialMarginNegative);
        self.report(&deal, &balances, &payment, &stamp)
    }

    /// INVARIANT(M-8): a slice is at most what restores the account, and costs no more than it is worth; insurance pays at most 5 % above the
    /// shortfall, and only what it holds.
    fn deal(&self, args: &LiquidationBidArgs, figures: &Figures, elapsed_s: u64) -> Result<Deal> {
        if self.liquidation.phase == PHASE_INSOLVENT {
            let payment = if figures.mtm.0 == 0 {
                QuoteAtoms::ZERO
            } else {
                insolvent_payment_floor(figures.mtm, elapsed_s).map_err(|_| MarginError::AmountOverflow)?
            };
            let insurance = i64::try_from(self.market.insurance_atoms.get()).unwrap_or(i64::MAX);
            let price = QuoteAtoms(payment.0.min(insurance).saturating_neg());
            require!(price.0 <= args.limit_atoms, MarginError::PaymentBelowLimit);
            return Ok(Deal { fraction_e9: WHOLE_E9, elapsed_s, price });
        }
        let terms =
            SliceTerms { mtm: figures.mtm, im: figures.im, buffer_bps: BUFFER_BPS, fee_bps: FEE_BPS, elapsed_s };
        let most = slice_fraction_floor(&terms).map_err(|_| MarginError::AmountOverflow)?;
        let fraction_e9 = args.fraction_e9.min(most);
        let value =
            risk::liquidation::slice_quote(figures.mtm, fraction_e9).map_err(|_| MarginError::AmountOverflow)?;
        let price = if value.0 > 0 {
            price_ceil(value, elapsed_s).map_err(|_| MarginError::AmountOverflow)?
        } else {
            QuoteAtoms::ZERO
        };
        require!(price.0 <= args.limit_atoms, MarginError::PriceAboveLimit);
        Ok(Deal { fraction_e9, elapsed_s, price })
    }

    /// INVARIANT(M-2): opposite changes of the two accounts.
    #[inline(never)]
    fn position_move(
        &mut self,
        position: &Position,
        deal: &Deal,
        others: &mut [AccountView],
        spot: PriceE6,
        stamp: &Stamp,
    ) -> Result<()> {
        let market = *self.market.address();
        let series = {
            let listed = expiry(others, &market, position.expiry.0).map_err(|_| MarginError::ExpiryMissing)?;
            // Once settled, an expiry counts the lots that have yet to settle: netting them here would leave some for ever.
            require!(listed.state != EXPIRY_SETTLED, MarginError::SettleFirst);
            listed.series(position.strike.0, crate::state::kind_byte(position.kind))?
        };
        let taken = slice_lots(position.lots, deal.fraction_e9).map_err(|_| MarginError::AmountOverflow)?;
        if taken == Lots::ZERO {
            return Ok(());
        }
        let left = Lots::ZERO.checked_sub(taken).ok_or(MarginError::AmountOverflow)?;
        let mut listed = expiry_mut(others, &market, position.expiry.0)?;
        let account = self.account.lots_apply(&mut self.market, &mut listed, &series, left, spot)?;
        let bidder = self.bidder.lots_apply(&mut self.market, &mut listed, &series, taken, spot)?;
        emit!(SlicePositionMoved {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            bidder_account: *self.bidder.address(),
            expiry_unix_s: series.expiry_unix_s,
            strike_e6: series.strike_e6,
            kind: series.kind_byte(),
            lots: taken.0,
            account_lots: account.after.0,
            bidder_lots: bidder.after.0,
        });
        Ok(())
    }

    fn book(&mut self, deal: &Deal) -> Result<SlicePayment> {
        let slices = self.liquidation.slices.get().checked_add(1).ok_or(MarginError::AmountOverflow)?;
        self.liquidation.slices = slices.into();
        if deal.price.0 < 0 {
            self.market.insolvency_book(&mut self.bidder, deal.price.0.unsigned_abs())?;
            return Ok(SlicePayment { price: deal.price, insurance: QuoteAtoms::ZERO, opener: QuoteAtoms::ZERO });
        }
        let (insurance, opener) = halves(deal.price, FEE_BPS).ok_or(MarginError::AmountOverflow)?;
        let payment = SlicePayment { price: deal.price, insurance, opener };
        self.market.slice_book(&mut self.account, &mut self.bidder, &payment)?;
        let held = self.liquidation.opener_fee_atoms.get().checked_add(opener.0.unsigned_abs());
        self.liquidation.opener_fee_atoms = held.ok_or(MarginError::AmountOverflow)?.into();
        Ok(payment)
    }

    fn report(&mut self, deal: &Deal, balances: &SliceBalances, payment: &SlicePayment, stamp: &Stamp) -> Result<()> {
        emit!(SliceSold {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            bidder_account: *self.bidder.address(),
            phase: self.liquidation.phase,
            elapsed_s: deal.elapsed_s,
            fraction_e9: deal.fraction_e9,
            price_atoms: deal.price.0,
            insurance_fee_atoms: payment.insurance.0,
            opener_fee_atoms: payment.opener.0,
            slice_quote_atoms: balances.quote.0,
            slice_base_atoms: balances.base.0,
            quote_atoms: self.account.quote_atoms.get(),
            base_atoms: self.account.base_atoms.get(),
            bidder_quote_atoms: self.bidder.quote_atoms.get(),
            bidder_base_atoms: self.bidder.base_atoms.get(),
        });
        Ok(())
    }
}
