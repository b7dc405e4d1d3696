//! The keeper: one daemon that runs what anybody may run, each task switched on by a section of its configuration.
//!
//! No task keeps anything between rounds that the chain does not hold: each looks, does what is due, and is done. So a keeper may be killed
//! at any moment, and many may run at once: who comes second finds nothing due, or is refused by the program, which costs nothing, as
//! every transaction is simulated first.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::integer_division)
)]

mod book;
mod config;
mod drive;
mod tasks;

pub use config::Config;
pub use drive::{RunError, run};
