//! Our parsers of price accounts beside the publishers' own crates: on random accounts, on altered ones, and on real ones where they are
//! at hand.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod chainlink;
mod legacy_pyth;
mod pyth;
mod real;
mod switchboard;

use std::cell::{Ref, RefCell};

/// Random accounts of each kind, and altered copies of each.
const CASES: u32 = 2_000;
const ALTERED: usize = 8;

/// Lends bytes as a program sees an account's data: in a cell, and eight bytes behind a boundary of sixteen, as the runtime places them.
fn lend<R>(bytes: &[u8], read: impl FnOnce(Ref<'_, &mut [u8]>) -> R) -> R {
    const AHEAD: usize = 8;
    let mut room = vec![0_u128; (AHEAD + bytes.len()).div_ceil(size_of::<u128>())];
    let data = &mut bytemuck::cast_slice_mut::<u128, u8>(&mut room)[AHEAD..][..bytes.len()];
    data.copy_from_slice(bytes);
    let cell = RefCell::new(data);
    read(cell.borrow())
}
