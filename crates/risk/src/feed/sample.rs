//! What one source published, and why it may be refused.

use super::{Fresh, Moment, Quote, Tier};
use super::{MAX_AHEAD_S, MAX_READ_AGE_S, MAX_READ_AGE_SLOTS, NEW_RISK_AGE_S, NEW_RISK_AGE_SLOTS};
use units::{PriceE6, Slot, UnixSeconds};

/// Decimal places a source may publish with.
pub const DECIMALS_MAX: i32 = 18;
/// Decimal places of `PriceE6`.
const DECIMALS: u32 = 6;
/// Half width over price, at most: one part in so many.
const MARGIN_WIDTH_PARTS: u64 = 50;
const NEW_RISK_WIDTH_PARTS: u64 = 100;

/// One publication, in units of 10^-`decimals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub price: i128,
    pub decimals: i32,
    /// Half width in units of 10^-(`decimals` + 2): each source's own measure of doubt, scaled by its factor in hundredths.
    pub half_width_hundredths: u128,
    pub published: UnixSeconds,
    pub slot: Slot,
}

/// Why a source's account is not used. The numbers are stored, and only grow; 0 stands for a source that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// The account belongs to another program than the pinned one.
    OwnerMismatch = 1,
    LengthWrong = 2,
    DiscriminatorWrong = 3,
    /// Pyth: partly verified.
    NotFullyVerified = 4,
    FeedIdMismatch = 5,
    /// Switchboard: of another queue. Chainlink: with other decimals.
    ScopeMismatch = 6,
    /// Switchboard: the feed's owner may write values without an oracle.
    WritableByAuthority = 7,
    /// Switchboard: no sample in the result.
    NoSamples = 8,
    /// Chainlink: a header of another version.
    VersionWrong = 9,
    /// Chainlink: more than one live round.
    LiveLengthWrong = 10,
    PriceNotPositive = 11,
    ExponentOutOfRange = 12,
    PriceOutOfBounds = 13,
    /// Half width above 2 % of the price.
    ConfidenceTooWide = 14,
    PublishedInFuture = 15,
    /// Published more than 60 seconds or 150 slots ago.
    PublishedTooOld = 16,
    /// Published before the publication that the feed holds.
    PublishedBackwards = 17,
    /// Away from two sources that agree.
    Outlier = 18,
    /// Good enough for margin only (older than 10 seconds or 25 slots, or wider than 1 %), while enough others are better.
    Outranked = 19,
    /// Apart from the other source, and further from the feed's average.
    Diverged = 20,
    /// Alone, and not within 5 % of the feed's average.
    Alone = 21,
    /// No such source is pinned.
    Absent = 255,
}

impl Sample {
    /// The sample in the protocol's unit, whatever its age and width.
    ///
    /// Errors: `PriceNotPositive`, `ExponentOutOfRange`, `PriceOutOfBounds`, `ConfidenceTooWide` (beyond any sum).
    pub fn normalise(&self) -> Result<Quote, Refusal> {
        let price = u128::try_from(self.price).ok().filter(|price| *price > 0).ok_or(Refusal::PriceNotPositive)?;
        let decimals = u32::try_from(self.decimals).ok().filter(|_| self.decimals <= DECIMALS_MAX);
        let decimals = decimals.ok_or(Refusal::ExponentOutOfRange)?;
        let (price, _) = scaled(price, decimals).ok_or(Refusal::PriceOutOfBounds)?;
        let price = PriceE6(price);
        if !price.in_bounds() {
            return Err(Refusal::PriceOutOfBounds);
        }
        let (half_width, left) =
            scaled(self.half_width_hundredths, decimals.saturating_add(2)).ok_or(Refusal::ConfidenceTooWide)?;
        let half_width = half_width.checked_add(u64::from(left)).ok_or(Refusal::ConfidenceTooWide)?;
        Ok(Quote { price, half_width: PriceE6(half_width) })
    }

    /// Whether the publication's time can be taken at `moment` by a feed that holds one of `held`.
    ///
    /// INVARIANT(O-1): one published before `held` is refused. Errors: `PublishedInFuture`, `PublishedBackwards`.
    pub fn check_order(&self, held: UnixSeconds, moment: Moment) -> Result<(), Refusal> {
        if self.published.0 > moment.now.0.saturating_add(MAX_AHEAD_S) || self.slot > moment.slot {
            return Err(Refusal::PublishedInFuture);
        }
        if self.published < held {
            return Err(Refusal::PublishedBackwards);
        }
        Ok(())
    }
}

impl Quote {
    /// What a publication of this quote may be used for. Errors: `ConfidenceTooWide`, `PublishedTooOld`.
    pub fn fresh(self, published: UnixSeconds, slot: Slot, moment: Moment) -> Result<Fresh, Refusal> {
        let narrower_than = |parts: u64| self.half_width.0.saturating_mul(parts) <= self.price.0;
        if !narrower_than(MARGIN_WIDTH_PARTS) {
            return Err(Refusal::ConfidenceTooWide);
        }
        let age_s = moment.now.0.saturating_sub(published.0);
        let age_slots = moment.slot.0.saturating_sub(slot.0);
        if age_s > MAX_READ_AGE_S || age_slots > MAX_READ_AGE_SLOTS {
            return Err(Refusal::PublishedTooOld);
        }
        let first = age_s <= NEW_RISK_AGE_S && age_slots <= NEW_RISK_AGE_SLOTS && narrower_than(NEW_RISK_WIDTH_PARTS);
        Ok(Fresh { quote: self, tier: if first { Tier::NewRisk } else { Tier::Margin } })
    }
}

/// `value` / 10^(`decimals` - 6) rounded down, and whether anything was left. `None` beyond 64 bits.
fn scaled(value: u128, decimals: u32) -> Option<(u64, bool)> {
    let Some(places) = decimals.checked_sub(DECIMALS) else {
        let power = 10_u64.pow(DECIMALS.saturating_sub(decimals));
        return Some((u64::try_from(value.checked_mul(u128::from(power))?).ok()?, false));
    };
    // Two divisors below 2^32: floor of a floor is the floor. BOUND: at most 14 places.
    let (first, second) = (places.min(7), places.saturating_sub(7));
    let (value, left) = divided(value, 10_u64.pow(first))?;
    let (value, left_too) = divided(value, 10_u64.pow(second))?;
    Some((u64::try_from(value).ok()?, left || left_too))
}

/// Quotient of a value below 2^96 and a divisor below 2^32, in 64-bit steps: a 128-bit division is a loop on the virtual machine.
fn divided(value: u128, divisor: u64) -> Option<(u128, bool)> {
    if value < 1 << 64 {
        let value = u64::try_from(value).ok()?;
        return Some((value.checked_div(divisor)?.into(), value.checked_rem(divisor)? != 0));
    }
    if value >= 1 << 96 || divisor >= 1 << 32 {
        return None;
    }
    let high = u64::try_from(value >> 32).ok()?;
    let low = u64::try_from(value & 0xffff_ffff).ok()?;
    let (top, carried) = (high.checked_div(divisor)?, high.checked_rem(divisor)?);
    let rest = (carried << 32) | low;
    let quotient = (u128::from(top) << 32) | u128::from(rest.checked_div(divisor)?);
    Some((quotient, rest.checked_rem(divisor)? != 0))
}
