//! Moves a balance between two accounts of one owner.
use super::account_withdraw::collateral_require;
use crate::errors::MarginError;
use crate::events::{AccountTransferred, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct AccountTransfer {
    pub owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&source.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&source.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub source: Account<MarginAccount>,
    #[account(
        mut,
        constraint = address_eq(&destination.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&destination.owner, owner.address()) @ MarginError::OwnersDiffer
    )]
    pub destination: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    /// Says which token; no token moves.
    pub mint: UncheckedAccount,
}

impl AccountTransfer {
    /// Authority: the owner of both accounts.
    /// Effects: `amount` moves from one balance to the other; the market's sums stay.
    /// Errors: `AmountZero`, `LevelForbids`, `MintOfAnotherMarket`, `BaseBalanceTooLow`, `QuoteBalanceTooLow`,
    /// `InitialMarginNegative`, `FeedStale` (with open positions).
    fn validate(&self, amount: u64, stamp: &Stamp) -> Result<()> {
        require!(amount > 0, MarginError::AmountZero);
        // Nothing leaves the custody, so this is no withdrawal; settling is what it serves, and it stops where settling stops.
        level_require(self.brake.account(), Action::Settle, stamp.unix_s)
    }

    pub fn account_transfer(&mut self, amount: u64, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(amount, &stamp)?;
        let token = self.market.token(self.mint.address())?;
        self.market.debit(&mut self.source, token, amount)?;
        self.market.credit(&mut self.destination, token, amount)?;
        let around = Surroundings::new(&self.market, self.feed.account(), others);
        collateral_require(&self.source, around, &stamp)?;
        emit!(AccountTransferred {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            source: *self.source.address(),
            destination: *self.destination.address(),
            mint: *self.mint.address(),
            amount_atoms: amount,
            source_quote_atoms: self.source.quote_atoms.get(),
            source_base_atoms: self.source.base_atoms.get(),
            destination_quote_atoms: self.destination.quote_atoms.get(),
            destination_base_atoms: self.destination.base_atoms.get(),
        });
        Ok(())
    }
}
