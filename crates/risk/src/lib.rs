//! The numbers the programs rest on, as pure functions over plain structs.
//!
//! Bad input is answered by an error that names the violated fact. An `Option` says that there is nothing to give, which is no fault of the
//! input: a bucket that does not count, an average that is forgotten, a node past the end of the table.
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

pub mod average;
pub mod debt;
mod error;
pub mod feed;
pub mod fees;
pub mod fill;
pub mod fund;
pub mod liquidation;
pub mod listing;
pub mod mark;
mod part;
pub mod payoff;
pub mod portfolio;
pub mod reduce;
pub mod scenario;
pub mod series_name;
pub mod settlement;
pub mod standard;
pub mod surface;
pub mod vault;
pub mod waterfall;

pub use error::CashError;
