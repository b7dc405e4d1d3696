//! What a vault may do: its kind, which never changes, and its mandate, which loosens only after a delay.

use crate::payoff::Kind;
use units::{VolE9, mul_div_floor};

/// Shortest phase of an auction and shortest epoch, before the division by a build's time divisor, and the longest epoch.
const AUCTION_S_MIN: u32 = 300;
const EPOCH_S_MIN: u32 = 3_600;
pub const EPOCH_S_MAX: u32 = 90 * 86_400;
/// Caps on fees: 2 % a year of what is managed, 20 % of gains.
const MANAGEMENT_BPS_MAX: u16 = 200;
const PERFORMANCE_BPS_MAX: u16 = 2_000;
/// A strike's delta: at most a half, which is at the money.
const DELTA_BPS_MAX: u16 = 5_000;
const ESCROW_MULTIPLE_MAX: u16 = 100;
const BPS: u16 = 10_000;
/// Half of the surface's value is the most that a mandate may discount.
const DISCOUNT_BPS_MAX: u16 = 5_000;

/// What a vault holds and sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// Holds base, sells calls on it.
    CoveredCall,
    /// Holds quote, sells puts of at most that much to pay.
    CashSecuredPut,
    /// Holds quote, sells puts and holds lower ones of the same size.
    PutSpread,
}

impl VaultKind {
    pub const ALL: [Self; 3] = [Self::CoveredCall, Self::CashSecuredPut, Self::PutSpread];

    /// As stored: 1, 2, 3.
    pub const fn byte(self) -> u8 {
        match self {
            Self::CoveredCall => 1,
            Self::CashSecuredPut => 2,
            Self::PutSpread => 3,
        }
    }

    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::CoveredCall),
            2 => Some(Self::CashSecuredPut),
            3 => Some(Self::PutSpread),
            _ => None,
        }
    }

    /// What it sells.
    pub const fn sells(self) -> Kind {
        match self {
            Self::CoveredCall => Kind::Call,
            Self::CashSecuredPut | Self::PutSpread => Kind::Put,
        }
    }

    /// Whether deposits and shares are in base.
    pub const fn holds_base(self) -> bool {
        matches!(self, Self::CoveredCall)
    }
}

/// The bounds of one vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Absolute delta of what is sold, at the current surface.
    pub delta_min_bps: u16,
    pub delta_max_bps: u16,
    /// Strike at least this many ten-thousandths of the total volatility from the forward.
    pub distance_bps: u16,
    /// The reserve price may lie this much below the value at the current surface.
    pub discount_bps: u16,
    /// Lots of one epoch, of the market's cap on open interest.
    pub open_interest_bps: u16,
    /// Put spreads: the lower strike lies at most this much below the upper one. Zero for the other kinds.
    pub width_bps: u16,
    pub management_bps: u16,
    pub performance_bps: u16,
    /// The flat escrow of a bid, in reserve prices: no bid can be higher.
    pub escrow_multiple: u16,
    /// Of what the vault holds when an auction opens, the most that backs what it sells.
    pub cover_bps: u16,
    /// The reserve price is never below the value at this volatility.
    pub vol_min: VolE9,
    /// Each of the two phases of an auction: commits, then reveals.
    pub auction_s: u32,
    pub epoch_s: u32,
    /// Atoms of what the vault holds.
    pub deposit_min: u64,
    pub capacity: u64,
}

/// The bound that a mandate breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MandateError {
    Delta,
    Distance,
    Discount,
    OpenInterest,
    Width,
    Fees,
    Escrow,
    Vol,
    Epoch,
    Auction,
    Deposit,
    Cover,
}

