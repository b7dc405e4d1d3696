//! Chooses how an account's margin is computed.
use crate::errors::MarginError;
use crate::events::{ModeChanged, Stamp};
use crate::guard::{market_level_require, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use abi::margin::{MODE_PORTFOLIO, MODE_STANDARD};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;

#[derive(Accounts)]
pub struct ModeSet {
    pub owner: Signer,
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
}

impl ModeSet {
    /// Authority: the owner.
    /// Effects: from now on margin is computed in `mode`: 0 standard, 1 portfolio.
    /// Errors: `UnknownMode`, `ModeUnchanged`, `LevelForbids`; with open positions `FeedStale`, those of `PortfolioReads`,
    /// `InitialMarginNegative`.
    fn validate(&self, mode: u8, stamp: &Stamp) -> Result<()> {
        require!(matches!(mode, MODE_STANDARD | MODE_PORTFOLIO), MarginError::UnknownMode);
        require!(mode != self.account.mode, MarginError::ModeUnchanged);
        market_level_require(self.brake.account(), self.custody.account(), Action::NewRisk, stamp.unix_s)
    }

    pub fn mode_set(&mut self, mode: u8, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(mode, &stamp)?;
        self.account.mode = mode;
        // INVARIANT(M-4): in the new mode. A debt and nothing else is a position, too.
        if !self.account.is_flat() || self.account.quote_atoms.get() < 0 {
            let around = Surroundings::new(&self.market, self.feed.account(), others)
                .at(spot(self.feed.account(), Purpose::NewRisk, &stamp)?, stamp.unix_s);
            let margin = self.account.initial_margin(&around, Need::NewRisk, None)?;
            require!(margin.0 >= 0, MarginError::InitialMarginNegative);
        }
        emit!(ModeChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.account.next_seq()?,
            account: *self.account.address(),
            mode,
        });
        Ok(())
    }
}
