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
    /// Not of the account's type: its owner may have closed it since, and nobody else's liquidation may wait for that.
    #[account(mut, address = liquidation.opener @ MarginError::NotOpener)]
    pub opener: UncheckedAccount,
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
    /// Effects: the liquidation is gone, the opener receives its half of the fees, or insurance, if the opener's account is closed. A flat
    /// account without debt needs no price.
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
        let opener_quote_atoms = self.opener_pay(fee)?;
        emit!(LiquidationFinished {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            opener: *self.opener.address(),
            opener_fee_atoms: fee,
            opener_quote_atoms,
            slices: self.liquidation.slices.get(),
        });
        Ok(())
    }

    /// Returns the opener's balance afterwards. The address is what the liquidation says, so that what margin owns there is the account that
    /// opened it.
    fn opener_pay(&mut self, fee: u64) -> Result<i64> {
        let mut view = *self.opener.account();
        if !view.owned_by(&crate::ID) {
            self.market.opener_forfeit(fee)?;
            return Ok(0);
        }
        let mut data = view.try_borrow_mut()?;
        let opener = data.get_mut(abi::DISCRIMINATOR_LEN..).and_then(|rest| rest.get_mut(..size_of::<MarginAccount>()));
        let opener = opener.and_then(|bytes| bytemuck::try_from_bytes_mut::<MarginAccount>(bytes).ok());
        let opener = opener.ok_or(MarginError::NotOpener)?;
        self.market.opener_book(opener, fee)?;
        Ok(opener.quote_atoms.get())
    }
}
