//! Sums over a portfolio, see `sum` for their unit.

use super::basis::Basis;
use super::expiry::LiveExpiry;
use super::last_minute::LastMinute;
use super::sum::{Unit, product};
use super::{Expiry, INTRINSIC_BELOW_S, Leg, Market, Portfolio, PortfolioError, Table, check};
use crate::scenario::{CENTRE, NODES, TILT_DOWN, TILT_UP};
use units::PriceE6;

/// Where a portfolio is valued.
pub(super) struct Setting<'a> {
    pub market: &'a Market,
    pub table: &'a Table,
    pub unit: Unit,
}

/// The legs of one expiry.
pub(super) struct Group<'a> {
    pub expiry: &'a Expiry,
    pub legs: &'a [Leg],
}

/// What the options of one expiry come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpiryTotals {
    /// Value at every node, less `strikes`.
    pub nodes: [i64; NODES],
    /// The part of all values that no node changes, in 1 / lots_per_unit atoms.
    pub strikes: i128,
    /// What a value may be too high by, at any weighted mean of now and a node.
    pub guard: i64,
    /// As `guard`, of the difference between two nodes one step apart.
    pub step_guard: i64,
    /// |delta|, in quote atoms for a move of 100 % of spot, rounded up.
    pub exposure_atoms: u64,
}

/// What all options come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Totals {
    pub unit: Unit,
    pub nodes: [i64; NODES],
    pub strikes: i128,
    pub guard: i64,
    /// Value at the worse tilt of every expiry, less `strikes`.
    pub tilted: i64,
    /// Forward basis.
    pub basis: i64,
    pub exposure_atoms: u64,
}

impl ExpiryTotals {
    pub const ZERO: Self = Self { nodes: [0; NODES], strikes: 0, guard: 0, step_guard: 0, exposure_atoms: 0 };
}

impl Totals {
    /// Values all options of a portfolio. Errors: every [`PortfolioError`] of inputs.
    #[inline(never)]
    pub fn of(portfolio: &Portfolio<'_>, market: &Market, table: &Table) -> Result<Self, PortfolioError> {
        market.check()?;
        let unit = unit(portfolio, market)?;
        let setting = Setting { market, table, unit };
        let mut totals = Self { unit, nodes: [0; NODES], strikes: 0, guard: 0, tilted: 0, basis: 0, exposure_atoms: 0 };
        let mut legs = portfolio.legs;
        let mut values = ExpiryTotals::ZERO;
        while let Some(first) = legs.first() {
            let (of_expiry, rest) = legs
                .split_at_checked(run_length(legs, |leg| leg.expiry == first.expiry))
                .ok_or(PortfolioError::Overflow)?;
            let expiry = portfolio.expiries.get(first.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
            value(&Group { expiry, legs: of_expiry }, &setting, &mut values)?;
            totals.add(&values, Basis::new(expiry, table)).ok_or(PortfolioError::Overflow)?;
            legs = rest;
        }
        Ok(totals)
    }

    #[inline(never)]
    fn add(&mut self, values: &ExpiryTotals, basis: Basis) -> Option<()> {
        for (total, value) in self.nodes.iter_mut().zip(&values.nodes) {
            // BOUND: `sum`: all values together stay below 2^63.
            *total = total.wrapping_add(*value);
        }
        let tilts = values.nodes.get(TILT_UP)?.min(values.nodes.get(TILT_DOWN)?);
        self.tilted = self.tilted.checked_add(*tilts)?;
        self.strikes = self.strikes.checked_add(values.strikes)?;
        self.guard = self.guard.checked_add(values.guard)?;
        self.basis = self.basis.checked_add(basis.charge_ceil(&values.nodes, values.step_guard)?)?;
        self.exposure_atoms = self.exposure_atoms.checked_add(values.exposure_atoms)?;
        Some(())
    }

    /// Value of the options now, less `strikes`.
    pub fn now(&self) -> i64 {
        self.nodes.get(CENTRE).copied().unwrap_or(0)
    }
}

/// Checks the legs and their expiries, and chooses the unit.
fn unit(portfolio: &Portfolio<'_>, market: &Market) -> Result<Unit, PortfolioError> {
    check::check_legs(portfolio, market.scale.lots_per_unit)?;
    // BOUND: 2^63 atoms x 2^20, and 32 times 2^31 x 2^44.
    let base = market.spot.value_ceil(portfolio.base, market.scale.base_unit_atoms).ok_or(PortfolioError::Overflow)?;
    let mut gross = u128::from(base.0.unsigned_abs()).wrapping_mul(u128::from(market.scale.lots_per_unit));
    let mut price = PriceE6::ZERO;
    let mut of = None;
    for leg in portfolio.legs {
        if of != Some(leg.expiry) {
            let expiry = portfolio.expiries.get(leg.expiry).ok_or(PortfolioError::ExpiryUnknown)?;
            expiry.check()?;
            price = expiry.largest(market)?;
            of = Some(leg.expiry);
        }
        gross = gross.wrapping_add(product(leg.lots.0, price.0).unsigned_abs());
    }
    Ok(Unit::of(gross, market.scale.lots_per_unit))
}

impl Expiry {
    /// The price that sizes are stated in: multiples of it stay below 9.
    fn largest(&self, market: &Market) -> Result<PriceE6, PortfolioError> {
        if self.seconds < INTRINSIC_BELOW_S {
            return Ok(market.spot.max(if self.average.fixed_s > 0 { self.average.mean } else { PriceE6::ZERO }));
        }
        Ok(self.average.parts(self.forward)?.forward())
    }
}

fn value(group: &Group<'_>, setting: &Setting<'_>, out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
    if group.expiry.seconds < INTRINSIC_BELOW_S {
        LastMinute::value_of(group, setting, out)
    } else {
        LiveExpiry::value_of(group, setting, out)
    }
}

/// Length of the run of items at the front that pass.
pub(super) fn run_length<T>(items: &[T], pass: impl Fn(&T) -> bool) -> usize {
    items.iter().take_while(|item| pass(item)).count()
}
