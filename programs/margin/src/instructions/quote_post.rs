//! Posts a quote as an account, for makers who cannot reach takers with a signature.
use crate::errors::MarginError;
use crate::events::{QuotePosted, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::maker_quote::MakerQuote;
use crate::state::{MarginAccount, Market, PostedQuote, MIN_READER, VERSION};
use crate::ID;
use abi::margin::{DELEGATE_TRADE, POSTED_SEED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
#[instruction(nonce: u64)]
pub struct QuotePost {
    /// The maker's owner, or its delegate with the right to trade.
    pub authority: Signer,
    /// `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = account.may(authority.address(), DELEGATE_TRADE) @ MarginError::NotAccountTrader
    )]
    pub account: Account<MarginAccount>,
    #[account(
        init,
        payer = payer,
        seeds = [POSTED_SEED, account.address().as_ref(), &nonce.to_le_bytes()],
        bump
    )]
    pub posted: Account<PostedQuote>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    pub system_program: Program<System>,
}

impl QuotePost {
    /// Authority: the maker's owner or trading delegate.
    /// Effects: the message stands in an account of its own until it is cancelled. Legs are checked when it is filled, as a signed
    /// quote's are. Open wherever positions may shrink: what a quote may do, its fill is asked.
    /// Errors: those of `MakerQuote::parse`, `QuoteProgramWrong`, `QuoteClusterWrong`, `QuoteMarketWrong`, `QuoteMakerWrong`,
    /// `QuoteNonceMismatch`, `QuoteExpired`, `QuoteCancelled`, `LevelForbids` while accounts are migrated; the address is taken (system program).
    fn validate(&self, nonce: u64, quote: &MakerQuote, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::ReduceRisk, stamp.unix_s)?;
        let header = &quote.header;
        require!(header.program == *ID.as_array(), MarginError::QuoteProgramWrong);
        require!(header.genesis_hash == self.market.genesis_hash, MarginError::QuoteClusterWrong);
        require!(header.market == *self.market.address().as_array(), MarginError::QuoteMarketWrong);
        require!(header.maker_account == *self.account.address().as_array(), MarginError::QuoteMakerWrong);
        require!(header.nonce.get() == nonce, MarginError::QuoteNonceMismatch);
        require!(stamp.slot <= header.expiry_slot.get(), MarginError::QuoteExpired);
        require!(nonce >= self.account.nonce_floor.get(), MarginError::QuoteCancelled);
        Ok(())
    }

    pub fn quote_post(&mut self, nonce: u64, message: &[u8], bumps: &QuotePostBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        let quote = MakerQuote::parse(message)?;
        self.validate(nonce, &quote, &stamp)?;
        self.posted.version = VERSION;
        self.posted.min_reader = MIN_READER;
        self.posted.bump = bumps.posted;
        self.posted.maker_account = *self.account.address();
        self.posted.nonce = nonce.into();
        self.posted.expiry_slot = quote.header.expiry_slot.get().into();
        self.posted.payer = *self.payer.address();
        self.posted.write(message)?;
        self.market.record_opened()?;
        emit!(QuotePosted {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.account.next_seq()?,
            account: *self.account.address(),
            nonce,
            digest: quote.digest,
            expiry_slot: quote.header.expiry_slot.get(),
        });
        Ok(())
    }
}
