//! Standard margin: the worst payoff over a fixed set of prices, with no volatility input.
//!
//! ```text
//! value(P)  = quote + floor(base x P) + sum over expiries of min(0, sum of the expiry's payoffs at P)
//! nodes     = { 0, every strike held, spot x 2 for initial or spot x 1.5 for maintenance margin }
//! margin    = min of value(P) over the nodes
//! ```
//! Between two neighbouring nodes every expiry's payoff is a straight line, `min(0, line)` is concave, base is linear, and a sum of
//! concave functions is least at an end of the interval: the minimum over the nodes is the minimum over every price up to the top node.
//! Above it a naked call's loss is not counted; that is the bound the top node stands for.
//!
//! Longs never offset shorts of another expiry, and long-option value is never margin: only a debt is.
//!
//! The nodes are visited in one walk over ascending strikes, see `sweep`.
//!
//! Source: margin design, Margin (standard mode); the nodes and the argument that they suffice are ours. Error: less than one atom for base
//! and for each position, against the owner.
//!
//! ROUNDING: longs and base down, shorts up. BOUND: each position's notional at the top node is at most [`NOTIONAL_MAX`] when it is
//! entered, so an account's sum stays within 2^60 atoms; every operation is checked all the same, because the price moves afterwards.

use crate::CashError;
use crate::payoff::{Book, Position};
use sweep::Sweep;
use units::{BPS, BaseAtoms, Lots, PriceE6, QuoteAtoms, mul_div_ceil};

mod sweep;

/// Largest notional of one position at entry, at twice the spot price: 2^55 quote atoms, so that 32 of them stay within 2^60.
pub const NOTIONAL_MAX: QuoteAtoms = QuoteAtoms(1 << 55);
/// Largest position in lots.
pub const LOTS_MAX: u64 = 1_000_000_000;
/// Top node of initial and of maintenance margin, in basis points of spot.
pub const INITIAL_TOP_BPS: u64 = 20_000;
pub const MAINTENANCE_TOP_BPS: u64 = 15_000;
/// What base counts for in an account that holds nothing else and owes quote, in basis points of spot.
pub const CURABLE_BPS: u64 = 5_000;

/// What converts between lots, base and quote in one market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    pub lots_per_unit: u32,
    /// 10^decimals of the base token.
    pub base_unit_atoms: u64,
}

/// Everything of an account that margin depends on.
#[derive(Clone, Copy, Debug)]
pub struct Holdings<'a> {
    pub quote: QuoteAtoms,
    pub base: BaseAtoms,
    pub book: &'a Book,
}

/// Initial margin: what is left in the worst case. Negative means that new risk is refused.
///
/// Errors: `SpotOutOfRange`, and those of [`value_floor`].
pub fn initial_margin(holdings: &Holdings<'_>, spot: PriceE6, scale: Scale) -> Result<QuoteAtoms, CashError> {
    margin(holdings, top(spot, INITIAL_TOP_BPS)?, scale)
}

/// Maintenance margin, as [`initial_margin`] with the nearer top node; of a debt and base alone, half of what the base is worth less the debt.
///
/// The nodes count base at a price of nothing, so by them any debt would be liquidated on the spot, and a covered call that ends in the money
/// with it; while half of the base covers the debt, its sale cures it first (ADR 16).
pub fn maintenance_margin(holdings: &Holdings<'_>, spot: PriceE6, scale: Scale) -> Result<QuoteAtoms, CashError> {
    if holdings.book.positions().is_empty() && holdings.quote < QuoteAtoms::ZERO {
        return value_floor(holdings, top(spot, CURABLE_BPS)?, scale);
    }
    margin(holdings, top(spot, MAINTENANCE_TOP_BPS)?, scale)
}

/// Whether a position of `lots` at `strike` is small enough to be computed with, at prices up to the top node.
pub fn within_bounds(lots: Lots, strike: PriceE6, spot: PriceE6, scale: Scale) -> bool {
    let size = lots.0.unsigned_abs();
    if size > LOTS_MAX {
        return false;
    }
    let Ok(reach) = top(spot, INITIAL_TOP_BPS).map(|node| node.max(strike)) else {
        return false;
    };
    reach.premium_ceil(size, scale.lots_per_unit).is_some_and(|notional| notional <= NOTIONAL_MAX)
}

