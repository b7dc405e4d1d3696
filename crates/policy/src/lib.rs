//! What may be done when: breaker levels and the action matrix, council classes, delays and thresholds, the proposal state machine.
//!
//! Pure and `no_std`: programs, models, CLI and clients run this same code.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used))]

#[cfg(feature = "alloc")]
extern crate alloc;

mod action;
pub mod ballot;
mod brake;
mod class;
#[cfg(feature = "alloc")]
mod describe;
mod falls;
mod level;
mod matrix;
pub mod migration;
mod outflow;
pub mod proposal;
mod queue;
pub mod record;
pub mod rollout;
pub mod snapshot;
mod stored;
mod throttle;
pub mod trip;
mod upgrade;
mod window;

pub use action::{ATTESTORS, ActionError, CouncilAction, GUARDIANS, MarketLimits, keys_validate};
pub use brake::{
    Brake, BrakeError, CLEAN_S, COOLDOWN_S, Cause, EXPIRED_LEVEL, GOOD_SAMPLES, GUARDIAN_LEVEL, HOLD_S, Latch,
    MIGRATION_S, PROOF_S, TRIP_DAY_S, TRIP_S, TRIPS_PER_DAY, Trigger, Trips, brake_level, custody_level,
    level_in_force, market_level, scaled,
};
pub use class::{CLASSES, COUNCIL_OF, Class, DELAY_MAX_S, Delays, EXECUTION_S, VOTING_S};
pub use falls::Fall;
pub use level::{Action, Level, Permission, allows, permission};
#[cfg(feature = "alloc")]
pub use matrix::matrix_table;
pub use outflow::{DAY_S, HOUR_S, LOOSEN_S, Limits, Outflow, OutflowError, Place, Released, TICKET_HOLD_S};
pub use queue::Queue;
pub use throttle::{FILL_BPS, OPENED_BPS, THROTTLE_S, Throttle, ThrottleError};
pub use upgrade::{Evidence, Scope, Upgrade};
pub use window::{INFLOW_BPS, Window, WindowLimit};
