//! What a relay is started with.

use crate::book::BookLimits;
use clap::Parser;
use services::LogFormat;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Carries signed quotes from makers to whoever fills them.
#[derive(Clone, Debug, Parser)]
#[command(name = "bastion-relay", version)]
pub struct Config {
    /// The cluster's RPC
    #[arg(long, default_value = "http://127.0.0.1:8899")]
    pub url: String,
    /// Where to listen for HTTP and WebSocket
    #[arg(long, default_value = "127.0.0.1:8910")]
    pub listen: SocketAddr,
    /// The file that keeps quotes over a restart
    #[arg(long, default_value = "target/relay.redb")]
    pub store: PathBuf,
    /// Milliseconds between two looks at the cluster
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub poll_ms: u64,
    /// Quotes held in all
    #[arg(long, default_value_t = 4_096, value_parser = clap::value_parser!(u64).range(1..=65_536))]
    pub quotes_max: u64,
    /// Quotes held of one key
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=65_536))]
    pub maker_quotes_max: u64,
    /// Slots a quote may be good for
    #[arg(long, default_value_t = 9_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub life_slots_max: u64,
    /// Quotes a second that one key may post, once its burst is used up
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub maker_rate: u32,
    /// Quotes that one key may post at once
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub maker_burst: u32,
    /// Requests a second from one address, once its burst of ten times as many is used up
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub address_rate: u32,
    /// WebSocket clients at once
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub streams_max: u32,
    /// How logs are written: text, json
    #[arg(long, default_value = "text")]
    pub log: LogFormat,
}

impl Config {
    pub(crate) const fn book_limits(&self) -> BookLimits {
        BookLimits { quotes: self.quotes_max, maker_quotes: self.maker_quotes_max }
    }

    pub(crate) const fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}