#[inline(never)]
fn margin(holdings: &Holdings<'_>, top: PriceE6, scale: Scale) -> Result<QuoteAtoms, CashError> {
    let at_top = value_floor(holdings, top, scale)?;
    let worst = match Sweep::new(holdings.book, scale.lots_per_unit) {
        Some(mut sweep) => sweep.worst(holdings, scale).ok_or(CashError::SumTooLarge)?,
        None => worst_node(holdings, scale)?,
    };
    Ok(worst.min(at_top))
}

/// The least value over a price of zero and every strike, each valued for itself: for strikes that no market lists, on a tick that is not
/// a whole number of `lots_per_unit`. The cost grows with the square of the positions.
#[inline(never)]
fn worst_node(holdings: &Holdings<'_>, scale: Scale) -> Result<QuoteAtoms, CashError> {
    let mut worst = value_floor(holdings, PriceE6::ZERO, scale)?;
    let mut last = PriceE6::ZERO;
    for position in holdings.book.positions() {
        // Neighbours often share a strike; a node twice changes nothing.
        if position.strike != last {
            worst = worst.min(value_floor(holdings, position.strike, scale)?);
            last = position.strike;
        }
    }
    Ok(worst)
}

/// The value that standard margin gives an account at one price: collateral and what each expiry owes, no option value.
///
/// Domain: any price, as the nodes are. Errors: `BaseUnitZero`, `LotsPerUnitZero`, `NotionalTooLarge`, `SumTooLarge`.
pub fn value_floor(holdings: &Holdings<'_>, price: PriceE6, scale: Scale) -> Result<QuoteAtoms, CashError> {
    let collateral = plus(holdings.quote, base_floor(holdings.base, price, scale)?)?;
    plus(collateral, debts_floor(holdings.book.positions(), price, scale.lots_per_unit)?)
}

fn base_floor(base: BaseAtoms, price: PriceE6, scale: Scale) -> Result<QuoteAtoms, CashError> {
    if base == BaseAtoms::ZERO {
        return Ok(QuoteAtoms::ZERO);
    }
    let reason = if scale.base_unit_atoms == 0 { CashError::BaseUnitZero } else { CashError::NotionalTooLarge };
    price.value_floor(base, scale.base_unit_atoms).ok_or(reason)
}

fn plus(sum: QuoteAtoms, amount: QuoteAtoms) -> Result<QuoteAtoms, CashError> {
    sum.checked_add(amount).ok_or(CashError::SumTooLarge)
}

/// Sum over expiries of min(0, sum of payoffs). The positions of one expiry stand side by side.
fn debts_floor(positions: &[Position], price: PriceE6, lots_per_unit: u32) -> Result<QuoteAtoms, CashError> {
    let mut total = QuoteAtoms::ZERO;
    let mut of_expiry = QuoteAtoms::ZERO;
    let mut expiry = None;
    for position in positions {
        if expiry != Some(position.expiry) {
            total = plus(total, of_expiry.min(QuoteAtoms::ZERO))?;
            of_expiry = QuoteAtoms::ZERO;
            expiry = Some(position.expiry);
        }
        of_expiry = plus(of_expiry, position.payoff_floor(price, lots_per_unit)?)?;
    }
    plus(total, of_expiry.min(QuoteAtoms::ZERO))
}

/// The top node, rounded up: a higher node never makes a loss smaller than it is. Errors: `SpotOutOfRange`, `NodeOutOfRange`.
pub fn top(spot: PriceE6, bps: u64) -> Result<PriceE6, CashError> {
    if !spot.in_bounds() {
        return Err(CashError::SpotOutOfRange);
    }
    mul_div_ceil(spot.0, bps, BPS).map(PriceE6).ok_or(CashError::NodeOutOfRange)
}

#[cfg(test)]
mod tests;
