//! What is allowed now: the levels in force, the action matrix, and what a feed is good for.

use crate::buffer::{account, answer};
use abi::breaker::{Brake, Custody};
use policy::{Action, Level, Permission};
use risk::feed::{Published, Purpose, Quote, Severity};
use units::{PriceE6, Slot, UnixSeconds};

/// The level of the protocol that is in force: the brake's account bytes are the input.
#[unsafe(no_mangle)]
pub extern "C" fn level_of_brake(now_unix_s: i64) -> u32 {
    answer(|| {
        let brake = account();
        let brake = abi::read::<Brake>(&abi::ids::BREAKER, &abi::ids::BREAKER, &brake).ok()?;
        Some([i64::from(policy::brake_level(brake, now_unix_s).byte())])
    })
}

/// A market's own level in force: its custody's account bytes are the input.
#[unsafe(no_mangle)]
pub extern "C" fn level_of_market(now_unix_s: i64) -> u32 {
    answer(|| {
        let custody = account();
        let custody = abi::read::<Custody>(&abi::ids::BREAKER, &abi::ids::BREAKER, &custody).ok()?;
        Some([i64::from(policy::custody_level(custody, now_unix_s).byte())])
    })
}

/// The matrix: 0 allowed, 1 limited, 2 queued, 3 refused. Actions are numbered as in `policy::Action`.
#[unsafe(no_mangle)]
pub extern "C" fn permission(level: u32, action: u32) -> u32 {
    answer(|| {
        let level = Level::from_byte(u8::try_from(level).ok()?)?;
        let action = Action::ALL.get(usize::try_from(action).ok()?)?;
        Some([match policy::permission(level, *action) {
            Permission::Allowed => 0,
            Permission::Limited => 1,
            Permission::Queued => 2,
            Permission::Refused => 3,
        }])
    })
}

/// The price range to rely on for a purpose, numbered as in `risk::feed::Purpose::ALL`; no answer where there is none.
#[unsafe(no_mangle)]
#[expect(clippy::too_many_arguments, reason = "what a feed's account holds, one word each")]
pub extern "C" fn feed_rely(
    severity: u32,
    price_e6: u64,
    half_width_e6: u64,
    refreshed_unix_s: i64,
    refreshed_slot: u64,
    purpose: u32,
    now_unix_s: i64,
    now_slot: u64,
) -> u32 {
    answer(|| {
        let published = Published {
            severity: Severity::from_byte(u8::try_from(severity).ok()?),
            quote: Quote { price: PriceE6(price_e6), half_width: PriceE6(half_width_e6) },
            refreshed: UnixSeconds(refreshed_unix_s),
            refreshed_slot: Slot(refreshed_slot),
        };
        let purpose = Purpose::ALL.get(usize::try_from(purpose).ok()?)?;
        let (low, high) = published.rely(*purpose, UnixSeconds(now_unix_s), Slot(now_slot)).ok()?;
        Some([low.0.cast_signed(), high.0.cast_signed()])
    })
}
