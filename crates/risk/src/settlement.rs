//! Settlement prices: time-weighted buckets, and the window of buckets that decides.
//!
//! Each refresh credits the price that stood until then with the seconds it stood, so that the moment or number of refreshes moves
//! nothing. A window of 30 buckets decides when 24 of them were covered for at least half their time: the last one before expiry, or
//! else the first later one. Buckets before the last refresh never change again, so the answer does not depend on who asks when, for as
//! long as the ring keeps the window before the expiry.
//!
//! ```text
//! bucket = floor(sum of price x seconds it stood / seconds)       settlement = floor(mean of the buckets that count)
//! ```
//! Source: oracle design, Settlement. Domain: times from 1970 to bucket 2^32. Error: a price is below the exact mean by less than two units of
//! `PriceE6`, one for each floor.

use units::{PriceE6, UnixSeconds};

/// Length of a bucket on a public network, in seconds.
pub const BUCKET_S: u32 = 60;
/// Buckets in a window, and how many of them must count.
pub const WINDOW_BUCKETS: u32 = 30;
pub const MIN_BUCKETS: u8 = 24;
/// Buckets that a feed keeps; bucket `n` lives in place `n % RING`. A window can be asked for until it is overwritten.
pub const RING: u32 = 512;
/// Six hours of buckets: the distance of the windows that may decide once the first one is overwritten.
pub const LATE_BUCKETS: u32 = 360;
/// A price that stood longer than this without a refresh is credited with nothing: nobody vouched for it.
pub const MAX_GAP_S: i64 = 60;

/// One bucket: seconds credited and the sum of price times seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Unix seconds divided by the bucket's length.
    pub number: u32,
    pub weight_s: u32,
    pub weighted_price_e6_s: u64,
}

/// Seconds that one price stood in one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    pub number: u32,
    pub seconds: u32,
}

/// A decided settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub price: PriceE6,
    pub buckets_used: u8,
    /// End of the window that decided.
    pub window_end: UnixSeconds,
}

/// Why there is no settlement price yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    NotExpired,
    /// No finished window has enough buckets that count.
    Pending,
    /// A time lies outside the buckets' range: before 1970 or past bucket 2^32.
    TimeOutOfRange,
}

/// Why a bucket does not take a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditError {
    /// The price lies outside 1e2..=1e13.
    PriceOutOfRange,
    /// The bucket's seconds exceed 32 bits.
    SecondsTooMany,
    /// The sum of price times seconds exceeds 64 bits.
    SumTooLarge,
}

impl Bucket {
    /// This bucket with `credit` added; one of another number starts over. Errors: `PriceOutOfRange`, `SecondsTooMany`, `SumTooLarge`.
    ///
    /// BOUND: a price is at most 10^13 and a bucket 60 s, so the sum stays below 2^50.
    pub fn credited(self, credit: Credit, price: PriceE6) -> Result<Self, CreditError> {
        if !price.in_bounds() {
            return Err(CreditError::PriceOutOfRange);
        }
        let start = if self.number == credit.number { self } else { Self { number: credit.number, ..Self::default() } };
        let weight_s = start.weight_s.checked_add(credit.seconds).ok_or(CreditError::SecondsTooMany)?;
        let product = price.0.checked_mul(u64::from(credit.seconds)).ok_or(CreditError::SumTooLarge)?;
        let weighted_price_e6_s = start.weighted_price_e6_s.checked_add(product).ok_or(CreditError::SumTooLarge)?;
        Ok(Self { weight_s, weighted_price_e6_s, ..start })
    }

    /// Time-weighted mean, rounded down, if the bucket was covered for half its length.
    fn mean_floor(self, bucket_s: u32) -> Option<u64> {
        let needed_s = bucket_s.div_ceil(2).max(1);
        if self.weight_s < needed_s {
            return None;
        }
        self.weighted_price_e6_s.checked_div(u64::from(self.weight_s))
    }
}

/// Splits `[from, to)` into the buckets it overlaps; nothing if it is empty or longer than [`MAX_GAP_S`].
pub fn credits(from: UnixSeconds, to: UnixSeconds, bucket_s: u32) -> impl Iterator<Item = Credit> {
    let length_s = i64::from(bucket_s);
    let stood_s = to.0.saturating_sub(from.0);
    let mut at = if stood_s > 0 && stood_s <= MAX_GAP_S { from.0 } else { to.0 };
    core::iter::from_fn(move || {
        if at >= to.0 {
            return None;
        }
        let number = at.checked_div_euclid(length_s)?;
        let bucket_end = number.checked_add(1)?.checked_mul(length_s)?;
        let until = bucket_end.min(to.0);
        let seconds = u32::try_from(until.checked_sub(at)?).ok()?;
        at = until;
        Some(Credit { number: u32::try_from(number).ok()?, seconds })
    })
}

