//! What the program reads of the breaker: its level, and who its guardians are.
use crate::OracleError;
use abi::breaker::Brake;
use anchor_lang::prelude::*;
use policy::{allows, brake_level, Action};

/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(abi::ids::BRAKE);

/// Fails unless the level in force allows listing. The address is the caller's to check.
pub fn listing_require(brake: &AccountView, now_unix_s: i64) -> Result<()> {
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| OracleError::BrakeUnreadable)?;
    require!(allows(brake_level(&brake, now_unix_s), Action::Listing), OracleError::LevelForbids);
    Ok(())
}

/// Fails unless `key` is one of the breaker's guardians. The brake's address is the caller's to check.
pub fn guardian_require(brake: &AccountView, key: &Address) -> Result<()> {
    let brake = shared::read::<Brake, _>(brake, &abi::ids::BREAKER, |_| OracleError::BrakeUnreadable)?;
    let mut guardians = brake.guardians.iter().take(usize::from(brake.guardian_count));
    require!(guardians.any(|guardian| *guardian == key.to_bytes()), OracleError::NotGuardian);
    Ok(())
}
