//! Refreshes the markets' feeds from their sources, and with that records the buckets that settlement averages.

use super::Period;
use crate::drive::{Ground, Task, TaskError};
use abi::oracle::Feed;
use client::feeds::feed_refresh;
use serde::Deserialize;
use services::market::View;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;
use std::time::Duration;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub period_ms: Period,
    /// A feed that was looked at less than so many seconds ago is left alone: somebody else did it.
    pub fresh_s: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { period_ms: Period::seconds(2), fresh_s: 2 }
    }
}

pub struct Feeds {
    settings: Settings,
}

impl Feeds {
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Task for Feeds {
    const NAME: &'static str = "feeds";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let age_s = view.clock.unix_s.saturating_sub(view.feed.checked_unix_s.get());
        if age_s >= self.settings.fresh_s {
            ground.attempt("feed_refresh", &[refresh(view.feed_address(), &view.feed)], &[]).await?;
        }
        Ok(())
    }
}

/// `feed_refresh` from all of its sources.
pub fn refresh(address: Pubkey, feed: &Feed) -> Instruction {
    let sources = feed.sources.iter().take(feed.source_count.into());
    feed_refresh(address, sources.map(|source| Pubkey::from(source.address)))
}
