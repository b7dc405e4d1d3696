//! What may be done when: breaker levels and the action matrix, council classes, delays and thresholds, the proposal state machine.
//!
//! Pure and `no_std`: programs, models, CLI and clients run this same code.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod action;
mod brake;
mod class;
#[cfg(feature = "alloc")]
mod describe;
mod level;
mod matrix;
pub mod proposal;

pub use action::{ActionError, CouncilAction, GUARDIANS, keys_validate};
pub use brake::{
    Brake, BrakeError, Cause, EXPIRED_LEVEL, GUARDIAN_LEVEL, TRIP_DAY_S, TRIP_S, TRIPS_PER_DAY, level_in_force,
};
pub use class::{COUNCIL_OF, Class, EXECUTION_S, VOTING_S};
pub use level::{Action, Level, Permission, allows, permission};
#[cfg(feature = "alloc")]
pub use matrix::matrix_table;
