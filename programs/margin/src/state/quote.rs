//! How much of a signed quote has been filled.
use super::{QuoteState, MIN_READER, VERSION};
use crate::errors::MarginError;
use crate::signed_quote::SignedQuote;
use anchor_lang::prelude::*;

impl QuoteState {
    /// Writes a state that has just been created; one that exists must be of the same message: one nonce is one quote.
    pub fn bind(&mut self, quote: &SignedQuote, payer: &Address, bump: u8) -> Result<()> {
        if self.version != 0 {
            require!(self.digest == quote.digest, MarginError::QuoteNonceReused);
            return Ok(());
        }
        self.version = VERSION;
        self.min_reader = MIN_READER;
        self.bump = bump;
        self.maker_account = Address::new_from_array(quote.header.maker_account);
        self.nonce = quote.header.nonce.get().into();
        self.digest = quote.digest;
        self.expiry_slot = quote.header.expiry_slot.get().into();
        self.payer = *payer;
        Ok(())
    }

    /// Takes `lots` of what is left. INVARIANT(M-10): never past the quote's size.
    pub fn take(&mut self, quote: &SignedQuote, lots: u64) -> Result<()> {
        let filled = self.filled_lots.get().checked_add(lots).ok_or(MarginError::QuoteOverfilled)?;
        let max = quote.header.max_lots.get();
        require!(filled <= max, MarginError::QuoteOverfilled);
        // The last fill may be smaller, or a remainder below the least size could never be taken.
        let finishes = filled == max;
        require!(finishes || lots >= quote.header.min_fill_lots.get(), MarginError::QuoteBelowMinFill);
        self.filled_lots = filled.into();
        Ok(())
    }
}
