//! Shares of a vault.
//!
//! A thousand shares and one atom that nobody owns stand beside what the depositors hold (the virtual offset of ERC-4626 vaults,
//! OpenZeppelin 2023): to move the price that the next depositor gets, an attacker must give the vault a multiple of what he could take.

use units::mul_div_floor;

pub const VIRTUAL_SHARES: u64 = 1_000;
pub const VIRTUAL_ASSETS: u64 = 1;
pub const E12: u64 = 1_000_000_000_000;
/// Shares stay below half of 64 bits: then no sum of two counts of shares overflows.
const SHARES_MAX: u64 = 1 << 62;

/// Shares for `deposit` atoms where `shares` stand for `assets`, rounded down. `None` beyond 2^62 shares in all.
pub fn shares_floor(deposit: u64, assets: u64, shares: u64) -> Option<u64> {
    let minted = mul_div_floor(deposit, shares.checked_add(VIRTUAL_SHARES)?, assets.checked_add(VIRTUAL_ASSETS)?)?;
    let after = minted.checked_add(shares)?;
    if after > SHARES_MAX { None } else { Some(minted) }
}

/// Asset atoms for 1e12 shares, rounded down; saturates.
pub fn share_price_e12(assets: u64, shares: u64) -> u64 {
    let (assets, shares) = (assets.saturating_add(VIRTUAL_ASSETS), shares.saturating_add(VIRTUAL_SHARES));
    mul_div_floor(assets, E12, shares).unwrap_or(u64::MAX)
}
