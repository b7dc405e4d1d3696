//! Quantities are types; raw integers appear only at the edges.
//!
//! | from | by | to | function |
//! |---|---|---|---|
//! | `PriceE6` x `Lots` | `lots_per_unit` | `QuoteAtoms` | [`PriceE6::premium_floor`], [`PriceE6::premium_ceil`] |
//! | `PriceE6` x `BaseAtoms` | `base_unit_atoms` | `QuoteAtoms` | [`PriceE6::value_floor`], [`PriceE6::value_ceil`] |
//! | `Lots` | `lots_per_unit`, `base_unit_atoms` | `BaseAtoms` | [`Lots::base_ceil`] |
//! | `QuoteAtoms` | basis points | `QuoteAtoms` | [`QuoteAtoms::bps_floor`], [`QuoteAtoms::bps_ceil`] |
//!
//! Anything not in the table is not a legal conversion. ROUNDING: what users owe rounds up, what they are owed rounds down.
//!
//! Arithmetic here answers as the standard library's `checked_` functions do: `None` where the result does not fit its type or the divisor is
//! zero, or, in the functions of basis points, where the amount is negative. Why that is, and what it is called, is for the formula that
//! calls it to say: every public function of the crates above has an error for each cause.
#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::indexing_slicing,
        clippy::integer_division,
        clippy::unwrap_used
    )
)]

mod wide;

pub use wide::{mul_div_ceil, mul_div_floor};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident($raw:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $raw);

        impl $name {
            pub const ZERO: Self = Self(0);

            /// Sum, or `None` on overflow.
            pub const fn checked_add(self, other: Self) -> Option<Self> {
                match self.0.checked_add(other.0) {
                    Some(raw) => Some(Self(raw)),
                    None => None,
                }
            }

            /// Difference, or `None` on overflow.
            pub const fn checked_sub(self, other: Self) -> Option<Self> {
                match self.0.checked_sub(other.0) {
                    Some(raw) => Some(Self(raw)),
                    None => None,
                }
            }
        }
    };
}

quantity!(
    /// Smallest unit of the quote token (USDC: 1e-6). Signed: settlement can leave a debt.
    QuoteAtoms(i64)
);
quantity!(
    /// Smallest unit of the market's underlying token (wrapped SOL: 1e-9).
    BaseAtoms(u64)
);
quantity!(
    /// Smallest option size; positive is long, negative short.
    Lots(i64)
);
quantity!(
    /// Quote atoms for one whole unit of the underlying.
    PriceE6(u64)
);
quantity!(
    /// Annualised volatility: 1e9 is 100 %, the year has 365 days.
    VolE9(u64)
);
quantity!(
    /// Unix time in seconds.
    UnixSeconds(i64)
);
quantity!(
    /// Slot number of the cluster.
    Slot(u64)
);

/// Parts in one whole when a ratio is given in basis points.
pub const BPS: u64 = 10_000;

impl PriceE6 {
    /// Smallest and largest price accepted anywhere: 0.0001 and 10,000,000 quote units.
    pub const MIN: Self = Self(100);
    pub const MAX: Self = Self(10_000_000_000_000);

    /// Whether the price lies within the protocol's bounds.
    pub const fn in_bounds(self) -> bool {
        Self::MIN.0 <= self.0 && self.0 <= Self::MAX.0
    }

    /// Quote atoms for `lots` (absolute count) at this price a unit, rounded down. `None` on overflow or zero `lots_per_unit`.
    pub fn premium_floor(self, lots: u64, lots_per_unit: u32) -> Option<QuoteAtoms> {
        quote(mul_div_floor(self.0, lots, u64::from(lots_per_unit))?)
    }

    /// As [`Self::premium_floor`], rounded up.
    pub fn premium_ceil(self, lots: u64, lots_per_unit: u32) -> Option<QuoteAtoms> {
        quote(mul_div_ceil(self.0, lots, u64::from(lots_per_unit))?)
    }

    /// Quote value of `base`, rounded down; `base_unit_atoms` is 10^decimals of the base token.
    pub fn value_floor(self, base: BaseAtoms, base_unit_atoms: u64) -> Option<QuoteAtoms> {
        quote(mul_div_floor(self.0, base.0, base_unit_atoms)?)
    }

    /// As [`Self::value_floor`], rounded up.
    pub fn value_ceil(self, base: BaseAtoms, base_unit_atoms: u64) -> Option<QuoteAtoms> {
        quote(mul_div_ceil(self.0, base.0, base_unit_atoms)?)
    }
}

impl VolE9 {
    /// Smallest and largest volatility accepted anywhere: 5 % and 500 %.
    pub const MIN: Self = Self(50_000_000);
    pub const MAX: Self = Self(5_000_000_000);

    /// Whether the volatility lies within the protocol's bounds.
    pub const fn in_bounds(self) -> bool {
        Self::MIN.0 <= self.0 && self.0 <= Self::MAX.0
    }
}

impl Lots {
    /// Base atoms that fully cover this many lots (absolute count), rounded up.
    pub fn base_ceil(self, lots_per_unit: u32, base_unit_atoms: u64) -> Option<BaseAtoms> {
        mul_div_ceil(self.0.unsigned_abs(), base_unit_atoms, u64::from(lots_per_unit)).map(BaseAtoms)
    }
}

impl QuoteAtoms {
    /// `bps` parts in 10,000 of a non-negative amount, rounded down. `None` if negative.
    pub fn bps_floor(self, bps: u16) -> Option<Self> {
        quote(mul_div_floor(u64::try_from(self.0).ok()?, u64::from(bps), BPS)?)
    }

    /// As [`Self::bps_floor`], rounded up.
    pub fn bps_ceil(self, bps: u16) -> Option<Self> {
        quote(mul_div_ceil(u64::try_from(self.0).ok()?, u64::from(bps), BPS)?)
    }
}

fn quote(atoms: u64) -> Option<QuoteAtoms> {
    i64::try_from(atoms).ok().map(QuoteAtoms)
}

#[cfg(test)]
mod tests;
