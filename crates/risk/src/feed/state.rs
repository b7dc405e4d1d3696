//! A feed from one refresh to the next.
//!
//! ```text
//! average  e' = e + (clamp(p, 0.9 e, 1.1 e) - e) t / (T + t)      t seconds that p stood; T five buckets
//! stable   s' moves towards p by at most 3 bps of itself a second (of a bucket of 60)
//! ```
//! The average follows every sample of enough agreeing sources, also one far from it, but by no more than 10 % in T: were it to wait for
//! normal samples, a true crash would leave the feed degraded for ever. It does not follow a move beyond that tenth which a third source
//! contests; if that lasts, it is forgotten after fifteen buckets, and the two that agree decide. The stable price, the variances and the settlement buckets take
//! normal samples only. A gap longer than [`MAX_GAP_S`] counts nothing.

use super::{Aggregate, Quote, Severity, Variance};
use crate::settlement::{BUCKET_S, MAX_GAP_S};
use units::{PriceE6, Slot, UnixSeconds, mul_div_floor};

/// Time constant of the average, the age at which it is forgotten, and the time without a price after which a feed is down, in buckets.
const AVERAGE_BUCKETS: u32 = 5;
const FORGET_BUCKETS: u32 = 15;
const DOWN_BUCKETS: u32 = 10;
/// A sample counts for the average as if within a tenth of it.
const CLAMP_PARTS: u64 = 10;
/// Speed of the stable price a second, at buckets of a minute.
const STABLE_BPS: u64 = 3;
const BPS: u64 = 10_000;

/// When something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub now: UnixSeconds,
    pub slot: Slot,
}

/// A feed's own state, without its sources and buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    pub severity: Severity,
    pub flags: u8,
    pub accepted: u8,
    pub quote: Quote,
    /// The refresh that accepted the price.
    pub refreshed: UnixSeconds,
    pub refreshed_slot: Slot,
    /// The last refresh.
    pub checked: UnixSeconds,
    pub checked_slot: Slot,
    /// The price that stands since then for the average; zero for none.
    pub sampled: PriceE6,
    pub average: PriceE6,
    pub averaged: UnixSeconds,
    pub stable: PriceE6,
    pub variance: Variance,
    /// Since when every refresh was normal, and how many of them brought something newer.
    pub normal_since: UnixSeconds,
    pub normal_samples: u32,
}

impl State {
    /// The feed's own average at `now`; `None` once nothing has fed it for fifteen buckets.
    pub fn average_at(&self, now: UnixSeconds, bucket_s: u32) -> Option<PriceE6> {
        let kept_s = i64::from(bucket_s.saturating_mul(FORGET_BUCKETS));
        let known = self.average > PriceE6::ZERO && now.0.saturating_sub(self.averaged.0) <= kept_s;
        known.then_some(self.average)
    }

    /// The price that settlement buckets are credited with for the time since the last refresh.
    pub fn standing(&self) -> Option<PriceE6> {
        (self.severity == Severity::Normal && self.sampled > PriceE6::ZERO).then_some(self.sampled)
    }

    /// Lets the averages take the price that stood until `now`.
    pub fn stand(&mut self, now: UnixSeconds, bucket_s: u32) {
        let stood_s = now.0.saturating_sub(self.checked.0);
        let seconds = u64::try_from(stood_s).ok().filter(|_| stood_s > 0 && stood_s <= MAX_GAP_S);
        let Some(seconds) = seconds.filter(|_| self.sampled > PriceE6::ZERO) else { return };
        if self.average_at(now, bucket_s).is_some() {
            self.average = averaged(self.average, self.sampled, seconds, bucket_s);
            self.averaged = now;
        }
        if let Some(price) = self.standing() {
            self.stable = followed(self.stable, price, seconds, bucket_s);
        }
    }

    /// Takes in what a refresh found. `newer`: a source brought something published later. [`State::stand`] comes first.
    pub fn take(&mut self, found: &Aggregate, moment: Moment, newer: bool, bucket_s: u32) {
        let gap_s = moment.now.0.saturating_sub(self.checked.0);
        let lasting = self.severity == Severity::Normal && gap_s <= MAX_GAP_S;
        (self.checked, self.checked_slot) = (moment.now, moment.slot);
        (self.flags, self.accepted, self.severity) = (found.flags, found.accepted, found.severity);
        if let Some(quote) = found.price {
            (self.quote, self.refreshed, self.refreshed_slot) = (quote, moment.now, moment.slot);
        } else {
            let down_s = i64::from(bucket_s.saturating_mul(DOWN_BUCKETS));
            let recent = self.quote.price > PriceE6::ZERO && moment.now.0.saturating_sub(self.refreshed.0) <= down_s;
            self.severity = if recent { Severity::Stale } else { Severity::Down };
        }
        self.sampled = found.sample.unwrap_or_default();
        if let Some(sample) = found.sample {
            if self.average_at(moment.now, bucket_s).is_none() {
                self.average = sample;
            }
            self.averaged = moment.now;
            if self.stable == PriceE6::ZERO {
                self.stable = sample;
            }
        }
        match (self.severity == Severity::Normal, lasting) {
            (true, true) => self.normal_samples = self.normal_samples.saturating_add(newer.into()),
            (true, false) => (self.normal_since, self.normal_samples) = (moment.now, 1),
            (false, _) => (self.normal_since, self.normal_samples) = (UnixSeconds(0), 0),
        }
    }
}

fn averaged(average: PriceE6, price: PriceE6, seconds: u64, bucket_s: u32) -> PriceE6 {
    let reach = average.0.checked_div(CLAMP_PARTS).unwrap_or(0);
    let constant_s = u64::from(bucket_s.saturating_mul(AVERAGE_BUCKETS));
    let apart = average.0.abs_diff(price.0).min(reach);
    let step = mul_div_floor(apart, seconds, constant_s.saturating_add(seconds)).unwrap_or(0);
    moved(average, price, step)
}

fn followed(stable: PriceE6, price: PriceE6, seconds: u64, bucket_s: u32) -> PriceE6 {
    // BOUND: 3 x 60 x 60 and 10^4 x 60.
    let speed = STABLE_BPS.saturating_mul(seconds).saturating_mul(BUCKET_S.into());
    let step = mul_div_floor(stable.0, speed, BPS.saturating_mul(bucket_s.max(1).into())).unwrap_or(0);
    moved(stable, price, stable.0.abs_diff(price.0).min(step))
}

/// `from` moved by `step` in the direction of `to`.
const fn moved(from: PriceE6, to: PriceE6, step: u64) -> PriceE6 {
    PriceE6(if to.0 >= from.0 { from.0.saturating_add(step) } else { from.0.saturating_sub(step) })
}
