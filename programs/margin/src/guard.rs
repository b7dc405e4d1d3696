//! What every risk-changing instruction reads of other programs: the breaker's level and the oracle's price.
use crate::errors::MarginError;
use crate::events::Stamp;
use crate::state::Market;
use crate::TIME_DIVISOR;
use abi::breaker::{Brake, Custody};
use abi::oracle::Feed;
use abi::vault::Vault;
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;
use policy::rollout::canary_allows;
use policy::{allows, brake_level, market_level, permission, Action, Permission, ThrottleError};
use risk::feed::{Published, Purpose};
use units::{PriceE6, Slot, UnixSeconds};

/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(abi::ids::BRAKE);

/// The vault that an account is. That the vault program owns it would not do: anybody can hand a key over to a program, but only the
/// program writes a vault.
pub fn vault_of(account: &AccountView) -> Result<Ref<'_, Vault>> {
    shared::read::<Vault, _>(account, &abi::ids::VAULT, |_| MarginError::WriterNotVault)
}

/// Fails if the protocol's level does not allow `action` now: for what no market's own level forbids, because that ends at 3. What is
/// only queued may go on: the breaker queues it.
pub fn level_require(brake: &AccountView, action: Action, now_unix_s: i64) -> Result<()> {
    require!(level_allows(brake, action, now_unix_s)?, MarginError::LevelForbids);
    Ok(())
}

/// Fails unless the higher of the protocol's level and the market's allows `action` now. The custody's address is the caller's to check.
pub fn market_level_require(brake: &AccountView, custody: &AccountView, action: Action, now_unix_s: i64) -> Result<()> {
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| MarginError::BrakeUnreadable)?;
    let custody = shared::read::<Custody, _>(custody, &abi::ids::BREAKER, |_| MarginError::CustodyUnreadable)?;
    require!(allows(market_level(&brake, &custody, now_unix_s), action), MarginError::LevelForbids);
    Ok(())
}

/// Takes `lots` of new risk into a market: fails if the higher of the protocol's level and the market's forbids it, or if level 1 or a
/// canary step of new code leaves no room for as much. The custody's address is the caller's to check.
pub fn new_risk_take(
    market: &mut Market,
    brake: &AccountView,
    custody: &AccountView,
    lots: u64,
    now_unix_s: i64,
) -> Result<()> {
    market.require_listed()?;
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| MarginError::BrakeUnreadable)?;
    let custody = shared::read::<Custody, _>(custody, &abi::ids::BREAKER, |_| MarginError::CustodyUnreadable)?;
    let fits = canary_allows(&custody, market.open_interest_lots.get(), lots);
    require!(fits, MarginError::CanaryCapReached);
    match permission(market_level(&brake, &custody, now_unix_s), Action::NewRisk) {
        Permission::Allowed => Ok(()),
        Permission::Limited => {
            let cap_lots = custody.limits.open_interest_cap_lots.get();
            let taken = market.throttle().take(lots, cap_lots, now_unix_s, TIME_DIVISOR).map_err(|why| match why {
                ThrottleError::FillTooLarge => MarginError::FillThrottled,
                ThrottleError::RateExceeded => MarginError::RateThrottled,
            })?;
            market.throttle_record(taken);
            Ok(())
        }
        Permission::Queued | Permission::Refused => Err(MarginError::LevelForbids.into()),
    }
}

/// Whether the protocol's level allows `action` now: for what no market's own level forbids, because that ends at 3.
pub fn level_allows(brake: &AccountView, action: Action, now_unix_s: i64) -> Result<bool> {
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| MarginError::BrakeUnreadable)?;
    Ok(permission(brake_level(&brake, now_unix_s), action) != Permission::Refused)
}

/// The feed's price, if it is good for `purpose` now. The address is the caller's to check.
pub fn spot(feed: &AccountView, purpose: Purpose, stamp: &Stamp) -> Result<PriceE6> {
    let (price, _) = spot_range(feed, purpose, stamp)?;
    Ok(price)
}

/// The lowest and the highest price that must do for `purpose`: one and the same while the feed is normal.
pub fn spot_range(feed: &AccountView, purpose: Purpose, stamp: &Stamp) -> Result<(PriceE6, PriceE6)> {
    let feed = shared::read::<Feed, _>(feed, &abi::ids::ORACLE, |_| MarginError::FeedUnreadable)?;
    let published = Published::from(&*feed);
    let range = published.rely(purpose, UnixSeconds(stamp.unix_s), Slot(stamp.slot));
    Ok(range.map_err(|_| MarginError::FeedStale)?)
}
