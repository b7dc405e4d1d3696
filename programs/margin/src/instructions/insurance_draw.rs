//! The fund's step of the waterfall: what a market's insurance cannot pay, within two caps.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{FundDrawn, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{Fund, Liquidation, MarginAccount, Market};
use crate::valuation::Surroundings;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;
use risk::feed::Purpose;
use risk::waterfall::{split, Sources};
use units::QuoteAtoms;

#[derive(Accounts)]
pub struct InsuranceDraw {
    /// Would pay the rent of a ticket; a draw that gets one is refused.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&liquidation.account, account.address()) @ MarginError::LiquidationOfAnother
    )]
    pub liquidation: Account<Liquidation>,
    #[account(mut, constraint = address_eq(&fund.mint, &market.quote_mint) @ MarginError::FundOfAnotherToken)]
    pub fund: Account<Fund>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    #[account(address = fund.mint @ MarginError::MintOfAnotherFund)]
    pub mint: Account<Mint>,
    #[account(mut, address = fund.custody @ MarginError::CustodyOfAnotherFund)]
    pub custody: UncheckedAccount,
    #[account(mut, address = fund.tokens @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    /// The market's vault of the quote token.
    #[account(mut, address = market.quote_tokens @ MarginError::WrongTokenVault)]
    pub destination: UncheckedAccount,
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl InsuranceDraw {
    /// Authority: anyone.
    /// Effects: tokens go from the fund's vault to the market's, and the market's insurance grows by as much.
    /// Errors: `LevelForbids`, `FeedStale`, those of `PortfolioReads`, `InsolvencyAuctionRunning`, `HaircutNotNeeded`, `FundExhausted`,
    /// `FundPaysLater`; the breaker's.
    pub fn insurance_draw(&mut self, ticket_id: u64, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Liquidate, stamp.unix_s)?;
        self.market.balance_refresh(&mut self.account)?;
        let spot = spot(self.feed.account(), Purpose::Liquidate, &stamp)?;
        let mtm = {
            let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
            self.account.figures(&around, Need::Keep)?.mtm
        };
        let payment = self.liquidation.full_payment(mtm, self.market.time_divisor.get(), stamp.unix_s)?;
        let drawn = self.drawn(payment, &stamp)?;

        self.fund.draw(drawn, stamp.unix_s)?;
        self.market.insurance_receive(drawn)?;
        let taken = self.liquidation.fund_paid_atoms.get().checked_add(drawn).ok_or(MarginError::AmountOverflow)?;
        self.liquidation.fund_paid_atoms = taken.into();
        emit!(FundDrawn {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.fund.next_seq()?,
            fund: *self.fund.address(),
            market: *self.market.address(),
            account: *self.account.address(),
            drawn_atoms: drawn,
            fund_balance_atoms: self.fund.balance_atoms.get(),
            insurance_atoms: self.market.insurance_atoms.get(),
            quote_atoms: self.account.quote_atoms.get(),
        });
        // Insurance has been credited, so the tokens must be here when this ends: a ticket would pay them some other day.
        let before = custody::held_atoms(self.destination.account())?;
        custody::fund_release(self, drawn, ticket_id)?;
        let after = custody::held_atoms(self.destination.account())?;
        require!(after.checked_sub(before) == Some(drawn), MarginError::FundPaysLater);
        Ok(())
    }

    /// INVARIANT(M-8): the fund pays only what the market's insurance cannot, and no more than its caps allow.
    fn drawn(&self, payment: QuoteAtoms, stamp: &Stamp) -> Result<u64> {
        let insurance = i64::try_from(self.market.insurance_atoms.get()).map_err(|_| MarginError::AmountOverflow)?;
        let sources = Sources {
            account: QuoteAtoms::ZERO,
            insurance: QuoteAtoms(insurance),
            fund: self.fund.available(self.liquidation.fund_paid_atoms.get(), stamp.unix_s)?,
            balances: QuoteAtoms::ZERO,
        };
        let parts = split(payment, &sources, stamp.unix_s).map_err(|_| MarginError::AmountOverflow)?;
        require!(parts.insurance < payment, MarginError::HaircutNotNeeded);
        require!(parts.fund.0 > 0, MarginError::FundExhausted);
        Ok(parts.fund.0.unsigned_abs())
    }
}
