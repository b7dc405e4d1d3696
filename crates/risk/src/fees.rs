//! Trading fees.

use units::{PriceE6, QuoteAtoms, mul_div_floor};

/// A fee never exceeds this part of the premium.
pub const PREMIUM_CAP_BPS: u16 = 1_250;
/// Highest fee rate a market may ask.
pub const FEE_BPS_MAX: u16 = 100;
/// Insurance receives one part in this many of every fee.
pub const INSURANCE_PARTS: u64 = 3;

/// Fee of one side of a fill: `bps` of the notional (spot x lots), at most 12.5 % of the premium. Both rounded up.
///
/// Source: margin design, quote_fill. `None` when a product exceeds 63 bits.
pub fn fee_ceil(spot: PriceE6, lots: u64, lots_per_unit: u32, premium: QuoteAtoms, bps: u16) -> Option<QuoteAtoms> {
    let of_notional = spot.premium_ceil(lots, lots_per_unit)?.bps_ceil(bps)?;
    Some(of_notional.min(premium.bps_ceil(PREMIUM_CAP_BPS)?))
}

/// Insurance's share of a non-negative fee; the rest is the market's.
pub fn insurance_share_floor(fee: QuoteAtoms) -> Option<QuoteAtoms> {
    let share = mul_div_floor(u64::try_from(fee.0).ok()?, 1, INSURANCE_PARTS)?;
    i64::try_from(share).ok().map(QuoteAtoms)
}

#[cfg(test)]
mod tests;
