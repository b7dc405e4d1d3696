//! Fills a maker's quote, signed or posted, in whole or in part.
use crate::errors::MarginError;
use crate::events::{LegFilled, QuoteFilled, Stamp};
use crate::guard::{self, level_require, new_risk_take, BRAKE};
use crate::maker_quote::MakerQuote;
use crate::others::expiry_mut;
use crate::package::{Leg, Package, Setting};
use crate::portfolio_reads::{mark, Need};
use crate::state::{Earlier, MarginAccount, Market, PositionChange, QuoteState};
use crate::valuation::Surroundings;
use crate::ID;
use abi::margin::{DELEGATE_TRADE, MODE_PORTFOLIO, QUOTE_SEED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;
use risk::reduce::{reduces_without_repricing, Change};
use units::{Lots, PriceE6, QuoteAtoms};

pub struct QuoteFillArgs {
    pub packages: u64,
    /// The quote's nonce: it names the fill state's address.
    pub nonce: u64,
    /// Where in the transaction a signed quote's signature was verified.
    pub ix_index: u8,
}

#[derive(Accounts)]
#[instruction(packages: u64, nonce: u64)]
pub struct QuoteFill {
    /// The taker's owner, or its delegate with the right to trade.
    pub taker_authority: Signer,
    /// Pays the fill state's rent, and gets it back. `dup`: a signer's view gives no access to data, so the taker's owner may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&taker.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = taker.may(taker_authority.address(), DELEGATE_TRADE) @ MarginError::NotAccountTrader
    )]
    pub taker: Account<MarginAccount>,
    #[account(mut, constraint = address_eq(&maker.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub maker: Account<MarginAccount>,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [QUOTE_SEED, maker.address().as_ref(), &nonce.to_le_bytes()],
        bump
    )]
    pub quote_state: Account<QuoteState>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    /// The instructions sysvar, or a posted quote: `MakerQuote::read` tells them apart.
    pub quote_source: UncheckedAccount,
    pub system_program: Program<System>,
}

/// One side of a fill.
struct Side {
    /// What "no worse" is measured against, where the side only shrinks its positions.
    earlier: Option<Earlier>,
}

impl QuoteFill {
    /// Authority: the taker's owner or trading delegate signs the transaction; the maker's has signed or posted the quote.
    /// Effects: lots of every leg change hands, premiums and fees are paid, the quote's fill state grows.
    /// Errors: one for each check here, in `MakerQuote`, `Package`, `QuoteState` and `MarginAccount::lots_apply`.
    fn validate(&self, args: &QuoteFillArgs, quote: &MakerQuote, stamp: &Stamp) -> Result<()> {
        let header = &quote.header;
        require!(header.program == *ID.as_array(), MarginError::QuoteProgramWrong);
        require!(header.genesis_hash == self.market.genesis_hash, MarginError::QuoteClusterWrong);
        require!(header.market == *self.market.address().as_array(), MarginError::QuoteMarketWrong);
        require!(header.maker_account == *self.maker.address().as_array(), MarginError::QuoteMakerWrong);
        require!(header.nonce.get() == args.nonce, MarginError::QuoteNonceMismatch);
        require!(stamp.slot <= header.expiry_slot.get(), MarginError::QuoteExpired);
        require!(args.nonce >= self.maker.nonce_floor.get(), MarginError::QuoteCancelled);
        require!(!address_eq(&self.taker.owner, &self.maker.owner), MarginError::SelfTrade);
        require!(args.packages > 0, MarginError::AmountZero);
        Ok(())
    }

    pub fn quote_fill(
        &mut self,
        args: &QuoteFillArgs,
        bumps: &QuoteFillBumps,
        others: &mut [AccountView],
    ) -> Result<()> {
        let stamp = Stamp::now()?;
        let quote = MakerQuote::read(self.quote_source.account(), args.ix_index, &self.maker, self.maker.address())?;
        self.validate(args, &quote, &stamp)?;
        self.market.balance_refresh(&mut self.taker)?;
        self.market.balance_refresh(&mut self.maker)?;
        let spot = guard::spot(self.feed.account(), Purpose::ReduceRisk, &stamp)?;
        let setting =
            Setting { market: &self.market, market_address: self.market.address(), spot, now_unix_s: stamp.unix_s };
        let package = Package::new(&quote, args.packages, &setting, others)?;
        let taker_side = Side::new(&self.taker, &package, |leg| leg.taker);
        let maker_side = Side::new(&self.maker, &package, |leg| leg.maker);
        if taker_side.earlier.is_some() {
            level_require(self.brake.account(), Action::ReduceRisk, stamp.unix_s)?;
        } else {
            // The same price, but of a feed that is good enough to open at.
            guard::spot(self.feed.account(), Purpose::NewRisk, &stamp)?;
            let (brake, custody) = (self.brake.account(), self.custody.account());
            new_risk_take(&mut self.market, brake, custody, package.lots(), stamp.unix_s)?;
        }

        if self.quote_state.version == 0 {
            self.market.record_opened()?;
        }
        self.quote_state.bind(&quote, self.payer.address(), bumps.quote_state)?;
        self.quote_state.take(&quote, args.packages)?;
        self.market.fill_book(&mut self.taker, &mut self.maker, &package.cash)?;
        for leg in &package.legs {
            self.leg_apply(leg, others, spot, &stamp)?;
        }

        // INVARIANT(M-4): once, after all legs.
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        taker_side.require(&self.taker, package.cash.taker, &package, &around)?;
        maker_side.require(&self.maker, package.cash.maker, &package, &around)?;
        self.report(&package, args, &stamp)
    }

