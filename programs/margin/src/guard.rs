//! What every risk-changing instruction reads of other programs: the breaker's level and the oracle's price.
use crate::errors::MarginError;
use abi::breaker::Brake;
use abi::oracle::Feed;
use anchor_lang::prelude::*;
use policy::{brake_level, permission, Action, Permission};
use units::PriceE6;

/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(abi::ids::BRAKE);

/// Fails if the level in force does not allow `action` now.
pub fn level_require(brake: &AccountView, action: Action, now_unix_s: i64) -> Result<()> {
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| MarginError::BrakeUnreadable)?;
    match permission(brake_level(&brake, now_unix_s), action) {
        Permission::Allowed | Permission::Limited => Ok(()),
        Permission::Queued => Err(MarginError::WithdrawalsQueued.into()),
        Permission::Refused => Err(MarginError::LevelForbids.into()),
    }
}

/// The feed's price, if it is fresh and normal. The address is the caller's to check.
pub fn spot(feed: &AccountView, now_unix_s: i64) -> Result<PriceE6> {
    let feed = shared::read::<Feed, _>(feed, &abi::ids::ORACLE, |_| MarginError::FeedUnreadable)?;
    let age_s = now_unix_s.saturating_sub(feed.refreshed_unix_s.get());
    let price = PriceE6(feed.price_e6.get());
    if feed.severity != 0 || age_s > risk::feed::MAX_READ_AGE_S || !price.in_bounds() {
        return Err(MarginError::FeedStale.into());
    }
    Ok(price)
}
