//! The memory that JavaScript and this module share.

use crate::kind;
use core::ptr::{addr_of, addr_of_mut};
use risk::payoff::{POSITIONS, Position};
use units::{Lots, PriceE6, UnixSeconds};

const WORDS: usize = 4;
const RESULTS: usize = 8;

static mut INPUT: [[u64; WORDS]; POSITIONS] = [[0; WORDS]; POSITIONS];
static mut OUTPUT: [i64; RESULTS] = [0; RESULTS];

/// Where positions are written, 32 at most.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *mut u64 {
    addr_of_mut!(INPUT).cast()
}

/// Where results are read.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const i64 {
    addr_of!(OUTPUT).cast()
}

/// The first `count` records; `None` for one that is no position.
pub fn positions(count: u32) -> impl Iterator<Item = Option<Position>> {
    // SAFETY: one thread only, and JavaScript writes between calls, never during one.
    let records = unsafe { *addr_of!(INPUT) };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    // More than there is room for is no account's holdings.
    let excess = (count > POSITIONS).then_some(None);
    let held = records.into_iter().take(count).map(|[expiry, strike, lots, kind_raw]| {
        let (expiry, lots) = (UnixSeconds(expiry.cast_signed()), Lots(lots.cast_signed()));
        Some(Position { expiry, strike: PriceE6(strike), kind: kind(kind_raw)?, lots })
    });
    excess.into_iter().chain(held)
}

/// The input as an account's bytes; longer than any account that is read here.
pub fn account() -> [u8; WORDS * POSITIONS * 8] {
    // SAFETY: as above; integers are bytes whatever their values.
    unsafe { *addr_of!(INPUT).cast() }
}

/// Stores what `compute` gives; 0 if it gave something.
pub fn answer<const N: usize>(compute: impl FnOnce() -> Option<[i64; N]>) -> u32 {
    let Some(results) = compute() else { return 1 };
    // SAFETY: as above.
    let output = unsafe { &mut *addr_of_mut!(OUTPUT) };
    for (slot, result) in output.iter_mut().zip(results) {
        *slot = result;
    }
    0
}
