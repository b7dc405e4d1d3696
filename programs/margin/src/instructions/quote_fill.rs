//! Fills a maker's signed quote, in whole or in part.
use crate::errors::MarginError;
use crate::events::{QuoteFilled, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::signed_quote::{signed_quote_read, SignedQuote};
use crate::state::{Earlier, Expiry, MarginAccount, Market, PositionChange, QuoteState, Series};
use crate::ID;
use abi::margin::QUOTE_SEED;
use abi::quote::{SIDE_BUY, SIDE_SELL};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::fill::{fill_cash, reduces, FillCash, FillTerms};
use units::{Lots, PriceE6, QuoteAtoms};

const INSTRUCTIONS: Address = Address::new_from_array(abi::ids::SYSVAR_INSTRUCTIONS);

pub struct QuoteFillArgs {
    pub lots: u64,
    /// The quote's nonce: it names the fill state's address.
    pub nonce: u64,
    /// Where in the transaction the quote's signature was verified.
    pub ix_index: u8,
}

#[derive(Accounts)]
#[instruction(lots: u64, nonce: u64)]
pub struct QuoteFill {
    pub taker_owner: Signer,
    /// Pays the fill state's rent, and gets it back. `dup`: a signer's view gives no access to data, so the taker's owner may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket)]
    pub expiry: Account<Expiry>,
    #[account(
        mut,
        constraint = address_eq(&taker.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&taker.owner, taker_owner.address()) @ MarginError::NotAccountOwner
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
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    #[account(address = INSTRUCTIONS @ MarginError::WrongInstructionsSysvar)]
    pub instructions: UncheckedAccount,
    pub system_program: Program<System>,
}

/// One side of a fill.
struct Side {
    change: Lots,
    /// Whether it only shrinks the side's position.
    reduces: bool,
    /// What "no worse" is measured against.
    earlier: Earlier,
}

impl QuoteFill {
    /// Authority: the taker's owner signs the transaction, the maker's owner has signed the quote.
    /// Effects: lots change hands, premium and fees are paid, the quote's fill state grows.
    /// Errors: one for each check here, in `signed_quote_read`, `QuoteState` and `MarginAccount::lots_apply`.
    fn validate(&self, args: &QuoteFillArgs, quote: &SignedQuote, stamp: &Stamp) -> Result<()> {
        let header = &quote.header;
        require!(header.program == *ID.as_array(), MarginError::QuoteProgramWrong);
        require!(header.genesis_hash == self.market.genesis_hash, MarginError::QuoteClusterWrong);
        require!(header.market == *self.market.address().as_array(), MarginError::QuoteMarketWrong);
        require!(header.maker_account == *self.maker.address().as_array(), MarginError::QuoteMakerWrong);
        require!(header.nonce.get() == args.nonce, MarginError::QuoteNonceMismatch);
        require!(stamp.slot <= header.expiry_slot.get(), MarginError::QuoteExpired);
        require!(args.nonce >= self.maker.nonce_floor.get(), MarginError::QuoteCancelled);
        require!(matches!(quote.leg.side, SIDE_BUY | SIDE_SELL), MarginError::QuoteSideWrong);
        require!(PriceE6(quote.leg.price_e6.get()).in_bounds(), MarginError::QuotePriceOutOfBounds);
        require!(quote.leg.expiry_unix_s.get() == self.expiry.expiry_unix_s.get(), MarginError::QuoteExpiryMismatch);
        require!(!address_eq(&self.taker.owner, &self.maker.owner), MarginError::SelfTrade);
        require!(args.lots > 0, MarginError::AmountZero);
        self.expiry.require_trading(stamp.unix_s)
    }

    pub fn quote_fill(&mut self, args: &QuoteFillArgs, bumps: &QuoteFillBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        let quote = signed_quote_read(self.instructions.account(), args.ix_index, &self.maker.owner)?;
        self.validate(args, &quote, &stamp)?;
        let series = self.expiry.series(quote.leg.strike_e6.get(), quote.leg.kind)?;
        let spot = spot(self.feed.account(), stamp.unix_s)?;
        let terms = self.terms(args, &quote, spot);
        let cash = fill_cash(&terms).ok_or(MarginError::NotionalTooLarge)?;
        let lots = Lots(i64::try_from(args.lots).map_err(|_| MarginError::NotionalTooLarge)?);
        let opposite = Lots::ZERO.checked_sub(lots).ok_or(MarginError::NotionalTooLarge)?;
        let (taker_change, maker_change) = if terms.taker_buys { (lots, opposite) } else { (opposite, lots) };
        let taker_side = Side::new(&self.taker, series, taker_change);
        let maker_side = Side::new(&self.maker, series, maker_change);
        let action = if taker_side.reduces { Action::ReduceRisk } else { Action::NewRisk };
        level_require(self.brake.account(), action, stamp.unix_s)?;

        self.quote_state.bind(&quote, self.payer.address(), bumps.quote_state)?;
        self.quote_state.take(&quote, args.lots)?;
        self.market.fill_book(&mut self.taker, &mut self.maker, &cash)?;
        let taken = self.taker.lots_apply(&mut self.market, &mut self.expiry, &series, taker_side.change, spot)?;
        let made = self.maker.lots_apply(&mut self.market, &mut self.expiry, &series, maker_side.change, spot)?;

        let payer = if terms.taker_buys { &self.taker } else { &self.maker };
        require!(payer.quote_atoms.get() >= 0, MarginError::QuoteBalanceTooLow);
        margin_require(&self.taker, &self.market, &taker_side, spot)?;
        margin_require(&self.maker, &self.market, &maker_side, spot)?;
        self.report(&quote, &cash, (taken, made), &stamp)
    }

    fn terms(&self, args: &QuoteFillArgs, quote: &SignedQuote, spot: PriceE6) -> FillTerms {
        FillTerms {
            price: PriceE6(quote.leg.price_e6.get()),
            lots: args.lots,
            lots_per_unit: self.market.lots_per_unit.get(),
            spot,
            taker_buys: quote.leg.side == SIDE_SELL,
            taker_fee_bps: self.market.taker_fee_bps.get(),
            maker_fee_bps: self.market.maker_fee_bps.get(),
        }
    }

    fn report(
        &mut self,
        quote: &SignedQuote,
        cash: &FillCash,
        (taken, made): (PositionChange, PositionChange),
        stamp: &Stamp,
    ) -> Result<()> {
        emit!(QuoteFilled {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            taker_account: *self.taker.address(),
            maker_account: *self.maker.address(),
            nonce: self.quote_state.nonce.get(),
            expiry_unix_s: quote.leg.expiry_unix_s.get(),
            strike_e6: quote.leg.strike_e6.get(),
            kind: quote.leg.kind,
            lots: taken.after.0.saturating_sub(taken.before.0),
            price_e6: quote.leg.price_e6.get(),
            premium_atoms: cash.premium.0,
            taker_fee_atoms: cash.taker_fee.0,
            maker_fee_atoms: cash.maker_fee.0,
            filled_lots: self.quote_state.filled_lots.get(),
            taker_lots: taken.after.0,
            maker_lots: made.after.0,
            taker_quote_atoms: self.taker.quote_atoms.get(),
            maker_quote_atoms: self.maker.quote_atoms.get(),
        });
        Ok(())
    }
}

impl Side {
    fn new(account: &MarginAccount, series: Series, change: Lots) -> Self {
        let lots = account.lots(&series);
        let earlier = Earlier { series, lots, quote: QuoteAtoms(account.quote_atoms.get()) };
        Self { change, reduces: reduces(lots, change), earlier }
    }
}

/// INVARIANT(M-4): initial margin, or, for a side that only shrinks its position, no worse than before.
fn margin_require(account: &MarginAccount, market: &Market, side: &Side, spot: PriceE6) -> Result<()> {
    let margin = account.initial_margin(market, spot)?;
    // The margin before is computed only when it decides.
    let allowed = margin.0 >= 0 || side.reduces && margin >= account.initial_margin_at(market, spot, &side.earlier)?;
    require!(allowed, MarginError::InitialMarginNegative);
    Ok(())
}
