//! Ends a liquidation once the account has its initial margin again.
use crate::errors::MarginError;
use crate::events::{LiquidationFinished, Stamp};
use crate::guard::{level_require, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{Liquidation, MarginAccount, Market};
use crate::valuation::Surroundings;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;

#[derive(Accounts)]
pub struct LiquidationFinish {
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(mut, address = liquidation.opener @ MarginError::NotOpener)]
    pub opener: Account<MarginAccount>,
    /// Who paid the rent.
    #[account(mut, address = liquidation.payer @ MarginError::NotRentPayer)]
    pub payer: UncheckedAccount,
    #[account(
        mut,
        close = payer,
        constraint = address_eq(&liquidation.account, account.address()) @ MarginError::LiquidationOfAnother
    )]
    pub liquidation: Account<Liquidation>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

impl LiquidationFinish {
    /// Authority: anyone.
    /// Effects: the liquidation is gone, the opener receives its half of the fees. A flat account without debt needs no price.
    /// Errors: `LevelForbids` while accounts are migrated; `LiquidationOngoing`, so that dust lifting maintenance margin for a moment does not start the auction anew; `FeedStale`, those
    /// of `PortfolioReads`, `NotOpener`, `NotRentPayer`, `LiquidationOfAnother`.
    fn validate(&self, others: &[AccountView], stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        if self.account.is_flat() && self.account.quote_atoms.get() >= 0 {
            return Ok(());
        }
        let spot = spot(self.feed.account(), Purpose::Liquidate, stamp)?;
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        let margin = self.account.initial_margin(&around, Need::Keep, None)?;
        require!(margin.0 >= 0, MarginError::LiquidationOngoing);
        Ok(())
    }

    pub fn liquidation_finish(&mut self, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(others, &stamp)?;
        self.account.in_liquidation = 0;
        self.market.record_closed()?;
        let fee = self.liquidation.opener_fee_atoms.get();
        self.market.opener_book(&mut self.opener, fee)?;
        emit!(LiquidationFinished {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            opener: *self.opener.address(),
            opener_fee_atoms: fee,
            opener_quote_atoms: self.opener.quote_atoms.get(),
            slices: self.liquidation.slices.get(),
        });
        Ok(())
    }
}
