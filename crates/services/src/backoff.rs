//! How long to wait before trying again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Waits that double from `first` to `most`, each shortened by up to a half at random, so that daemons which failed together do not come
/// back together.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
    random: RandomState,
}

impl Backoff {
    pub fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, failures: 0, random: RandomState::new() }
    }

    /// The wait after one more failure.
    pub fn failed(&mut self) -> Duration {
        let doubled = 2u32.saturating_pow(self.failures);
        let whole = self.first.saturating_mul(doubled).min(self.most);
        self.failures = self.failures.saturating_add(1);
        let share = self.random.hash_one(self.failures) % 512;
        let share = u32::try_from(share).unwrap_or_default();
        whole.saturating_sub(whole.saturating_mul(share).checked_div(1_024).unwrap_or_default())
    }

    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_to_its_bound_and_begins_anew_after_success() {
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(2));
        let mut backoff = Backoff::new(first, most);
        for failure in 0..200 {
            let whole = first.saturating_mul(2u32.saturating_pow(failure)).min(most);
            let wait = backoff.failed();
            assert!(wait <= whole && wait >= whole / 2, "{wait:?} after {failure} of {whole:?}");
        }
        backoff.succeeded();
        assert!(backoff.failed() <= first);
    }
}
