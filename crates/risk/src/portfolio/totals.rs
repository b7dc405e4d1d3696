//! Sums over a portfolio, see `sum` for their unit.

use super::basis::Basis;
use super::expiry::LiveExpiry;
use super::last_minute::LastMinute;
use super::sum::{Unit, notional};
use super::{Expiry, INTRINSIC_BELOW_S, Leg, Market, Portfolio, PortfolioError, Table, check};
use crate::scenario::{CENTRE, NEAR, NODES, TILT_DOWN, TILT_UP};
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
    /// Value at every node, less `strikes`, added to that of the expiries before: the one thing that is not of this expiry alone.
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
    const ZERO: Self = Self { nodes: [0; NODES], strikes: 0, guard: 0, step_guard: 0, exposure_atoms: 0 };

    /// Ready for the next expiry.
    pub fn begin(&mut self) {
        (self.strikes, self.guard, self.step_guard, self.exposure_atoms) = (0, 0, 0, 0);
    }
}

/// The nodes that matter by expiry.
pub(super) struct Few {
    pub now: i64,
    pub near: [i64; NEAR.len()],
    tilts: [i64; 2],
    /// The lower of the two, of a difference.
    tilt: i64,
}

impl Few {
    fn of(nodes: &[i64; NODES]) -> Option<Self> {
        let mut near = [0; NEAR.len()];
        for (value, node) in near.iter_mut().zip(NEAR) {
            *value = *nodes.get(node)?;
        }
        let tilts = [*nodes.get(TILT_UP)?, *nodes.get(TILT_DOWN)?];
        Some(Self { now: *nodes.get(CENTRE)?, near, tilts, tilt: 0 })
    }

    /// BOUND: `sum`: values stay below 2^63.
    fn less(mut self, before: &Self) -> Self {
        self.now = self.now.wrapping_sub(before.now);
        for (value, before) in self.near.iter_mut().zip(&before.near) {
            *value = value.wrapping_sub(*before);
        }
        let [up, down] = self.tilts;
        let [up_before, down_before] = before.tilts;
        self.tilt = up.wrapping_sub(up_before).min(down.wrapping_sub(down_before));
        self
    }
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
            let before = Few::of(&values.nodes).ok_or(PortfolioError::Overflow)?;
            value(&Group { expiry, legs: of_expiry }, &setting, &mut values)?;
            totals.add(&values, &before, Basis::new(expiry, table)).ok_or(PortfolioError::Overflow)?;
            legs = rest;
        }
        totals.nodes = values.nodes;
        Ok(totals)
    }

    /// All but the nodes.
    #[inline(never)]
    fn add(&mut self, values: &ExpiryTotals, before: &Few, basis: Basis) -> Option<()> {
        let few = Few::of(&values.nodes)?.less(before);
        // BOUND: `sum`: all values together stay below 2^63; amounts without a unit stay below 2^80.
        self.tilted = self.tilted.wrapping_add(few.tilt);
        self.strikes = self.strikes.wrapping_add(values.strikes);
        self.guard = self.guard.checked_add(values.guard)?;
        self.basis = self.basis.checked_add(basis.charge_ceil(&few, values.step_guard)?)?;
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
    let lots_per_unit = market.scale.lots_per_unit;
    let legs = check::check_legs(portfolio, market)?;
    // BOUND: 2^63 atoms x 2^20, and 32 times 2^31 x 2^44.
    let base = market.spot.value_ceil(portfolio.base, market.scale.base_unit_atoms).ok_or(PortfolioError::Overflow)?;
    let gross = notional(u64::from(lots_per_unit), base.0.unsigned_abs()).wrapping_add(legs);
    Ok(Unit::of(gross, lots_per_unit))
}

impl Expiry {
    /// The price that sizes are stated in: multiples of it stay below 9.
    pub fn largest(&self, market: &Market) -> Result<PriceE6, PortfolioError> {
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