impl Mandate {
    /// Checks every bound; `time_divisor` is the build's, 1 on a public network.
    ///
    /// Errors: in the order of the checks, `Delta`, `Distance`, `Discount`, `OpenInterest`, `Width`, `Fees`, `Escrow`, `Vol`, `Epoch`,
    /// `Auction`, `Deposit`, `Cover`.
    pub fn check(&self, kind: VaultKind, time_divisor: u32) -> Result<(), MandateError> {
        let scaled = |seconds: u32| seconds.checked_div(time_divisor).unwrap_or(seconds).max(1);
        // An auction's two phases together end in a quarter of the epoch: before the nearest expiry that `expiry_fits` accepts.
        let phase_s_max = self.epoch_s.checked_div(8).unwrap_or(0);
        let widths = if kind == VaultKind::PutSpread { 1..=BPS.saturating_sub(1) } else { 0..=0 };
        let fees = self.management_bps <= MANAGEMENT_BPS_MAX && self.performance_bps <= PERFORMANCE_BPS_MAX;
        let checks = [
            (
                self.delta_min_bps <= self.delta_max_bps && (1..=DELTA_BPS_MAX).contains(&self.delta_max_bps),
                MandateError::Delta,
            ),
            (self.distance_bps >= 1, MandateError::Distance),
            (self.discount_bps <= DISCOUNT_BPS_MAX, MandateError::Discount),
            ((1..=BPS).contains(&self.open_interest_bps), MandateError::OpenInterest),
            (widths.contains(&self.width_bps), MandateError::Width),
            (fees, MandateError::Fees),
            ((2..=ESCROW_MULTIPLE_MAX).contains(&self.escrow_multiple), MandateError::Escrow),
            (self.vol_min.in_bounds(), MandateError::Vol),
            ((scaled(EPOCH_S_MIN)..=EPOCH_S_MAX).contains(&self.epoch_s), MandateError::Epoch),
            ((scaled(AUCTION_S_MIN)..=phase_s_max).contains(&self.auction_s), MandateError::Auction),
            (self.deposit_min > 0 && self.deposit_min <= self.capacity, MandateError::Deposit),
            ((1..=BPS).contains(&self.cover_bps), MandateError::Cover),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, broken)| Err(broken))
    }

    /// Whether `next` binds the vault less than this one in any respect that a depositor relies on: then it waits.
    pub const fn loosened_by(&self, next: &Self) -> bool {
        next.delta_min_bps < self.delta_min_bps
            || next.delta_max_bps > self.delta_max_bps
            || next.distance_bps < self.distance_bps
            || next.discount_bps > self.discount_bps
            || next.open_interest_bps > self.open_interest_bps
            || next.width_bps > self.width_bps
            || next.management_bps > self.management_bps
            || next.performance_bps > self.performance_bps
            || next.escrow_multiple < self.escrow_multiple
            || next.vol_min.0 < self.vol_min.0
            || next.auction_s < self.auction_s
            || next.epoch_s != self.epoch_s
            || next.capacity > self.capacity
            || next.cover_bps > self.cover_bps
    }

    /// What of `held` may back an epoch. A spread loses its whole width in one bad week, so what it puts up is a share of what there is.
    pub fn cover_floor(&self, held: u64) -> u64 {
        // BOUND: at most the whole.
        mul_div_floor(held, u64::from(self.cover_bps), u64::from(BPS)).unwrap_or(held).min(held)
    }

    /// As the function of this name.
    pub fn expiry_fits(&self, now: units::UnixSeconds, expiry: units::UnixSeconds) -> bool {
        expiry_fits(self.epoch_s, now, expiry)
    }
}

/// Whether an epoch whose auction opens `now` may end at `expiry`: between half and twice the mandate's length away.
pub fn expiry_fits(epoch_s: u32, now: units::UnixSeconds, expiry: units::UnixSeconds) -> bool {
    let Some(distance) = expiry.0.checked_sub(now.0) else { return false };
    let epoch = i64::from(epoch_s);
    // BOUND: an epoch is at most 2^32 seconds.
    distance.saturating_mul(2) >= epoch && distance <= epoch.saturating_mul(2)
}
