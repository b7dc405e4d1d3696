//! Creates the token that stands for long lots of a series.
use crate::errors::MarginError;
use crate::events::{Stamp, WrappedOpened};
use crate::guard::{level_require, BRAKE};
use crate::state::{Expiry, Market, Wrapped, WrappedTerms};
use crate::wrapped_mint;
use abi::margin::{WRAPPED_MINT_SEED, WRAPPED_SEED};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;
use risk::series_name::Named;
use units::{PriceE6, UnixSeconds};

#[derive(Accounts)]
#[instruction(strike_e6: u64, kind: u8)]
pub struct WrappedOpen {
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&expiry.market, market.address()) @ MarginError::ExpiryOfAnotherMarket)]
    pub expiry: Account<Expiry>,
    #[account(
        init,
        payer = payer,
        seeds = [WRAPPED_SEED, expiry.address().as_ref(), &strike_e6.to_le_bytes(), &[kind]],
        bump
    )]
    pub wrapped: Account<Wrapped>,
    /// Created by the handler.
    #[account(mut, seeds = [WRAPPED_MINT_SEED, wrapped.address().as_ref()], bump)]
    pub mint: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    pub token_2022_program: Program<Token2022>,
    pub system_program: Program<System>,
}

impl WrappedOpen {
    /// Authority: anyone, who pays the rent and gets it back when the series is closed.
    /// Effects: a mint of no decimals with its name in it, and no tokens.
    /// Errors: `UnknownSeries`, `SeriesExpired`, `LevelForbids`; the address is taken (system program).
    pub fn wrapped_open(&mut self, strike_e6: u64, kind: u8, bumps: &WrappedOpenBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Listing, stamp.unix_s)?;
        self.expiry.require_trading(stamp.unix_s)?;
        let series = self.expiry.series(strike_e6, kind)?;
        let terms = WrappedTerms {
            market: self.market.address(),
            expiry: self.expiry.address(),
            mint: self.mint.address(),
            payer: self.payer.address(),
            bump: bumps.wrapped,
            mint_bump: bumps.mint,
        };
        self.wrapped.init(&series, &terms);
        self.expiry.wrapped_count(1)?;
        self.market.record_opened()?;
        emit!(WrappedOpened {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.wrapped.next_seq()?,
            market: *self.market.address(),
            wrapped: *self.wrapped.address(),
            mint: *self.mint.address(),
            expiry_unix_s: series.expiry_unix_s,
            strike_e6,
            kind,
        });
        let symbol = self.market.symbol;
        let (expiry, strike) = (UnixSeconds(series.expiry_unix_s), PriceE6(strike_e6));
        let named = Named { market: &symbol, expiry, strike, kind: series.kind };
        let system_program = *self.system_program.address();
        wrapped_mint::create(&self.wrapped, &mut self.mint, &mut self.payer, &system_program, &named)
    }
}
