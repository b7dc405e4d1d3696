//! Token buckets: how often somebody may do something. Bounded memory: as many buckets as were asked for, and when there are too many,
//! those that are full again go first.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Thousandths of a token.
const TOKEN: u64 = 1_000;

#[derive(Debug)]
pub struct Buckets<K> {
    rate_per_s: u64,
    burst: u64,
    most: usize,
    buckets: HashMap<K, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    milli_tokens: u64,
    at: Instant,
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    pub fn new(rate_per_s: u32, burst: u32, most: usize) -> Self {
        Self { rate_per_s: rate_per_s.into(), burst: burst.into(), most, buckets: HashMap::new() }
    }

    /// Whether `key` may act now; if so, it has.
    pub fn take(&mut self, key: K, now: Instant) -> bool {
        let full = self.burst.saturating_mul(TOKEN);
        if self.buckets.len() >= self.most && !self.buckets.contains_key(&key) {
            let rate = self.rate_per_s;
            self.buckets.retain(|_, bucket| bucket.refilled(now, rate, full) < full);
            // All of them are in use: a newcomer waits rather than that one of them is forgotten.
            if self.buckets.len() >= self.most {
                return false;
            }
        }
        let bucket = self.buckets.entry(key).or_insert(Bucket { milli_tokens: full, at: now });
        let tokens = bucket.refilled(now, self.rate_per_s, full);
        let Some(left) = tokens.checked_sub(TOKEN) else { return false };
        *bucket = Bucket { milli_tokens: left, at: now };
        true
    }
}

impl Bucket {
    fn refilled(&self, now: Instant, rate_per_s: u64, full: u64) -> u64 {
        let passed: Duration = now.saturating_duration_since(self.at);
        let gained = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).saturating_mul(rate_per_s);
        self.milli_tokens.saturating_add(gained).min(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// In no span of time more than the burst and what the rate gives for it.
        #[test]
        fn buckets_never_give_more_than_burst_and_rate(waits in prop::collection::vec(0u64..400, 1..200), rate in 1u32..50, burst in 1u32..20) {
            let mut buckets = Buckets::new(rate, burst, 4);
            let start = Instant::now();
            let mut given = vec![];
            let mut at = 0;
            for wait in waits {
                at += wait;
                if buckets.take('k', start + Duration::from_millis(at)) {
                    given.push(at);
                }
            }
            for (from, first) in given.iter().enumerate() {
                for (to, last) in given.iter().enumerate().skip(from) {
                    let most = u64::from(burst) * 1_000 + (last - first) * u64::from(rate);
                    prop_assert!(((to - from) as u64) * 1_000 <= most);
                }
            }
        }

        #[test]
        fn buckets_are_never_more_than_their_bound(keys in prop::collection::vec(0u16..500, 0..400)) {
            let mut buckets = Buckets::new(1, 3, 16);
            let now = Instant::now();
            for key in keys {
                buckets.take(key, now);
                prop_assert!(buckets.buckets.len() <= 16);
            }
        }
    }

    #[test]
    fn buckets_forget_the_idle_and_refuse_a_newcomer_when_none_is() {
        let mut buckets = Buckets::new(1, 1, 2);
        let now = Instant::now();
        assert!(buckets.take(1, now) && buckets.take(2, now));
        assert!(!buckets.take(3, now), "both are in use");
        let later = now + Duration::from_secs(1);
        assert!(buckets.take(3, later), "both are full again");
    }
}
