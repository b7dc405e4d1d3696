//! The one home of every layout, seed, discriminator and id that crosses a program boundary.
//!
//! Each account layout is written once, as a macro: here it becomes plain old data for readers, and the owning program expands the
//! same fields under Anchor's `#[account]`. Every layout begins with `version, min_reader`: a reader accepts a version it does not know
//! if `min_reader` is not above its own, so that code can be upgraded under accounts that others read.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::indexing_slicing,
        clippy::integer_division,
        clippy::unwrap_used
    )
)]

pub mod ballot;
pub mod breaker;
pub mod chainlink;
pub mod config;
pub mod governor;
pub mod ids;
pub mod loader;
pub mod margin;
pub mod nonce;
pub mod oracle;
pub mod passkey;
mod pod;
pub mod precompile;
pub mod pyth;
pub mod quote;
mod read;
pub mod switchboard;
pub mod token;
pub mod vault;

pub use pod::{PodI32, PodI64, PodU16, PodU32, PodU64};
pub use read::{DISCRIMINATOR_LEN, Layout, ReadError, read, read_mut};

/// A 32-byte address; the layouts' `Address` is this type here and the framework's own in the programs.
pub type Address = [u8; 32];
