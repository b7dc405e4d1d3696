//! The cluster's clock.
use anchor_lang::prelude::*;

/// The current slot and unix time in seconds: `let (slot, unix_s) = shared::now()?;`.
pub fn now() -> Result<(u64, i64)> {
    let clock = Clock::get()?;
    Ok((clock.slot, clock.unix_timestamp))
}
