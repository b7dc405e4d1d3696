//! The covered-call vault: what a mandate offers, which bid wins, and what each depositor gets.
//!
//! Nobody has discretion: strike, size and reserve price follow from the mandate, the listed strikes and the feed.
//! Source: vault design. Domain: as each function says; any integers have an answer or a reason. Error: less than one lot or
//! atom, on the vault's side.
//! ROUNDING: lots on offer and claims round down, the reserve price and what a bidder pays round up; the dust stays with the vault.

use units::{BPS, BaseAtoms, PriceE6, QuoteAtoms, UnixSeconds, mul_div_ceil, mul_div_floor};

/// Most lots a vault offers in one epoch: the protocol's bound on any position.
pub const MAX_OFFERED_LOTS: u64 = 1_000_000_000;
/// Widest strike distance and reserve premium of a mandate: 100 % and 50 % of spot.
pub const MAX_STRIKE_DISTANCE_BPS: u16 = 10_000;
pub const MAX_RESERVE_PREMIUM_BPS: u16 = 5_000;
/// Shortest auction and epoch, before the division by a build's time divisor, and the longest epoch.
pub const MIN_AUCTION_S: u32 = 300;
pub const MIN_EPOCH_S: u32 = 3_600;
pub const MAX_EPOCH_S: u32 = 90 * 86_400;

/// What a vault may do, fixed when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Strike at least this far above spot.
    pub strike_distance_bps: u16,
    /// Lowest premium sold at, in basis points of spot.
    pub reserve_premium_bps: u16,
    pub auction_s: u32,
    pub epoch_s: u32,
    pub min_deposit: BaseAtoms,
    /// Most base taken in one epoch.
    pub capacity: BaseAtoms,
}

/// Why an auction, a bid or a claim has no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferError {
    /// Spot lies outside 1e2..=1e13.
    SpotOutOfRange,
    /// No strike is the mandate's distance above spot.
    NoStrike,
    LotsPerUnitZero,
    /// A base unit of no atoms.
    BaseUnitZero,
    /// A bid's price is zero, or above 1e13.
    PriceOutOfRange,
    /// A bid of no lots, or of more than [`MAX_OFFERED_LOTS`].
    LotsOutOfRange,
    /// No lots are on offer.
    NothingOffered,
    /// A bid's premium exceeds 63 bits of quote atoms.
    PremiumTooLarge,
    /// The escrow does not cover the premium.
    EscrowTooSmall,
    /// The epoch has no deposits.
    NothingDeposited,
    /// One deposit is more than all of them.
    DepositAboveTotal,
}

/// The bound that a mandate breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MandateError {
    StrikeDistance,
    ReservePremium,
    Auction,
    Epoch,
    Deposit,
}

impl Mandate {
    /// Checks every bound; `time_divisor` is the build's, 1 on a public network.
    ///
    /// Errors: in the order of the checks, `StrikeDistance`, `ReservePremium`, `Epoch`, `Auction`, `Deposit`.
    pub fn check(&self, time_divisor: u32) -> Result<(), MandateError> {
        let scaled = |seconds: u32| seconds.checked_div(time_divisor).unwrap_or(seconds).max(1);
        if !(1..=MAX_STRIKE_DISTANCE_BPS).contains(&self.strike_distance_bps) {
            return Err(MandateError::StrikeDistance);
        }
        if !(1..=MAX_RESERVE_PREMIUM_BPS).contains(&self.reserve_premium_bps) {
            return Err(MandateError::ReservePremium);
        }
        if !(scaled(MIN_EPOCH_S)..=MAX_EPOCH_S).contains(&self.epoch_s) {
            return Err(MandateError::Epoch);
        }
        // An auction of at most a quarter of the epoch ends before the nearest expiry that `expiry_fits` accepts.
        let longest = self.epoch_s.checked_div(4).unwrap_or(0);
        if !(scaled(MIN_AUCTION_S)..=longest).contains(&self.auction_s) {
            return Err(MandateError::Auction);
        }
        if self.min_deposit.0 == 0 || self.min_deposit > self.capacity {
            return Err(MandateError::Deposit);
        }
        Ok(())
    }

    /// Lowest of the ascending `strikes` at least the mandate's distance above `spot`. Errors: `SpotOutOfRange`, `NoStrike`.
    pub fn strike(&self, spot: PriceE6, strikes: impl IntoIterator<Item = PriceE6>) -> Result<PriceE6, OfferError> {
        let above = BPS.saturating_add(u64::from(self.strike_distance_bps));
        let floor = part_of_spot_ceil(spot, above)?;
        strikes.into_iter().find(|strike| *strike >= floor).ok_or(OfferError::NoStrike)
    }

    /// Least premium a unit accepted at `spot`, rounded up. Errors: `SpotOutOfRange`.
    pub fn reserve_price_ceil(&self, spot: PriceE6) -> Result<PriceE6, OfferError> {
        part_of_spot_ceil(spot, u64::from(self.reserve_premium_bps))
    }

