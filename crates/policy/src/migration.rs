//! Version 2 of a margin account, which the release after this one writes: where its positions stand.
//!
//! *Expand, then contract.* That release reads versions 1 and 2 and keeps the field, and decides nothing by it; only the one after that may.
//! So a rollback in between bricks nothing: code of version 1 reads an account of version 2 (`min_reader` stays 1) and lets the field go
//! stale, and the next migration finds that out, since it goes by the bytes and not by the version.

use abi::margin::MarginAccount;

/// Layout that [`account`] leads to.
pub const ACCOUNT_VERSION: u8 = 2;

/// The places that hold a position: bit i for place i. Kept in the first four bytes of the reserved tail, little endian.
pub fn occupied(account: &MarginAccount) -> u32 {
    let held = account.positions.iter().rev().map(|position| u32::from(position.kind != 0));
    // BOUND: 32 places, 32 bits.
    held.fold(0, |mask, bit| mask.wrapping_shl(1) | bit)
}

/// The field as it is stored; 0 in version 1.
pub fn stored(account: &MarginAccount) -> u32 {
    account.reserved.first_chunk().copied().map(u32::from_le_bytes).unwrap_or_default()
}

/// Writes the field.
pub fn store(account: &mut MarginAccount) {
    let mask = occupied(account).to_le_bytes();
    if let Some(field) = account.reserved.first_chunk_mut() {
        *field = mask;
    }
}

/// Makes an account of any version one of version 2, or says that it is one already. INVARIANT(G-12): no content moves.
pub fn account(account: &mut MarginAccount) -> bool {
    if account.version == ACCOUNT_VERSION && stored(account) == occupied(account) {
        return false;
    }
    account.version = ACCOUNT_VERSION;
    store(account);
    true
}

#[cfg(test)]
mod tests;
