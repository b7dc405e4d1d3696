//! Pays the holder of tokens what their settled series is worth.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{Stamp, WrappedRedeemed};
use crate::guard::{level_require, BRAKE};
use crate::state::{less, long, Expiry, Market, Wrapped};
use crate::wrapped_mint;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;

#[derive(Accounts)]
pub struct WrappedRedeem {
    /// May spend from `source`.
    pub holder: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, address = wrapped.expiry @ MarginError::WrappedOfAnotherExpiry)]
    pub expiry: Account<Expiry>,
    #[account(mut, constraint = address_eq(&wrapped.market, market.address()) @ MarginError::WrappedOfAnotherMarket)]
    pub wrapped: Account<Wrapped>,
    #[account(mut, address = wrapped.mint @ MarginError::WrongWrappedMint)]
    pub wrapped_mint: UncheckedAccount,
    /// No check here: Token-2022 holds it to the mint and to the holder's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(mut, address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.quote_mint @ MarginError::MintOfAnotherMarket)]
    pub mint: Account<Mint>,
    #[account(mut, address = market.quote_tokens @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    /// Any account of the quote token: the holder chooses.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// Pays the rent of a ticket if there is one, and gets it back. `dup`: a signer's view gives no access to data, so the holder may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub token_2022_program: Program<Token2022>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl WrappedRedeem {
    /// Authority: the holder, once the expiry's price is fixed. Claims never end.
    /// Effects: `lots` tokens are burnt; their payoff, rounded down, leaves the vault, or waits by a ticket of this id. Worthless tokens are
    /// burnt all the same.
    /// Errors: `AmountZero`, `LevelForbids`, `SettlementPending`; Token-2022's when there are too few tokens; the breaker's when the vault
    /// holds less.
    pub fn wrapped_redeem(&mut self, lots: u64, ticket_id: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        require!(lots > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)?;
        let price = self.expiry.settlement_price()?;
        let series = self.wrapped.series(&self.expiry)?;
        // ROUNDING: down, like a position that settles, whatever part of the tokens comes.
        let payoff = series.position(long(lots)?).payoff_floor(price, self.market.lots_per_unit.get());
        let payoff = payoff.map_err(|_| MarginError::AmountOverflow)?;
        let wrapped_lots = self.wrapped.lots_apply(&mut self.market, &mut self.expiry, less(lots)?)?;
        self.expiry.settled_record(lots)?;
        self.market.redemption_book(&mut self.expiry, payoff)?;
        emit!(WrappedRedeemed {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            wrapped: *self.wrapped.address(),
            holder: *self.holder.address(),
            destination: *self.destination.address(),
            lots,
            payoff_atoms: payoff.0,
            wrapped_lots,
            unsettled_lots: self.expiry.unsettled_lots.get(),
        });
        wrapped_mint::burn(&mut self.wrapped_mint, &mut self.source, &self.holder, lots);
        match u64::try_from(payoff.0) {
            Ok(0) => Ok(()),
            Ok(amount) => custody::redeem(self, amount, ticket_id),
            // A long never owes.
            Err(_) => Err(MarginError::AmountOverflow.into()),
        }
    }
}
