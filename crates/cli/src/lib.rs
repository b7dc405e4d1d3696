//! What `bastion` does, as a library: the demo and end-to-end tests use the same code as people.

pub mod account;
pub mod audit;
pub mod breaker;
pub mod chain;
pub mod connection;
pub mod decimal;
pub mod decode;
pub mod deploy;
mod error;
pub mod feeds;
pub mod govern;
pub mod input;
pub mod keys;
pub mod market;
pub mod migrate;
pub mod option;
pub mod p256;
pub mod portfolio;
pub mod quote;
pub mod shadow;
pub mod status;
pub mod surface;
pub mod table;
pub mod time;
pub mod vault;

pub use connection::Connection;
pub use error::Error;
