//! The numbers the programs rest on, as pure functions over plain structs.
#![cfg_attr(not(test), no_std)]

pub mod vault;