/// The settlement price of `expiry` at `now`, from a feed last refreshed at `refreshed`; `place` reads a place of the ring.
///
/// INVARIANT(O-4): while the ring still holds the window before the expiry, every later answer is the same as the first. Once that window
/// is overwritten, eight hours of recorded prices later, only windows that end a whole number of [`LATE_BUCKETS`] after the expiry
/// decide, so that nobody can pick the minute.
pub fn settle(
    expiry: UnixSeconds,
    refreshed: UnixSeconds,
    now: UnixSeconds,
    bucket_s: u32,
    place: impl Fn(u32) -> Bucket,
) -> Result<Settled, Unsettled> {
    if now < expiry {
        return Err(Unsettled::NotExpired);
    }
    let end = number_floor(expiry, bucket_s)?;
    let newest = number_floor(refreshed, bucket_s)?;
    // A later refresh credits nothing before the last one, nor across a gap that is too long.
    let settled_until = if now.0.saturating_sub(refreshed.0) > MAX_GAP_S { now } else { refreshed };
    let last = number_floor(settled_until, bucket_s)?;
    let window = Window { bucket_s, place: &place };
    let kept = |end: u32| newest.saturating_sub(end.saturating_sub(WINDOW_BUCKETS)) < RING;
    let decided = if kept(end) {
        window.first(end, last.min(newest.max(end).saturating_add(1)))
    } else {
        window.late(end, last, kept)
    };
    let (end, used) = decided.ok_or(Unsettled::Pending)?;
    Ok(Settled {
        price: window.mean_floor(end).ok_or(Unsettled::Pending)?,
        buckets_used: used,
        window_end: UnixSeconds(i64::from(end).saturating_mul(i64::from(bucket_s))),
    })
}

/// Mean of bucket `number`, if it is in the ring and was covered for half its length.
pub fn mean(number: u32, bucket_s: u32, place: impl Fn(u32) -> Bucket) -> Option<u64> {
    Window { bucket_s, place: &place }.mean_of(number)
}

/// Reads of the ring by bucket number.
pub(crate) struct Window<'a, P: Fn(u32) -> Bucket> {
    pub bucket_s: u32,
    pub place: &'a P,
}

impl<P: Fn(u32) -> Bucket> Window<'_, P> {
    /// The mean of bucket `number`, if it is in the ring and counts.
    pub fn mean_of(&self, number: u32) -> Option<u64> {
        let bucket = (self.place)(number.checked_rem(RING)?);
        if bucket.number == number { bucket.mean_floor(self.bucket_s) } else { None }
    }

    fn counts(&self, number: u32) -> bool {
        self.mean_of(number).is_some()
    }

    /// The first end in `end..=last` whose window has enough buckets, and how many it has.
    fn first(&self, end: u32, last: u32) -> Option<(u32, u8)> {
        if end > last {
            return None;
        }
        let mut used = self.used(end);
        for end in end..=last {
            if used >= MIN_BUCKETS {
                return Some((end, used));
            }
            // The next window has one bucket more at its end, and lacks the first of this one. BOUND: 0..=30.
            used = used.saturating_add(self.counts(end).into());
            used = used.saturating_sub(self.counts(end.saturating_sub(WINDOW_BUCKETS)).into());
        }
        None
    }

    /// The first window with enough buckets among those that end a whole number of [`LATE_BUCKETS`] after `end` and are still kept.
    fn late(&self, end: u32, last: u32, kept: impl Fn(u32) -> bool) -> Option<(u32, u8)> {
        let steps = last.saturating_sub(end).checked_div(LATE_BUCKETS)?;
        // BOUND: of the last two, no earlier one can be wholly in the ring.
        let ends =
            (steps.saturating_sub(1)..=steps).filter_map(|step| end.checked_add(step.checked_mul(LATE_BUCKETS)?));
        ends.filter(|end| kept(*end)).map(|end| (end, self.used(end))).find(|(_, used)| *used >= MIN_BUCKETS)
    }

    fn means(&self, end: u32) -> impl Iterator<Item = u64> {
        (end.saturating_sub(WINDOW_BUCKETS)..end).filter_map(|number| self.mean_of(number))
    }

    /// Buckets that count in the window before bucket `end`.
    fn used(&self, end: u32) -> u8 {
        // BOUND: a window has 30 buckets.
        u8::try_from(self.means(end).count()).unwrap_or(u8::MAX)
    }

    /// Mean over the buckets that count, each with the same weight. ROUNDING: down, to the unit of the price.
    fn mean_floor(&self, end: u32) -> Option<PriceE6> {
        let (mut sum, mut used) = (0_u64, 0_u64);
        for mean in self.means(end) {
            sum = sum.checked_add(mean)?;
            used = used.checked_add(1)?;
        }
        sum.checked_div(used).map(PriceE6)
    }
}

/// Number of the bucket that `time` lies in. Errors: `TimeOutOfRange`.
pub fn number_floor(time: UnixSeconds, bucket_s: u32) -> Result<u32, Unsettled> {
    let number = time.0.checked_div_euclid(i64::from(bucket_s)).ok_or(Unsettled::TimeOutOfRange)?;
    u32::try_from(number).map_err(|_| Unsettled::TimeOutOfRange)
}

#[cfg(test)]
mod tests;
