//! How much of a quote has been filled, and what a posted quote says.
use super::{PostedQuote, QuoteState, MIN_READER, VERSION};
use crate::errors::MarginError;
use crate::maker_quote::MakerQuote;
use anchor_lang::prelude::*;

impl QuoteState {
    /// Writes a state that has just been created; one that exists must be of the same message: one nonce is one quote.
    pub fn bind(&mut self, quote: &MakerQuote, payer: &Address, bump: u8) -> Result<()> {
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
        self.market = Address::new_from_array(quote.header.market);
        Ok(())
    }

    /// Takes `packages` of what is left. INVARIANT(M-10): never past the quote's size.
    pub fn take(&mut self, quote: &MakerQuote, packages: u64) -> Result<()> {
        let filled = self.filled_packages.get().checked_add(packages).ok_or(MarginError::QuoteOverfilled)?;
        let max = quote.header.max_packages.get();
        require!(filled <= max, MarginError::QuoteOverfilled);
        // The last fill may be smaller, or a remainder below the least size could never be taken.
        let finishes = filled == max;
        require!(finishes || packages >= quote.header.min_fill_packages.get(), MarginError::QuoteBelowMinFill);
        self.filled_packages = filled.into();
        Ok(())
    }
}

impl PostedQuote {
    /// The message as it was posted.
    pub fn bytes(&self) -> Result<&[u8]> {
        self.message.get(..usize::from(self.message_len.get())).ok_or_else(|| MarginError::QuoteMalformed.into())
    }

    /// Writes the message. `message` has been parsed, so it is not longer than its place.
    pub fn write(&mut self, message: &[u8]) -> Result<()> {
        self.message_len = u16::try_from(message.len()).map_err(|_| MarginError::QuoteMalformed)?.into();
        self.message.get_mut(..message.len()).ok_or(MarginError::QuoteMalformed)?.copy_from_slice(message);
        Ok(())
    }
}
