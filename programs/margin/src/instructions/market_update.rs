//! Changes a market's terms: tighter at once, looser after a delay.
use crate::errors::MarginError;
use crate::events::{MarketUpdated, Stamp};
use crate::state::{self, Config, Market, MarketChange};
use crate::wire::MarketTerms;
use crate::TIME_DIVISOR;
use abi::config::CONFIG_SEED;
use abi::margin::CHANGE_SEED;
use abi::oracle::Feed;
use anchor_lang::prelude::*;
use policy::LOOSEN_S;

#[derive(Accounts)]
pub struct MarketUpdate {
    #[account(address = config.authority @ MarginError::NotAuthority)]
    pub authority: Signer,
    /// `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, constraint = market.is_free() @ MarginError::MarketHeld)]
    pub market: Account<Market>,
    #[account(init_if_needed, payer = payer, seeds = [CHANGE_SEED, market.address().as_ref()], bump)]
    pub change: Account<MarketChange>,
    /// The feed that the terms name for the quote token; the system program where they name none.
    pub quote_feed: UncheckedAccount,
    pub system_program: Program<System>,
}

impl MarketUpdate {
    /// Authority: the config's authority.
    /// Effects: terms no looser than the present ones stand at once, and end whatever waits; others wait for 48 hours, from anew.
    /// Errors: `MarketHeld`, `NotAuthority`, `FeeOutOfBounds`, `StrikeTickOutOfBounds`, `ParamsOutOfBounds`, `QuoteFeedUnreadable`.
    fn validate(&self, terms: &state::MarketTerms) -> Result<()> {
        terms.check()?;
        require!(*self.quote_feed.address() == terms.quote_feed, MarginError::QuoteFeedUnreadable);
        if terms.quote_feed != Address::default() {
            let feed = self.quote_feed.account();
            shared::read::<Feed, _>(feed, &abi::ids::ORACLE, |_| MarginError::QuoteFeedUnreadable)?;
        }
        Ok(())
    }

    pub fn market_update(&mut self, terms: &MarketTerms, bumps: &MarketUpdateBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        let stored = terms.stored()?;
        self.validate(&stored)?;
        let ready_unix_s = if stored.within(&self.market) {
            self.market.terms_apply(&stored);
            0
        } else {
            let delay_s = policy::scaled(LOOSEN_S, TIME_DIVISOR);
            stamp.unix_s.checked_add(delay_s).ok_or(MarginError::AmountOverflow)?
        };
        if self.change.version == 0 {
            self.market.record_opened()?;
        }
        self.change.record(self.market.address(), &stored, ready_unix_s, bumps.change);
        emit!(MarketUpdated {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            terms: *terms,
            ready_unix_s,
        });
        Ok(())
    }
}
