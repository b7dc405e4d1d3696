//! The numbers the programs rest on, as pure functions over plain structs.
#![cfg_attr(not(test), no_std)]

pub mod feed;
pub mod fees;
pub mod fill;
pub mod listing;
pub mod payoff;
pub mod settlement;
pub mod standard;
pub mod vault;
