//! What the program reads of the margin, oracle and breaker programs, without a CPI.
use crate::errors::VaultError;
use abi::ids;
use abi::margin::{Expiry, MarginAccount, Market, EXPIRY_LISTED, KIND_CALL};
use abi::oracle::Feed;
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;
use policy::Action;
use risk::feed::{Published, Purpose};
use units::{PriceE6, Slot, UnixSeconds};

pub use crate::margin::ID as MARGIN;
pub const BREAKER: Address = Address::new_from_array(ids::BREAKER);
/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(ids::BRAKE);

/// A market. Its address is the caller's to check, unless any market will do.
pub fn market(account: &AccountView) -> Result<Ref<'_, Market>> {
    shared::read(account, &ids::MARGIN, |_| VaultError::MarketUnreadable)
}

/// Atoms of one whole base unit. `None` beyond 64 bits.
pub fn base_unit_atoms(market: &Market) -> Option<u64> {
    10u64.checked_pow(u32::from(market.base_decimals))
}

/// A listed expiry of `market`: only the margin program makes such accounts, so the owner and the market pin it.
pub fn expiry<'a>(account: &'a AccountView, market: &Address) -> Result<Ref<'a, Expiry>> {
    let expiry = shared::read::<Expiry, _>(account, &ids::MARGIN, |_| VaultError::WrongExpiry)?;
    require!(expiry.market == market.to_bytes() && expiry.state == EXPIRY_LISTED, VaultError::WrongExpiry);
    Ok(expiry)
}

/// A price of the market's feed that is good enough to take risk at.
pub fn spot(feed: &AccountView, market: &Market, now_unix_s: i64, slot: u64) -> Result<PriceE6> {
    require!(feed.address().to_bytes() == market.feed, VaultError::WrongFeed);
    let feed = shared::read::<Feed, _>(feed, &ids::ORACLE, |_| VaultError::WrongFeed)?;
    let found = Published::from(&*feed).rely(Purpose::NewRisk, UnixSeconds(now_unix_s), Slot(slot));
    let (price, _) = found.map_err(|_| VaultError::FeedStale)?;
    Ok(price)
}

/// Fails unless the breaker allows auctions in `market`. The brake's address is the caller's to check.
pub fn require_auctions_allowed(
    brake: &AccountView,
    custody: &AccountView,
    market: &Market,
    now_unix_s: i64,
) -> Result<()> {
    require!(custody.address().to_bytes() == market.custody, VaultError::WrongCustody);
    let brake = shared::read::<abi::breaker::Brake, _>(brake, &ids::BREAKER, |_| VaultError::BrakeUnreadable)?;
    let custody = shared::read::<abi::breaker::Custody, _>(custody, &ids::BREAKER, |_| VaultError::WrongCustody)?;
    let level = policy::market_level(&brake, &custody, now_unix_s);
    require!(policy::allows(level, Action::Auction), VaultError::BrakeEngaged);
    Ok(())
}

/// A margin account of the vault; its address is pinned by the vault.
pub fn margin_account(account: &AccountView) -> Result<Ref<'_, MarginAccount>> {
    shared::read(account, &ids::MARGIN, |_| VaultError::MarginAccountUnreadable)
}

/// Whether an account is a margin account of `owner` in `market`.
pub fn is_margin_account_of(account: &AccountView, owner: &Address, market: &Address) -> bool {
    margin_account(account).is_ok_and(|found| found.owner == owner.to_bytes() && found.market == market.to_bytes())
}

/// Whether a margin account has room for calls of one series: the series is there already, or a slot is free.
pub fn has_room(account: &AccountView, expiry_unix_s: i64, strike_e6: u64) -> bool {
    margin_account(account).is_ok_and(|found| {
        found.positions.iter().any(|position| {
            let is_series = position.kind == KIND_CALL
                && position.expiry_unix_s.get() == expiry_unix_s
                && position.strike_e6.get() == strike_e6;
            position.kind == 0 || is_series
        })
    })
}