    /// Whether an epoch that begins its auction `now` may end at `expiry`: between half and twice the mandate's length away.
    pub fn expiry_fits(&self, now: UnixSeconds, expiry: UnixSeconds) -> bool {
        let Some(distance) = expiry.0.checked_sub(now.0) else { return false };
        let epoch = i64::from(self.epoch_s);
        // BOUND: an epoch is at most 2^32 seconds.
        distance.saturating_mul(2) >= epoch && distance <= epoch.saturating_mul(2)
    }
}

fn part_of_spot_ceil(spot: PriceE6, bps: u64) -> Result<PriceE6, OfferError> {
    let spot = if spot.in_bounds() { spot } else { return Err(OfferError::SpotOutOfRange) };
    // BOUND: 1e13 times less than 2^17, over 10^4, fits.
    mul_div_ceil(spot.0, bps, BPS).map(PriceE6).ok_or(OfferError::SpotOutOfRange)
}

/// Whole lots that `base` covers one to one, at most [`MAX_OFFERED_LOTS`]. Errors: `BaseUnitZero`, `LotsPerUnitZero`.
pub fn offered_lots_floor(base: BaseAtoms, lots_per_unit: u32, base_unit_atoms: u64) -> Result<u64, OfferError> {
    if base_unit_atoms == 0 {
        return Err(OfferError::BaseUnitZero);
    }
    if lots_per_unit == 0 {
        return Err(OfferError::LotsPerUnitZero);
    }
    // A quotient beyond 64 bits is beyond the bound too.
    let lots = mul_div_floor(base.0, u64::from(lots_per_unit), base_unit_atoms).unwrap_or(MAX_OFFERED_LOTS);
    Ok(lots.min(MAX_OFFERED_LOTS))
}

/// A bid: so many lots at this price a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    pub price: PriceE6,
    pub lots: u64,
}

impl Bid {
    /// Whether this bid replaces `best`: a higher price wins, then more lots of those on offer; a tie keeps the earlier bid.
    pub fn beats(&self, best: &Self, offered_lots: u64) -> bool {
        let rank = |bid: &Self| (bid.price, bid.lots.min(offered_lots));
        rank(self) > rank(best)
    }

    /// What the bidder puts in escrow: the premium of all its lots, rounded up.
    ///
    /// Errors: `PriceOutOfRange`, `LotsOutOfRange`, `LotsPerUnitZero`, `PremiumTooLarge`.
    pub fn escrow_ceil(&self, lots_per_unit: u32) -> Result<QuoteAtoms, OfferError> {
        self.premium_ceil(self.lots, lots_per_unit)
    }

    /// Splits the escrow of a winning bid. Errors: `NothingOffered`, those of [`Self::escrow_ceil`], `EscrowTooSmall`.
    pub fn fill(&self, escrow: QuoteAtoms, offered_lots: u64, lots_per_unit: u32) -> Result<Fill, OfferError> {
        if offered_lots == 0 {
            return Err(OfferError::NothingOffered);
        }
        let lots = self.lots.min(offered_lots);
        let premium = self.premium_ceil(lots, lots_per_unit)?;
        let surplus = escrow.checked_sub(premium).filter(|atoms| atoms.0 >= 0).ok_or(OfferError::EscrowTooSmall)?;
        Ok(Fill { lots, premium, surplus })
    }

    /// The premium of `lots` of the bid's.
    fn premium_ceil(&self, lots: u64, lots_per_unit: u32) -> Result<QuoteAtoms, OfferError> {
        // A reserve price below the least price is a bid's least price, too.
        if self.price == PriceE6::ZERO || self.price > PriceE6::MAX {
            return Err(OfferError::PriceOutOfRange);
        }
        if !(1..=MAX_OFFERED_LOTS).contains(&self.lots) {
            return Err(OfferError::LotsOutOfRange);
        }
        let reason = if lots_per_unit == 0 { OfferError::LotsPerUnitZero } else { OfferError::PremiumTooLarge };
        self.price.premium_ceil(lots, lots_per_unit).ok_or(reason)
    }
}

/// A filled bid. INVARIANT(V-4): premium + surplus = the escrow, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    pub lots: u64,
    pub premium: QuoteAtoms,
    pub surplus: QuoteAtoms,
}

/// Base and quote that an epoch ended with, or one depositor's part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub base: BaseAtoms,
    /// Never negative: an epoch does not settle with a debt.
    pub quote_atoms: u64,
}

impl Share {
    /// `deposit / deposited` of each part, rounded down, so that all claims together never exceed the result (V-1).
    /// Errors: `NothingDeposited`, `DepositAboveTotal`.
    pub fn part_floor(&self, deposit: BaseAtoms, deposited: BaseAtoms) -> Result<Self, OfferError> {
        if deposited == BaseAtoms::ZERO {
            return Err(OfferError::NothingDeposited);
        }
        // BOUND: a deposit within the total gives no more than the whole.
        let part = |whole: u64| {
            let part = mul_div_floor(whole, deposit.0, deposited.0).filter(|_| deposit <= deposited);
            part.ok_or(OfferError::DepositAboveTotal)
        };
        Ok(Self { base: BaseAtoms(part(self.base.0)?), quote_atoms: part(self.quote_atoms)? })
    }
}

#[cfg(test)]
mod tests;
