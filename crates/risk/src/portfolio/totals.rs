//! Sums over a portfolio, in one exact unit, so that the only rounding is the pricing core's and the last one.
//!
//! The unit is 1 / (2^36 x lots_per_unit) quote atoms: lots x price in 1e-6 x value as a multiple of the forward in Q36.
//! BOUND: a leg's notional is at most 2^60 atoms, a node's value at most 2^3 notionals, 32 legs are 2^5, lots_per_unit is below 2^20: a
//! sum stays below 2^(60 + 3 + 5 + 36 + 20) = 2^124.

use super::basis::Basis;
use super::expiry::LiveExpiry;
use super::last_minute::LastMinute;
use super::{INTRINSIC_BELOW_S, Market, Portfolio, PortfolioError, Table, check};
use crate::scenario::{CENTRE, NODES, TILT_DOWN, TILT_UP};
use pricing::ROW_Q;
use units::QuoteAtoms;

/// Where a portfolio is valued.
pub(super) struct Setting<'a> {
    pub market: &'a Market,
    pub table: &'a Table,
}

/// What the options of one expiry, or of all, come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    /// Value at every node.
    pub nodes: [i128; NODES],
    /// Value at the worse tilt of every expiry.
    pub tilted: i128,
    /// What the values may be too high by, at any weighted mean of now and a node.
    pub guard: i128,
    /// Forward basis.
    pub basis: i128,
    /// Sum over expiries of |delta|, in quote atoms for a move of 100 % of spot, rounded up.
    pub exposure_atoms: u64,
}

/// What one expiry adds, before it is combined.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpiryTotals {
    pub nodes: [i128; NODES],
    pub guard: i128,
    /// As `guard`, of the difference between two nodes one step apart.
    pub step_guard: i128,
    pub exposure_atoms: u64,
}

impl Totals {
    const ZERO: Self = Self { nodes: [0; NODES], tilted: 0, guard: 0, basis: 0, exposure_atoms: 0 };

    /// Values all options of a portfolio. Errors: every [`PortfolioError`] of inputs.
    #[inline(never)]
    pub fn of(portfolio: &Portfolio<'_>, market: &Market, table: &Table) -> Result<Self, PortfolioError> {
        market.check()?;
        check::check_legs(portfolio, market.scale.lots_per_unit)?;
        let setting = Setting { market, table };
        let mut totals = Self::ZERO;
        let mut legs = portfolio.legs;
        while let Some(first) = legs.first() {
            let (of_expiry, rest) = legs
                .split_at_checked(run_length(legs, |leg| leg.expiry == first.expiry))
                .ok_or(PortfolioError::Overflow)?;
            let expiry = portfolio.expiries.get(first.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
            expiry.check()?;
            let values = if expiry.seconds < INTRINSIC_BELOW_S {
                LastMinute::value_of(expiry, of_expiry, &setting)?
            } else {
                LiveExpiry::value_of(expiry, of_expiry, &setting)?
            };
            totals.add(&values, Basis::new(expiry, table)).ok_or(PortfolioError::Overflow)?;
            legs = rest;
        }
        Ok(totals)
    }

    #[inline(never)]
    fn add(&mut self, values: &ExpiryTotals, basis: Basis) -> Option<()> {
        for (total, value) in self.nodes.iter_mut().zip(&values.nodes) {
            *total = total.checked_add(*value)?;
        }
        let tilts = values.nodes.get(TILT_UP)?.min(values.nodes.get(TILT_DOWN)?);
        self.tilted = self.tilted.checked_add(*tilts)?;
        self.guard = self.guard.checked_add(values.guard)?;
        self.basis = self.basis.checked_add(basis.charge_ceil(&values.nodes, values.step_guard)?)?;
        self.exposure_atoms = self.exposure_atoms.checked_add(values.exposure_atoms)?;
        Some(())
    }

    /// Value of the options now.
    pub fn now(&self) -> i128 {
        self.nodes.get(CENTRE).copied().unwrap_or(0)
    }
}

/// Length of the run of items at the front that pass.
pub(super) fn run_length<T>(items: &[T], pass: impl Fn(&T) -> bool) -> usize {
    items.iter().take_while(|item| pass(item)).count()
}

/// An amount in the unit of the sums, in quote atoms rounded down.
pub(super) fn to_atoms_floor(amount: i128, lots_per_unit: u32) -> Option<QuoteAtoms> {
    // Floor of a floor is the floor. Most amounts then fit 64 bits, where a division costs a tenth.
    let shifted = amount >> ROW_Q;
    let divisor = i64::from(lots_per_unit);
    let atoms = match i64::try_from(shifted) {
        Ok(short) => short.checked_div_euclid(divisor)?,
        Err(_) => i64::try_from(shifted.checked_div_euclid(i128::from(divisor))?).ok()?,
    };
    Some(QuoteAtoms(atoms))
}

/// As [`to_atoms_floor`], rounded up.
pub(super) fn to_atoms_ceil(amount: i128, lots_per_unit: u32) -> Option<QuoteAtoms> {
    QuoteAtoms::ZERO.checked_sub(to_atoms_floor(amount.checked_neg()?, lots_per_unit)?)
}
