//! A local network in one process: a real Agave validator with RPC, WebSocket and faucet, fast slots, and the mock
//! source program at the addresses of Pyth, Switchboard and Chainlink. Used by the `localnet` binary, by the demo and by end-to-end tests.
//!
//! ```no_run
//! let net = localnet::Localnet::start(localnet::Config::default())?;
//! println!("{} {}", net.rpc_url(), net.ws_url());
//! net.stop();
//! # Ok::<(), localnet::Error>(())
//! ```
//!
//! The validator listens for RPC on every interface of the machine (its library fixes that); everything else is bound
//! to 127.0.0.1. Every start is a new chain: nothing is kept from the run before.

mod accounts;
mod config;
mod connections;
mod error;
mod faucet;
mod ports;
mod state;
mod validator;

pub use config::{
    Config, DEFAULT_FAUCET_PORT, DEFAULT_RPC_PORT, DEFAULT_TICKS_PER_SLOT, MOCK_SOURCE_FILE, ProgramSpec,
    SOURCE_PROGRAMS,
};
pub use error::Error;
pub use state::Previous;
pub use validator::Localnet;