    /// INVARIANT(M-2): opposite changes of the two accounts.
    #[inline(never)]
    fn leg_apply(&mut self, leg: &Leg, others: &mut [AccountView], spot: PriceE6, stamp: &Stamp) -> Result<()> {
        let series = &leg.series;
        let market_address = *self.market.address();
        let mut expiry = expiry_mut(others, &market_address, series.expiry_unix_s)?;
        let taken = self.taker.lots_apply(&mut self.market, &mut expiry, series, leg.taker, spot)?;
        let made = self.maker.lots_apply(&mut self.market, &mut expiry, series, leg.maker, spot)?;
        self.leg_report(leg, (taken, made), stamp)
    }

    fn leg_report(&mut self, leg: &Leg, (taken, made): (PositionChange, PositionChange), stamp: &Stamp) -> Result<()> {
        emit!(LegFilled {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            taker_account: *self.taker.address(),
            maker_account: *self.maker.address(),
            nonce: self.quote_state.nonce.get(),
            expiry_unix_s: leg.series.expiry_unix_s,
            strike_e6: leg.series.strike_e6,
            kind: leg.series.kind_byte(),
            lots: leg.taker.0,
            price_e6: leg.price.0,
            premium_atoms: leg.cash.premium.0,
            taker_lots: taken.after.0,
            maker_lots: made.after.0,
        });
        Ok(())
    }

    fn report(&mut self, package: &Package, args: &QuoteFillArgs, stamp: &Stamp) -> Result<()> {
        let cash = &package.cash;
        emit!(QuoteFilled {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            taker_account: *self.taker.address(),
            maker_account: *self.maker.address(),
            nonce: args.nonce,
            packages: args.packages,
            filled_packages: self.quote_state.filled_packages.get(),
            taker_cash_atoms: cash.taker.0,
            maker_cash_atoms: cash.maker.0,
            taker_fee_atoms: cash.taker_fee.0,
            maker_fee_atoms: cash.maker_fee.0,
            taker_quote_atoms: self.taker.quote_atoms.get(),
            maker_quote_atoms: self.maker.quote_atoms.get(),
        });
        Ok(())
    }
}

impl Side {
    fn new(account: &MarginAccount, package: &Package, change: impl Fn(&Leg) -> Lots) -> Self {
        let earlier = package.reduces(account, change).then(|| Earlier {
            quote: QuoteAtoms(account.quote_atoms.get()),
            held: package.legs.iter().map(|leg| (leg.series, account.lots(&leg.series))).collect(),
        });
        Self { earlier }
    }

    /// INVARIANT(M-4): initial margin, or, for a side that only shrinks positions, no worse than before. Who pays can pay.
    #[inline(never)]
    fn require(
        &self,
        account: &MarginAccount,
        cash: QuoteAtoms,
        package: &Package,
        around: &Surroundings<'_>,
    ) -> Result<()> {
        let can_pay = cash.0 >= 0 || account.quote_atoms.get() >= 0;
        require!(can_pay, MarginError::QuoteBalanceTooLow);
        if self.shows_reduction(account, package, around) {
            return Ok(());
        }
        // Whoever only shrinks does not wait for a surface.
        let need = if self.earlier.is_some() { Need::Keep } else { Need::NewRisk };
        let margin = account.initial_margin(around, need, None)?;
        if margin.0 >= 0 {
            return Ok(());
        }
        // The margin before is computed only when it decides.
        match &self.earlier {
            Some(earlier) if margin >= account.initial_margin(around, need, Some(earlier))? => Ok(()),
            _ => Err(MarginError::InitialMarginNegative.into()),
        }
    }

    /// Whether an account in portfolio mode need not be repriced: only shorts shrink, at prices near the model's.
    #[inline(never)]
    fn shows_reduction(&self, account: &MarginAccount, package: &Package, around: &Surroundings<'_>) -> bool {
        let Some(earlier) = &self.earlier else { return false };
        if account.mode != MODE_PORTFOLIO || earlier.held.iter().any(|(_, lots)| lots.0 >= 0) {
            return false;
        }
        let changes = earlier.held.iter().map(|(series, before)| {
            let after = account.lots(series);
            after.checked_sub(*before).map(|change| Change { before: *before, change })
        });
        let premiums = package.legs.iter().map(|leg| mark(around, &leg.series).map(|model| (leg.price, model)));
        match (changes.collect::<Option<Vec<_>>>(), premiums.collect::<Option<Vec<_>>>()) {
            (Some(changes), Some(premiums)) => reduces_without_repricing(&changes, &premiums),
            _ => false,
        }
    }
}
