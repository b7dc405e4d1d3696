//! Trading fees.

use crate::CashError;
use units::{PriceE6, QuoteAtoms, mul_div_floor};

/// A fee never exceeds this part of the premium.
pub const PREMIUM_CAP_BPS: u16 = 1_250;
/// Highest fee rate a market may ask.
pub const FEE_BPS_MAX: u16 = 100;
/// Insurance receives one part in this many of every fee.
pub const INSURANCE_PARTS: u64 = 3;

/// Fee of one side of a fill: `bps` of the notional (spot x lots), at most 12.5 % of the premium. Both rounded up.
///
/// Source: margin design, quote_fill. Errors: `SpotOutOfRange`, `LotsOutOfRange`, `FeeRateOutOfRange`, `AmountNegative`, `LotsPerUnitZero`,
/// `NotionalTooLarge`.
pub fn fee_ceil(
    spot: PriceE6,
    lots: u64,
    lots_per_unit: u32,
    premium: QuoteAtoms,
    bps: u16,
) -> Result<QuoteAtoms, CashError> {
    if !spot.in_bounds() {
        return Err(CashError::SpotOutOfRange);
    }
    lots_check(lots)?;
    if bps > FEE_BPS_MAX {
        return Err(CashError::FeeRateOutOfRange);
    }
    let cap = premium.bps_ceil(PREMIUM_CAP_BPS).ok_or(CashError::AmountNegative)?;
    let notional = spot.premium_ceil(lots, lots_per_unit).ok_or(CashError::of_product(lots_per_unit))?;
    Ok(notional.bps_ceil(bps).ok_or(CashError::NotionalTooLarge)?.min(cap))
}

/// Insurance's share of a fee; the rest is the market's. Errors: `AmountNegative`.
pub fn insurance_share_floor(fee: QuoteAtoms) -> Result<QuoteAtoms, CashError> {
    let fee = u64::try_from(fee.0).map_err(|_| CashError::AmountNegative)?;
    // BOUND: a third of less than 2^63.
    let share = mul_div_floor(fee, 1, INSURANCE_PARTS).and_then(|share| i64::try_from(share).ok());
    share.map(QuoteAtoms).ok_or(CashError::NotionalTooLarge)
}

/// Errors: `LotsOutOfRange`.
pub(crate) fn lots_check(lots: u64) -> Result<(), CashError> {
    if lots == 0 || i64::try_from(lots).is_err() { Err(CashError::LotsOutOfRange) } else { Ok(()) }
}

/// A fee of `bps` of a non-negative amount, rounded up, in two halves; the first has the odd atom. `None` as [`QuoteAtoms::bps_ceil`].
pub fn halves(amount: QuoteAtoms, bps: u16) -> Option<(QuoteAtoms, QuoteAtoms)> {
    let fee = amount.bps_ceil(bps)?;
    let half = QuoteAtoms(i64::try_from(mul_div_floor(u64::try_from(fee.0).ok()?, 1, 2)?).ok()?);
    Some((fee.checked_sub(half)?, half))
}

#[cfg(test)]
mod tests;
