//! Moves tokens from anybody's token account into a margin account's balance.
use crate::custody;
use crate::errors::MarginError;
use crate::events::{AccountDeposited, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{MarginAccount, Market};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;

#[derive(Accounts)]
pub struct AccountDeposit {
    /// Authority of `source`.
    pub authority: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(mut, constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket)]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    pub mint: Account<Mint>,
    /// No check here: the token program holds it to `mint` and to the authority's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut, address = market.tokens(mint.address())? @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
}

impl AccountDeposit {
    /// Authority: whoever may spend from `source`; the account's owner need not sign.
    /// Effects: the vault and the balance grow by `amount`.
    /// Errors: `AmountZero`, `LevelForbids`, `MintOfAnotherMarket`; the token program's when `source` cannot pay.
    fn validate(&self, amount: u64, stamp: &Stamp) -> Result<()> {
        require!(amount > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Deposit, stamp.unix_s)
    }

    pub fn account_deposit(&mut self, amount: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(amount, &stamp)?;
        let token = self.market.token(self.mint.address())?;
        self.market.credit(&mut self.account, token, amount)?;
        emit!(AccountDeposited {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            mint: *self.mint.address(),
            amount_atoms: amount,
            quote_atoms: self.account.quote_atoms.get(),
            base_atoms: self.account.base_atoms.get(),
        });
        custody::receive(self, amount)
    }
}
