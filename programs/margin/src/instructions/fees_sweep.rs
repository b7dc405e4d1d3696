//! Takes fees out of a market, through the breaker's custody like any other token.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{FeesSwept, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Config, Market};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;

#[derive(Accounts)]
pub struct FeesSweep {
    #[account(address = config.authority @ MarginError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(mut, address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(address = market.quote_mint @ MarginError::MintOfAnotherMarket)]
    pub mint: Account<Mint>,
    #[account(mut, address = market.quote_tokens @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    /// Any account of the quote token: the authority chooses.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// Pays the rent of a ticket if there is one, and gets it back. `dup`: a signer's view gives no access to data, so the authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl FeesSweep {
    /// Authority: the config's authority. Insurance's third of the fees is not among them.
    /// Effects: fees shrink by `amount`, and so does the vault, or a ticket of this id waits in the queue behind everybody else.
    /// Errors: `NotAuthority`, `AmountZero`, `LevelForbids`, `FeesBelowAmount`; the breaker's when the vault holds less.
    fn validate(&self, amount: u64, stamp: &Stamp) -> Result<()> {
        require!(amount > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Withdraw, stamp.unix_s)
    }

    pub fn fees_sweep(&mut self, amount: u64, ticket_id: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(amount, &stamp)?;
        let left = self.market.fees_take(amount)?;
        emit!(FeesSwept {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            destination: *self.destination.address(),
            amount_atoms: amount,
            fees_atoms: left,
        });
        custody::sweep(self, amount, ticket_id)
    }
}
