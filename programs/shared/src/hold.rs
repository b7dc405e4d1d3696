//! What stands still while the governor replaces a program's code.
use anchor_lang::prelude::*;

/// The only key under which anything is held or written back. Not the config's: failed code may have written another there.
pub const GOVERNOR: Address = Address::new_from_array(abi::ids::GOVERNOR_AUTHORITY);

/// Whether what is held until then may change.
pub fn is_free(held_until_unix_s: i64) -> bool {
    held_until_unix_s == 0 || crate::now().is_ok_and(|(_, unix_s)| unix_s >= held_until_unix_s)
}

/// One account more, or `None` past 64 bits.
pub fn opened(records_open: u64) -> Option<u64> {
    records_open.checked_add(1)
}

/// One account less, or `None` where none was counted.
pub fn closed(records_open: u64) -> Option<u64> {
    records_open.checked_sub(1)
}
