//! The memory that JavaScript and this module share.

use crate::kind;
use core::ptr::{addr_of, addr_of_mut};
use risk::payoff::{POSITIONS, Position};
use units::{Lots, PriceE6, UnixSeconds};

const WORDS: usize = 4;
const RESULTS: usize = 8;

static mut INPUT: [[u64; WORDS]; POSITIONS] = [[0; WORDS]; POSITIONS];
/// Bytes of accounts, one region for each kind, each longer than the account: what a newer version appends is not read.
const MARKET_LEN: usize = 1_024;
const FEED_LEN: usize = 10_240;
const EXPIRY_LEN: usize = 1_024;
const SURFACE_LEN: usize = 512;
/// Expiries that an account may hold at one time.
pub const EXPIRIES: usize = abi::margin::EXPIRIES;

static mut MARKET: [u8; MARKET_LEN] = [0; MARKET_LEN];
static mut FEED: [u8; FEED_LEN] = [0; FEED_LEN];
static mut LISTED: [[u8; EXPIRY_LEN]; EXPIRIES] = [[0; EXPIRY_LEN]; EXPIRIES];
static mut SURFACES: [[u8; SURFACE_LEN]; EXPIRIES] = [[0; SURFACE_LEN]; EXPIRIES];
static mut OUTPUT: [i64; RESULTS] = [0; RESULTS];

/// Where positions are written, 32 at most.
#[unsafe(no_mangle)]
pub extern "C" fn input() -> *mut u64 {
    addr_of_mut!(INPUT).cast()
}

/// Where account bytes are written: 0 the market, 1 the feed, 2 to 5 expiries, 6 to 9 their surfaces. Null beyond; see [`region_len`].
#[unsafe(no_mangle)]
pub extern "C" fn region(index: u32) -> *mut u8 {
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    // SAFETY: addresses only, of places inside the statics.
    unsafe {
        match at {
            0 => addr_of_mut!(MARKET).cast(),
            1 => addr_of_mut!(FEED).cast(),
            2..=5 => addr_of_mut!(LISTED).cast::<u8>().add(at.saturating_sub(2).saturating_mul(EXPIRY_LEN)),
            6..=9 => addr_of_mut!(SURFACES).cast::<u8>().add(at.saturating_sub(6).saturating_mul(SURFACE_LEN)),
            _ => core::ptr::null_mut(),
        }
    }
}

/// How many bytes fit a region; 0 beyond.
#[unsafe(no_mangle)]
pub extern "C" fn region_len(index: u32) -> usize {
    match index {
        0 => MARKET_LEN,
        1 => FEED_LEN,
        2..=5 => EXPIRY_LEN,
        6..=9 => SURFACE_LEN,
        _ => 0,
    }
}

pub fn market() -> [u8; MARKET_LEN] {
    // SAFETY: one thread only, and JavaScript writes between calls, never during one.
    unsafe { *addr_of!(MARKET) }
}

pub fn feed() -> [u8; FEED_LEN] {
    // SAFETY: as above.
    unsafe { *addr_of!(FEED) }
}

pub fn expiries() -> [[u8; EXPIRY_LEN]; EXPIRIES] {
    // SAFETY: as above.
    unsafe { *addr_of!(LISTED) }
}

pub fn surfaces() -> [[u8; SURFACE_LEN]; EXPIRIES] {
    // SAFETY: as above.
    unsafe { *addr_of!(SURFACES) }
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
