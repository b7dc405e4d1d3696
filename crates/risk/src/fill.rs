//! The cash of a fill, and what it does to a position.
//!
//! ```text
//! buyer pays ceil(price x lots / lots_per_unit), seller receives floor(the same), each side its fee
//! insurance  = floor(fees / 3) + what the two roundings of the premium leave;  market's fees = the rest of the fees
//! ```
//! Source: margin design, quote_fill; the split of the rounding is ours. Domain: prices within the price bounds, 1..2^63 lots, fees of at
//! most 100 basis points; every amount within 63 bits. Error: less than one atom a side, never to the gain of either.

use crate::CashError;
use crate::fees::{fee_ceil, insurance_share_floor, lots_check};
use units::{Lots, PriceE6, QuoteAtoms};

/// Everything that a fill's cash depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillTerms {
    /// Premium for one whole unit.
    pub price: PriceE6,
    pub lots: u64,
    pub lots_per_unit: u32,
    pub spot: PriceE6,
    pub taker_buys: bool,
    pub taker_fee_bps: u16,
    pub maker_fee_bps: u16,
}

/// Change of each balance. INVARIANT(M-3): taker + maker + insurance + fees = 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillCash {
    /// Premium and fee of each side together; negative is paid.
    pub taker: QuoteAtoms,
    pub maker: QuoteAtoms,
    /// What the buyer paid, before fees.
    pub premium: QuoteAtoms,
    pub taker_fee: QuoteAtoms,
    pub maker_fee: QuoteAtoms,
    /// To the market's insurance: a third of the fees and the premium's rounding.
    pub insurance: QuoteAtoms,
    /// To the market's fees: the rest.
    pub fees: QuoteAtoms,
}

/// Cash of a fill. INVARIANT(M-6) ROUNDING: the buyer pays up, the seller receives down, fees up; what is left goes to insurance.
///
/// Errors: `PriceOutOfRange`, `LotsOutOfRange`, `LotsPerUnitZero`, `NotionalTooLarge`, `SpotOutOfRange`, `FeeRateOutOfRange`, `SumTooLarge`.
pub fn fill_cash(terms: &FillTerms) -> Result<FillCash, CashError> {
    if !terms.price.in_bounds() {
        return Err(CashError::PriceOutOfRange);
    }
    lots_check(terms.lots)?;
    let no_product = || CashError::of_product(terms.lots_per_unit);
    let paid = terms.price.premium_ceil(terms.lots, terms.lots_per_unit).ok_or_else(no_product)?;
    let received = terms.price.premium_floor(terms.lots, terms.lots_per_unit).ok_or_else(no_product)?;
    let fee = |bps| fee_ceil(terms.spot, terms.lots, terms.lots_per_unit, paid, bps);
    let (taker_fee, maker_fee) = (fee(terms.taker_fee_bps)?, fee(terms.maker_fee_bps)?);
    let all_fees = taker_fee.checked_add(maker_fee).ok_or(CashError::SumTooLarge)?;
    let to_insurance = insurance_share_floor(all_fees)?;

    let flows = || {
        let bought = QuoteAtoms::ZERO.checked_sub(paid)?;
        let (taker, maker) = if terms.taker_buys { (bought, received) } else { (received, bought) };
        Some(FillCash {
            taker: taker.checked_sub(taker_fee)?,
            maker: maker.checked_sub(maker_fee)?,
            premium: paid,
            taker_fee,
            maker_fee,
            insurance: to_insurance.checked_add(paid.checked_sub(received)?)?,
            fees: all_fees.checked_sub(to_insurance)?,
        })
    };
    flows().ok_or(CashError::SumTooLarge)
}

impl FillCash {
    pub const ZERO: Self = Self {
        taker: QuoteAtoms::ZERO,
        maker: QuoteAtoms::ZERO,
        premium: QuoteAtoms::ZERO,
        taker_fee: QuoteAtoms::ZERO,
        maker_fee: QuoteAtoms::ZERO,
        insurance: QuoteAtoms::ZERO,
        fees: QuoteAtoms::ZERO,
    };

    /// Cash of two legs of one fill together; `premium` is then what their buyers paid, whoever they are. INVARIANT(M-3) is kept, term by
    /// term. Errors: `SumTooLarge`.
    pub fn plus(&self, other: &Self) -> Result<Self, CashError> {
        let sum = || {
            Some(Self {
                taker: self.taker.checked_add(other.taker)?,
                maker: self.maker.checked_add(other.maker)?,
                premium: self.premium.checked_add(other.premium)?,
                taker_fee: self.taker_fee.checked_add(other.taker_fee)?,
                maker_fee: self.maker_fee.checked_add(other.maker_fee)?,
                insurance: self.insurance.checked_add(other.insurance)?,
                fees: self.fees.checked_add(other.fees)?,
            })
        };
        sum().ok_or(CashError::SumTooLarge)
    }
}

/// Whether adding `change` to `before` only shrinks a position: nearer to zero, and never past it.
pub const fn reduces(before: Lots, change: Lots) -> bool {
    match before.checked_add(change) {
        Some(after) => {
            let flips = (before.0 < 0) != (after.0 < 0) && after.0 != 0;
            before.0 != 0 && !flips && after.0.unsigned_abs() < before.0.unsigned_abs()
        }
        None => false,
    }
}

/// The part of a position that counts as open interest.
pub const fn long_lots(lots: Lots) -> u64 {
    if lots.0 > 0 { lots.0.unsigned_abs() } else { 0 }
}

#[cfg(test)]
mod tests;
