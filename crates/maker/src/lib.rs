//! A reference maker: quotes both sides of listed series around the oracle's surface, and posts them to relays.
//!
//! `desk` says at which prices and sizes (pure), `orders` remembers what is out there (pure), `sign` writes and signs, `relays` posts, `run`
//! joins them.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::integer_division)
)]

mod config;
pub mod desk;
pub mod orders;
mod relays;
mod run;
mod sign;

pub use config::{Config, Quoting};
pub use run::{RunError, run};
