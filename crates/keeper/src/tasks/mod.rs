//! The tasks, one a file.

pub mod debts;
pub mod feeds;
#[cfg(test)]
mod fixture;
pub mod liquidation;
pub mod listing;
pub mod localnet;
pub mod losses;
pub mod settlement;
pub mod surfaces;
pub mod vaults;
pub mod watcher;

use serde::Deserialize;
use std::time::Duration;

/// Milliseconds between two rounds, of every task's section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Period(u64);

impl Period {
    pub const fn seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Never shorter than a tenth of a second.
    pub fn duration(self) -> Duration {
        Duration::from_millis(self.0.max(100))
    }
}

/// The section of a task that has nothing else to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pace {
    pub period_ms: Period,
}

impl Default for Pace {
    fn default() -> Self {
        Self { period_ms: Period::seconds(5) }
    }
}
