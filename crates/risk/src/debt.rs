//! Quote debts: what they cost, and the sale of base that cures them.
//!
//! Settlement, liquidation and fees can leave an account with less than no quote, against its base. Until somebody buys enough of the base
//! the debt bears interest, which runs to insurance. Source: margin design, Margin; rates and the price path are ours (ADR 16).
//! ROUNDING: interest and what the buyer pays up, what it gets down.

use units::{BaseAtoms, PriceE6, QuoteAtoms, mul_div_ceil, mul_div_floor};

/// Interest a year, in basis points: dearer than any loan that is to be had, so that nobody borrows here by choice.
pub const RATE_BPS: u64 = 2_000;
/// Parts of the price in basis points: at the start, at the knee and from the end on.
pub const START_BPS: u64 = 10_000;
pub const KNEE_BPS: u64 = 9_500;
pub const END_BPS: u64 = 8_000;
/// Seconds to the knee, and from there to the end.
pub const KNEE_S: u64 = 1_800;
pub const TAIL_S: u64 = 21_600;

const YEAR_S: u64 = 365 * 86_400;
/// Longest time that one call charges interest for.
const INTEREST_S_MAX: u64 = 100 * YEAR_S;

/// Why nothing can be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebtError {
    /// The account owes nothing.
    DebtMissing,
    /// The price, as it has fallen, lies below what the protocol counts in.
    PriceOutOfRange,
    /// Atoms of one unit of base are 0.
    BaseUnitZero,
    /// An amount exceeds 63 bits.
    Overflow,
}

/// Base that changes hands, and what is paid for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseSale {
    pub base: BaseAtoms,
    pub paid: QuoteAtoms,
}

/// Interest on a debt (a positive amount) over `seconds`, at most a hundred years of them. Error: `Overflow`, also of a negative amount.
pub fn interest_ceil(debt: QuoteAtoms, seconds: u64) -> Result<QuoteAtoms, DebtError> {
    let debt = u64::try_from(debt.0).map_err(|_| DebtError::Overflow)?;
    // BOUND: 2,000 x 2^32 and 10,000 x 2^25.
    let parts = RATE_BPS.saturating_mul(seconds.min(INTEREST_S_MAX));
    to_atoms(mul_div_ceil(debt, parts, units::BPS.saturating_mul(YEAR_S)))
}

/// What one unit of base costs when the account has been in debt for `elapsed_s`: the price at first, 95 % of it after half an hour, 80 %
/// after six hours more, and no less. Never rises with time. Error: `PriceOutOfRange`.
pub fn price_floor(spot: PriceE6, elapsed_s: u64) -> Result<PriceE6, DebtError> {
    let (from_bps, to_bps, length_s, at_s) = if elapsed_s < KNEE_S {
        (START_BPS, KNEE_BPS, KNEE_S, elapsed_s)
    } else {
        (KNEE_BPS, END_BPS, TAIL_S, elapsed_s.saturating_sub(KNEE_S).min(TAIL_S))
    };
    // BOUND: both parts are below 2^29.
    let fall = from_bps.saturating_sub(to_bps).saturating_mul(at_s);
    let parts = from_bps.saturating_mul(length_s).saturating_sub(fall);
    let price = mul_div_floor(spot.0, parts, units::BPS.saturating_mul(length_s)).map(PriceE6);
    price.filter(|price| price.in_bounds()).ok_or(DebtError::PriceOutOfRange)
}

/// What somebody who asks for `asked` gets of an account that holds `held` and owes `debt` (a positive amount): no more than there is, and no
/// more than cures the debt. Errors: `DebtMissing`, `BaseUnitZero`, `Overflow`.
pub fn sale(
    debt: QuoteAtoms,
    held: BaseAtoms,
    asked: BaseAtoms,
    price: PriceE6,
    base_unit_atoms: u64,
) -> Result<BaseSale, DebtError> {
    let owed = u64::try_from(debt.0).ok().filter(|owed| *owed > 0).ok_or(DebtError::DebtMissing)?;
    if base_unit_atoms == 0 {
        return Err(DebtError::BaseUnitZero);
    }
    // What does not fit 64 bits is more than anybody holds.
    let cure = mul_div_ceil(owed, base_unit_atoms, price.0).unwrap_or(u64::MAX);
    let base = BaseAtoms(asked.0.min(held.0).min(cure));
    let paid = price.value_ceil(base, base_unit_atoms).ok_or(DebtError::Overflow)?;
    Ok(BaseSale { base, paid })
}

fn to_atoms(atoms: Option<u64>) -> Result<QuoteAtoms, DebtError> {
    atoms.and_then(|atoms| i64::try_from(atoms).ok()).map(QuoteAtoms).ok_or(DebtError::Overflow)
}

#[cfg(test)]
mod tests;
