//! From what sources publish to one guarded price: acceptance, aggregation, averages, and what each state of a feed allows.
//!
//! Source: the oracle design, Aggregation; where this differs, ADR 9 says why. ROUNDING: a price rounds down to the unit of `PriceE6`,
//! its half width up.

mod aggregate;
mod held;
mod sample;
mod source;
mod state;
mod stored;
mod variance;

pub use aggregate::{Aggregate, Fresh, Place, Reading, SOURCES, Tier, aggregate, flag, is_far};
pub use held::Held;
pub use sample::{Refusal, Sample};
pub use source::{Pin, sample};
pub use state::{Moment, State};
pub use variance::Variance;

use units::{PriceE6, Slot, UnixSeconds};

/// Oldest refresh any reader may rely on, in seconds of cluster time and in slots.
pub const MAX_READ_AGE_S: i64 = 60;
pub const MAX_READ_AGE_SLOTS: u64 = 150;
/// Oldest refresh, and oldest publication at a refresh, that new risk may rely on.
pub const NEW_RISK_AGE_S: i64 = 10;
pub const NEW_RISK_AGE_SLOTS: u64 = 25;
/// A publisher's clock may run ahead of the cluster's by this much.
pub const MAX_AHEAD_S: i64 = 2;

/// A price in the protocol's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    pub price: PriceE6,
    /// Half width: the price is taken to lie within `price` +/- this.
    pub half_width: PriceE6,
}

/// What the last refresh found. Each state allows no more than the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Severity {
    /// Enough fresh sources agree, near the feed's own average.
    Normal = 0,
    /// There is a price, but not one that new risk may be taken on.
    Degraded = 1,
    /// No price could be accepted; the last one is recent.
    Stale = 2,
    /// No price for ten buckets, or never.
    #[default]
    Down = 3,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Normal, Self::Degraded, Self::Stale, Self::Down];

    /// The severity stored as `byte`; one that this code does not know is as bad as it gets.
    pub const fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Normal,
            1 => Self::Degraded,
            2 => Self::Stale,
            _ => Self::Down,
        }
    }

    /// The byte that stores it.
    pub const fn byte(self) -> u8 {
        self as u8
    }
}

/// What somebody wants a price for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    NewRisk,
    /// To value what an account must keep when it withdraws.
    Withdraw,
    ReduceRisk,
    Liquidate,
    /// Cancel, deposit, or wait for settlement: needs no price.
    None,
}

impl Purpose {
    pub const ALL: [Self; 5] = [Self::NewRisk, Self::Withdraw, Self::ReduceRisk, Self::Liquidate, Self::None];
}

/// The matrix's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliance {
    /// At the price.
    Price,
    /// At the bound of the price, plus or minus its half width, that is worse for the asker.
    AdverseBound,
    /// Whatever the price is.
    NoPriceNeeded,
    Refused,
}

/// The action matrix: what `purpose` may rely on at `severity`.
pub const fn reliance(severity: Severity, purpose: Purpose) -> Reliance {
    match (severity, purpose) {
        (_, Purpose::None) => Reliance::NoPriceNeeded,
        (Severity::Normal, _) | (Severity::Degraded, Purpose::ReduceRisk | Purpose::Liquidate) => Reliance::Price,
        (Severity::Degraded, Purpose::Withdraw) => Reliance::AdverseBound,
        (Severity::Degraded, Purpose::NewRisk) | (Severity::Stale | Severity::Down, _) => Reliance::Refused,
    }
}

/// What a reader finds in a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    pub severity: Severity,
    pub quote: Quote,
    /// Of the refresh that accepted the price.
    pub refreshed: UnixSeconds,
    pub refreshed_slot: Slot,
}

/// Why a feed is of no use for a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreliable {
    /// The severity does not allow the purpose.
    Severity,
    /// The last accepted refresh is too long ago, in seconds or in slots.
    Age,
    /// The stored price lies outside the protocol's bounds.
    Price,
}

impl Published {
    /// The price range to rely on for `purpose`: both ends are the price where the price itself will do.
    pub fn rely(&self, purpose: Purpose, now: UnixSeconds, slot: Slot) -> Result<(PriceE6, PriceE6), Unreliable> {
        let reliance = reliance(self.severity, purpose);
        if reliance == Reliance::Refused {
            return Err(Unreliable::Severity);
        }
        let (age_s, age_slots) = match purpose {
            Purpose::NewRisk => (NEW_RISK_AGE_S, NEW_RISK_AGE_SLOTS),
            _ => (MAX_READ_AGE_S, MAX_READ_AGE_SLOTS),
        };
        let old =
            now.0.saturating_sub(self.refreshed.0) > age_s || slot.0.saturating_sub(self.refreshed_slot.0) > age_slots;
        if reliance != Reliance::NoPriceNeeded && (old || self.refreshed > now) {
            return Err(Unreliable::Age);
        }
        let Quote { price, half_width } = self.quote;
        if reliance != Reliance::NoPriceNeeded && !price.in_bounds() {
            return Err(Unreliable::Price);
        }
        Ok(match reliance {
            Reliance::AdverseBound => {
                (PriceE6(price.0.saturating_sub(half_width.0)), PriceE6(price.0.saturating_add(half_width.0)))
            }
            _ => (price, price),
        })
    }
}

#[cfg(test)]
mod tests;
