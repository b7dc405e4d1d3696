//! The last step of the waterfall: a market's positive quote balances bear what its insurance cannot.
use crate::errors::MarginError;
use crate::events::{BalancesCut, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{self, Liquidation, MarginAccount, Market};
use crate::valuation::Surroundings;
use abi::margin::FUND_SEED;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;
use risk::waterfall::{split, Fund, Haircut, Sources};
use units::QuoteAtoms;

#[derive(Accounts)]
pub struct IndexHaircut {
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&liquidation.account, account.address()) @ MarginError::LiquidationOfAnother
    )]
    pub liquidation: Account<Liquidation>,
    /// Of the market's quote token; a vacant address where nobody has created it.
    #[account(seeds = [FUND_SEED, market.quote_mint.as_ref()], bump)]
    pub fund: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

impl IndexHaircut {
    /// Authority: anyone.
    /// Effects: insurance holds what the taker of this insolvent account is paid; the index falls, and every positive balance with it when it
    /// is next looked at.
    /// Errors: `LevelForbids`, `FeedStale`, those of `PortfolioReads`, `InsolvencyAuctionRunning`, `HaircutNotNeeded`, `FundNotExhausted`,
    /// `IndexExhausted`.
    pub fn index_haircut(&mut self, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Liquidate, stamp.unix_s)?;
        self.market.balance_refresh(&mut self.account)?;
        let spot = spot(self.feed.account(), Purpose::Liquidate, &stamp)?;
        let mtm = {
            let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
            self.account.figures(&around, Need::Keep)?.mtm
        };
        let payment = self.liquidation.full_payment(mtm, self.market.time_divisor.get(), stamp.unix_s)?;
        let haircut = self.haircut(payment, &stamp)?;
        let before = self.market.cuttable(&self.account)?.index_e18;
        self.market.haircut_book(&haircut, &mut self.account)?;
        emit!(BalancesCut {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            account: *self.account.address(),
            raised_atoms: haircut.raised.0,
            index_before_e18: before,
            index_e18: haircut.index_e18,
            insurance_atoms: self.market.insurance_atoms.get(),
            quote_atoms: self.account.quote_atoms.get(),
        });
        Ok(())
    }

    fn fund_available(&self, stamp: &Stamp) -> Result<Fund> {
        if !self.fund.account().owned_by(&crate::ID) {
            return Ok(Fund::NONE);
        }
        let fund = Account::<state::Fund>::load(*self.fund.account())?;
        fund.available(self.liquidation.fund_paid_atoms.get(), stamp.unix_s)
    }

    /// INVARIANT(M-8): balances bear only what neither insurance nor, within its caps, the global fund can.
    fn haircut(&self, payment: QuoteAtoms, stamp: &Stamp) -> Result<Haircut> {
        let cuttable = self.market.cuttable(&self.account)?;
        let insurance = i64::try_from(self.market.insurance_atoms.get()).map_err(|_| MarginError::AmountOverflow)?;
        let sources = Sources {
            account: QuoteAtoms::ZERO,
            insurance: QuoteAtoms(insurance),
            fund: self.fund_available(stamp)?,
            balances: cuttable.balances().map_err(|_| MarginError::AmountOverflow)?,
        };
        let parts = split(payment, &sources, stamp.unix_s).map_err(|_| MarginError::AmountOverflow)?;
        require!(parts.insurance < payment, MarginError::HaircutNotNeeded);
        require!(parts.fund.0 == 0, MarginError::FundNotExhausted);
        let haircut = cuttable.haircut(parts.haircut).map_err(|_| MarginError::AmountOverflow)?;
        require!(haircut.raised.0 > 0, MarginError::IndexExhausted);
        Ok(haircut)
    }
}
