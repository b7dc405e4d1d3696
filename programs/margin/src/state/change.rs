//! Changes of a market's terms.
use super::{Market, MarketChange, MarketTerms, MIN_READER, VERSION};
use crate::errors::MarginError;
use anchor_lang::prelude::*;
use risk::fees::FEE_BPS_MAX;
use units::PriceE6;

impl MarketTerms {
    /// Errors: `FeeOutOfBounds`, `StrikeTickOutOfBounds`, `ParamsOutOfBounds`.
    pub fn check(&self) -> Result<()> {
        let fee = self.taker_fee_bps.get().max(self.maker_fee_bps.get());
        require!(fee <= FEE_BPS_MAX, MarginError::FeeOutOfBounds);
        require!(PriceE6(self.strike_tick_e6.get()).in_bounds(), MarginError::StrikeTickOutOfBounds);
        self.portfolio.to_risk().check().map_err(|_| MarginError::ParamsOutOfBounds)?;
        Ok(())
    }

    /// Whether nothing is looser than in `market`: fees no higher, parameters tighter, and the quote token held to a feed that it was not
    /// held to, or to the same. The tick has no direction: it is of expiries to come.
    pub fn within(&self, market: &Market) -> bool {
        let unpegged = market.quote_feed == Address::default();
        self.taker_fee_bps.get() <= market.taker_fee_bps.get()
            && self.maker_fee_bps.get() <= market.maker_fee_bps.get()
            && (unpegged || self.quote_feed == market.quote_feed)
            && self.portfolio.to_risk().within(&market.portfolio.to_risk())
    }
}

impl Market {
    pub fn terms_apply(&mut self, terms: &MarketTerms) {
        self.taker_fee_bps = terms.taker_fee_bps;
        self.maker_fee_bps = terms.maker_fee_bps;
        self.strike_tick_e6 = terms.strike_tick_e6;
        self.quote_feed = terms.quote_feed;
        self.portfolio = terms.portfolio;
    }
}

impl MarketChange {
    /// Writes what waits, or that nothing does. The account may be new.
    pub fn record(&mut self, market: &Address, terms: &MarketTerms, ready_unix_s: i64, bump: u8) {
        self.version = VERSION;
        self.min_reader = MIN_READER;
        self.bump = bump;
        self.market = *market;
        self.terms = *terms;
        self.ready_unix_s = ready_unix_s.into();
    }
}
