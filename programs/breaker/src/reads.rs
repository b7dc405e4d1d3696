//! What proofs are made of: raw accounts of the margin and oracle programs, pinned by the custody they speak about.
use crate::state::Custody;
use crate::BreakerError;
use abi::margin::Market;
use abi::oracle::Feed;
use anchor_lang::address_eq;
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;
use policy::trip;

/// The market that controls `custody`.
pub fn market<'a>(account: &'a AccountView, custody: &Custody) -> Result<Ref<'a, Market>> {
    require!(address_eq(account.address(), &custody.controller), BreakerError::MarketUnreadable);
    shared::read(account, &abi::ids::MARGIN, |_| BreakerError::MarketUnreadable)
}

/// The feed of that market.
pub fn feed<'a>(account: &'a AccountView, market: &Market) -> Result<Ref<'a, Feed>> {
    require!(account.address().to_bytes() == market.feed, BreakerError::FeedUnreadable);
    shared::read(account, &abi::ids::ORACLE, |_| BreakerError::FeedUnreadable)
}

/// Whether both vaults of the custody hold what its market owes.
pub fn is_covered(
    custody: &Custody,
    market: &Market,
    base_tokens: &Account<TokenAccount>,
    quote_tokens: &Account<TokenAccount>,
) -> Result<bool> {
    let mut covered = true;
    for ((vault, booked), tokens) in custody.vaults.iter().zip(trip::booked(market)).zip([base_tokens, quote_tokens]) {
        require!(address_eq(&vault.tokens, tokens.address()), BreakerError::VaultUnknown);
        covered &= trip::is_covered(tokens.amount(), booked, vault.queue.unpaid_atoms.get());
    }
    Ok(covered)
}
