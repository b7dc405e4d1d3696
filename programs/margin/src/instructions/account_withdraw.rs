//! Moves tokens out of a margin account, through the breaker's custody.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{AccountWithdrawn, Stamp};
use crate::guard::{level_require, spot_range, BRAKE};
use crate::portfolio_reads::Need;
use crate::state::{MarginAccount, Market};
use crate::valuation::Surroundings;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;
use risk::feed::Purpose;

#[derive(Accounts)]
pub struct AccountWithdraw {
    pub owner: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        mut,
        constraint = address_eq(&account.market, market.address()) @ MarginError::AccountOfAnotherMarket,
        constraint = address_eq(&account.owner, owner.address()) @ MarginError::NotAccountOwner
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = market.feed @ MarginError::FeedOfAnotherMarket)]
    pub feed: UncheckedAccount,
    pub mint: Account<Mint>,
    #[account(mut, address = market.custody @ MarginError::CustodyOfAnotherMarket)]
    pub custody: UncheckedAccount,
    #[account(mut, address = market.tokens(mint.address())? @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    /// Any token account of the mint: the owner chooses. The token program holds it to the mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// Pays the rent of a ticket if there is one, and gets it back. `dup`: a signer's view gives no access to data, so the owner may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl AccountWithdraw {
    /// Authority: the owner.
    /// Effects: the balance shrinks by `amount`, and so does the vault; or the breaker issues a ticket of this id, if the market is frozen,
    /// the amount does not fit the vault's windows or somebody waits.
    /// Errors: `AmountZero`, `LevelForbids`, `BaseBalanceTooLow`, `QuoteBalanceTooLow`, `InitialMarginNegative`, `FeedStale` (with open
    /// positions); the breaker's when the vault holds less.
    fn validate(&self, amount: u64, stamp: &Stamp) -> Result<()> {
        require!(amount > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Withdraw, stamp.unix_s)
    }

    pub fn account_withdraw(&mut self, amount: u64, ticket_id: u64, others: &[AccountView]) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(amount, &stamp)?;
        let token = self.market.token(self.mint.address())?;
        self.market.debit(&mut self.account, token, amount)?;
        let around = Surroundings::new(&self.market, self.feed.account(), others);
        collateral_require(&self.account, around, &stamp)?;
        emit!(AccountWithdrawn {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            account: *self.account.address(),
            mint: *self.mint.address(),
            amount_atoms: amount,
            quote_atoms: self.account.quote_atoms.get(),
            base_atoms: self.account.base_atoms.get(),
        });
        custody::release(self, amount, ticket_id)
    }
}

/// What an account must still hold once collateral has left it.
///
/// INVARIANT(M-9): a flat account without debt needs no price, so a dead feed cannot hold its collateral.
pub(super) fn collateral_require(account: &MarginAccount, around: Surroundings<'_>, stamp: &Stamp) -> Result<()> {
    require!(account.quote_atoms.get() >= 0, MarginError::QuoteBalanceTooLow);
    if account.is_flat() {
        return Ok(());
    }
    // A degraded feed has two prices, the bounds of what it may be: what is left must do at the worse of them.
    let (low, high) = spot_range(around.feed, Purpose::Withdraw, stamp)?;
    let around = around.at(low, stamp.unix_s);
    let margin = account.initial_margin(&around, Need::NewRisk, None)?;
    require!(margin.0 >= 0, MarginError::InitialMarginNegative);
    if high != low {
        let margin = account.initial_margin(&around.at(high, stamp.unix_s), Need::NewRisk, None)?;
        require!(margin.0 >= 0, MarginError::InitialMarginNegative);
    }
    Ok(())
}
