//! A feed's account as readers outside the program see it.

use super::{Held, Pin, Published, Quote, Severity, State, Variance};
use abi::oracle::{Feed, Source};
use units::{PriceE6, Slot, UnixSeconds};

impl From<&Feed> for State {
    fn from(feed: &Feed) -> Self {
        Self {
            severity: Severity::from_byte(feed.severity),
            flags: feed.flags,
            accepted: feed.accepted,
            quote: quote(feed.price_e6.get(), feed.confidence_e6.get()),
            refreshed: UnixSeconds(feed.refreshed_unix_s.get()),
            refreshed_slot: Slot(feed.refreshed_slot.get()),
            checked: UnixSeconds(feed.checked_unix_s.get()),
            checked_slot: Slot(feed.checked_slot.get()),
            sampled: PriceE6(feed.sampled_e6.get()),
            average: PriceE6(feed.ema_e6.get()),
            averaged: UnixSeconds(feed.ema_unix_s.get()),
            stable: PriceE6(feed.stable_e6.get()),
            variance: Variance {
                short_e12: feed.variance_1h_e12.get(),
                long_e12: feed.variance_24h_e12.get(),
                samples: feed.variance_samples.get(),
                bucket: feed.variance_bucket.get(),
            },
            normal_since: UnixSeconds(feed.normal_since_unix_s.get()),
            normal_samples: feed.normal_samples.get(),
        }
    }
}

impl From<&Feed> for Published {
    fn from(feed: &Feed) -> Self {
        Self {
            severity: Severity::from_byte(feed.severity),
            quote: quote(feed.price_e6.get(), feed.confidence_e6.get()),
            refreshed: UnixSeconds(feed.refreshed_unix_s.get()),
            refreshed_slot: Slot(feed.refreshed_slot.get()),
        }
    }
}

impl From<&Source> for Held {
    fn from(source: &Source) -> Self {
        Self {
            quote: quote(source.price_e6.get(), source.half_width_e6.get()),
            published: UnixSeconds(source.published_unix_s.get()),
            slot: Slot(source.published_slot.get()),
        }
    }
}

impl From<&Source> for Pin {
    fn from(source: &Source) -> Self {
        Self { kind: source.kind, feed_id: source.feed_id, scope: source.scope }
    }
}

const fn quote(price_e6: u64, half_width_e6: u64) -> Quote {
    Quote { price: PriceE6(price_e6), half_width: PriceE6(half_width_e6) }
}
