//! Exhaustive models. Each walks through every state that a state machine of `crates/policy` can reach on small constants, whatever
//! anybody does in whatever order, and checks the design's properties in all of them. A model has no rules of its own: who may do what
//! when, and what comes of it, it asks the same code that the programs ask.
//!
//! `cargo test -p models` prints the states explored. Every model is also run with a transition made wrong on purpose: a check that
//! finds nothing then could not fail.

pub mod breaker;
pub mod check;
pub mod governor;

pub use check::{Explored, Failed, Found, counterexample, explore};
