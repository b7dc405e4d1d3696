//! Opens the liquidation of an account without maintenance margin, or brings an open one's clock up to date.
use crate::errors::MarginError;
use crate::events::{LiquidationStarted, Stamp};
use crate::guard::{level_allows, spot, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{Liquidation, MarginAccount, Market, MIN_READER, VERSION};
use crate::valuation::{Figures, Surroundings};
use abi::margin::LIQUIDATION_SEED;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::Purpose;

#[derive(Accounts)]
pub struct LiquidationStart {
    /// Gets the rent back at the end.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    /// Receives half of the fees at the end: any account of the market, the opener's choice.
    #[account(constraint = address_eq(&opener.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub opener: Account<MarginAccount>,
    #[account(init_if_needed, payer = payer, seeds = [LIQUIDATION_SEED, account.address().as_ref()], bump)]
    pub liquidation: Account<Liquidation>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub system_program: Program<System>,
}

impl LiquidationStart {
    /// Authority: anyone.
    /// Effects: slices of the account are for sale from now on. On an open liquidation the clock alone moves: it stands still while the
    /// level allows no bids, if somebody calls when that begins and when it ends.
    /// Errors: `MarketHeld` while accounts are recorded and verified; of one that is not open yet: `LevelForbids` while accounts are migrated, `AccountHealthy`; `SelfTrade`, `FeedStale`, those of
    /// `PortfolioReads`.
    fn validate(&self, is_new: bool, bids_allowed: bool, figures: &Figures) -> Result<()> {
        require!(!is_new || bids_allowed, MarginError::LevelForbids);
        require!(!is_new || figures.mm.0 < 0, MarginError::AccountHealthy);
        require!(!address_eq(&self.opener.owner, &self.account.owner), MarginError::SelfTrade);
        Ok(())
    }

    pub fn liquidation_start(&mut self, bumps: &LiquidationStartBumps, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        // The clock of an open liquidation is stopped before accounts are recorded, not while.
        let still = self.market.is_free() || level_allows(self.brake.account(), Action::Settle, stamp.unix_s)?;
        require!(still, MarginError::MarketHeld);
        self.market.balance_refresh(&mut self.account)?;
        let spot = spot(self.feed.account(), Purpose::Liquidate, &stamp)?;
        let around = Surroundings::new(&self.market, self.feed.account(), others).at(spot, stamp.unix_s);
        let figures = self.account.figures(&around, Need::Keep)?;
        let is_new = self.liquidation.version == 0;
        let bids_allowed = level_allows(self.brake.account(), Action::Liquidate, stamp.unix_s)?;
        self.validate(is_new, bids_allowed, &figures)?;
        if is_new {
            self.account.in_liquidation = 1;
            self.market.record_opened()?;
            self.liquidation.version = VERSION;
            self.liquidation.min_reader = MIN_READER;
            self.liquidation.bump = bumps.liquidation;
            self.liquidation.account = *self.account.address();
            self.liquidation.opener = *self.opener.address();
            self.liquidation.payer = *self.payer.address();
            self.liquidation.opened_unix_s = stamp.unix_s.into();
        }
        let elapsed_s = self.liquidation.tick(figures.mtm, bids_allowed, stamp.unix_s)?;
        emit!(LiquidationStarted {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            account: self.liquidation.account,
            opener: self.liquidation.opener,
            phase: self.liquidation.phase,
            mtm_atoms: figures.mtm.0,
            mm_atoms: figures.mm.0,
            elapsed_s,
            quote_atoms: self.account.quote_atoms.get(),
        });
        Ok(())
    }
}
