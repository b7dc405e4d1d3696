//! What the daemons share: configuration, logs, metrics, health, a clean stop, and a small client of the cluster's RPC.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod backoff;
mod config;
mod health;
mod http;
mod logs;
pub mod market;
mod rpc;
mod stop;
mod wallet;

pub use backoff::Backoff;
pub use config::{ConfigError, config_load};
pub use health::{Health, PartHealth, Pulse};
pub use http::{operations, serve};
pub use logs::{LogFormat, logs_start};
pub use rpc::{Account, Rpc, RpcError, Simulated, Status};
pub use stop::Stop;
pub use wallet::{FeeLimits, KeyError, Refused, SendError, Sent, Wallet, keypair_load};

/// Base64 as RPC and the relay write bytes.
pub fn base64_of(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

/// The bytes that base64 text stands for.
pub fn base64_read(text: &str) -> Option<Vec<u8>> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(text).ok()
}
