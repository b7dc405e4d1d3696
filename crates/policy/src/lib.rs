//! What may be done when: breaker levels and the action matrix, council classes, delays and thresholds, the proposal state machine.
//!
//! Pure and `no_std`: programs, models, CLI and clients run this same code.
#![cfg_attr(not(test), no_std)]
