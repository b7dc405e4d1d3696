//! The quote relay: carries signed quotes from makers to whoever fills them, and is trusted with nothing (docs/relay.md).
//!
//! `quote` reads and checks what is posted, `book` holds it (pure), `store` keeps the book over a restart, `chain` watches what the
//! cluster says of it, `relay` joins them, `server` and `stream` speak HTTP and WebSocket.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::integer_division
    )
)]

pub mod book;
mod chain;
mod config;
mod event;
mod limits;
mod quote;
mod refusal;
mod relay;
mod server;
mod store;
mod stream;

pub use config::Config;
pub use quote::{QuoteId, Signed, SignedJson};
pub use refusal::Refusal;
pub use server::{RunError, Running, start};
