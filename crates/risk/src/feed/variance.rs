//! Realised variance from the means of successive buckets.
//!
//! ```text
//! x  = 3/2 x 525,600 x ln(m1 / m0)^2        a year's variance, from one minute
//! v' = v + (x - v) / min(n + 1, N)          n samples so far; N = 60 and 1,440 minutes
//! ```
//! The logarithm of a ratio of means over adjacent intervals of a Brownian path has 2/3 of the variance of a return over one interval
//! (Working 1960, "Note on the correlation of first differences of averages in a random chain"), hence 3/2. Means instead of closes: who
//! picks the moments of the refreshes moves a mean by no more than the time that the price then stands. The year has 525,600 buckets
//! whatever a bucket's length, as every period of the oracle scales with it. ROUNDING: down, an error below 2e-12 a sample.

use pricing::ln_q38;

/// Buckets of the two averages.
const SHORT: u32 = 60;
const LONG: u32 = 1_440;
/// 3/2 x 525,600 minutes of a year, in 1e-12.
const ANNUAL_E12: u128 = 788_400 * 1_000_000_000_000;
/// A variance above this (1,000 % a year) counts as this.
const MAX_E12: u64 = 100_000_000_000_000;
/// A larger move than e counts as e.
const LN_MAX_Q38: u64 = 1 << 38;

/// Annualised variances in 1e-12.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variance {
    pub short_e12: u64,
    pub long_e12: u64,
    /// Samples so far; stops at its maximum.
    pub samples: u32,
    /// The bucket up to which means have been looked at.
    pub bucket: u32,
}

impl Variance {
    /// Takes in the return from bucket `current` - 2 to the one after it, if that is new and both means exist.
    pub fn advance(&mut self, current: u32, mean: impl Fn(u32) -> Option<u64>) {
        if current <= self.bucket {
            return;
        }
        self.bucket = current;
        let (Some(last), Some(before)) = (current.checked_sub(1), current.checked_sub(2)) else { return };
        if let (Some(last), Some(before)) = (mean(last), mean(before)) {
            self.sample(annualised_e12(before, last));
        }
    }

    fn sample(&mut self, variance_e12: u64) {
        self.samples = self.samples.saturating_add(1);
        self.short_e12 = towards(self.short_e12, variance_e12, self.samples.min(SHORT));
        self.long_e12 = towards(self.long_e12, variance_e12, self.samples.min(LONG));
    }
}

/// A year's variance that one bucket's move implies.
fn annualised_e12(from: u64, to: u64) -> u64 {
    // Both in the same unit, so it cancels.
    let move_q38 = ln_q38(to).saturating_sub(ln_q38(from)).unsigned_abs().min(LN_MAX_Q38);
    // BOUND: the square is at most 2^76; 2^56 of it times 2^60 is below 2^128.
    let square = u128::from(move_q38).saturating_mul(move_q38.into());
    let variance = (square >> 20).saturating_mul(ANNUAL_E12) >> 56;
    u64::try_from(variance).unwrap_or(MAX_E12).min(MAX_E12)
}

/// `value` moved by 1/`parts` of the way to `target`.
fn towards(value: u64, target: u64, parts: u32) -> u64 {
    let step = value.abs_diff(target).checked_div(parts.into()).unwrap_or(0);
    if target >= value { value.saturating_add(step) } else { value.saturating_sub(step) }
}
