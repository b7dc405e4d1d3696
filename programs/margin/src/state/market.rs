//! A market's scale, tokens and counters.
use super::{Market, Token};
use crate::errors::MarginError;
use abi::margin::MARKET_LISTED;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Throttle;
use risk::standard::Scale;

impl Market {
    /// What converts lots, base and quote.
    pub fn scale(&self) -> Scale {
        // BOUND: base_decimals is at most 12, checked at creation.
        let base_unit_atoms = 10u64.saturating_pow(u32::from(self.base_decimals));
        Scale { lots_per_unit: self.lots_per_unit.get(), base_unit_atoms }
    }

    /// Which of the two tokens `mint` is.
    pub fn token(&self, mint: &Address) -> Result<Token> {
        if address_eq(mint, &self.quote_mint) {
            Ok(Token::Quote)
        } else if address_eq(mint, &self.base_mint) {
            Ok(Token::Base)
        } else {
            Err(MarginError::MintOfAnotherMarket.into())
        }
    }

    /// The custody's vault of that token.
    pub fn tokens(&self, mint: &Address) -> Result<Address> {
        self.token(mint).map(|token| match token {
            Token::Quote => self.quote_tokens,
            Token::Base => self.base_tokens,
        })
    }

    pub fn decimals(&self, token: Token) -> u8 {
        match token {
            Token::Base => self.base_decimals,
            Token::Quote => self.quote_decimals,
        }
    }

    /// Fails once the market is delisted.
    pub fn require_listed(&self) -> Result<()> {
        require!(self.state == MARKET_LISTED, MarginError::MarketDelisted);
        Ok(())
    }

    /// New risk taken while the market was throttled.
    pub fn throttle(&self) -> Throttle {
        Throttle { since_unix_s: self.throttle_since_unix_s.get(), opened_lots: self.throttle_opened_lots.get() }
    }

    pub fn throttle_record(&mut self, throttle: Throttle) {
        self.throttle_since_unix_s = throttle.since_unix_s.into();
        self.throttle_opened_lots = throttle.opened_lots.into();
    }

    /// The registry index of the next account; never reused.
    pub fn next_index(&mut self) -> Result<u64> {
        let index = self.accounts_opened.get();
        self.accounts_opened = index.checked_add(1).ok_or(MarginError::AmountOverflow)?.into();
        Ok(index)
    }

    /// The number of the next event.
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(MarginError::AmountOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

impl Market {
    /// Whether nothing holds it.
    pub fn is_free(&self) -> bool {
        shared::is_free(self.held_until_unix_s.get())
    }

    /// Counts an account under this one.
    pub fn record_opened(&mut self) -> Result<()> {
        self.records_open = shared::opened(self.records_open.get()).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }

    /// Counts an account less.
    pub fn record_closed(&mut self) -> Result<()> {
        self.records_open = shared::closed(self.records_open.get()).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }
}
