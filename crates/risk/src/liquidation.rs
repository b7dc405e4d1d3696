//! Liquidation: what a slice costs as time passes, how large it is, and what an insolvent account's taker is paid.
//!
//! Source: margin design, Liquidation. Solvent: the bidder pays 98 % of the slice's value, falling to 70 % over ten minutes and to
//! nothing over the two hours after. Insolvent (value below zero): insurance pays the taker, rising from nothing to 105 % of the
//! shortfall over 30 minutes, never more. ROUNDING: what the bidder pays up, what insurance pays down.

use units::{QuoteAtoms, UnixSeconds, mul_div_ceil, mul_div_floor};

/// Parts of the slice's value, in basis points, at the start and at the knee of the auction.
pub const START_BPS: u64 = 9_800;
pub const KNEE_BPS: u64 = 7_000;
/// Seconds to the knee, and from there to nothing.
pub const KNEE_S: u64 = 600;
pub const TAIL_S: u64 = 7_200;
/// Seconds over which an insolvent account's payment rises, and the part of the shortfall it rises to.
pub const INSOLVENT_S: u64 = 1_800;
pub const INSOLVENT_BPS: u64 = 10_500;
/// An account worth less than this is sold all at once: 500 quote units of six decimals.
pub const ALL_AT_ONCE_BELOW: QuoteAtoms = QuoteAtoms(500_000_000);
/// A whole account, as a fraction.
pub const WHOLE_E9: u32 = 1_000_000_000;
/// Fee on what a slice sells for, and the initial margin it leaves beyond what is needed.
pub const FEE_BPS: u16 = 100;
pub const BUFFER_BPS: u16 = 500;
/// Most of the buffer that may be asked, in basis points of initial margin's requirement.
pub const BUFFER_MAX_BPS: u16 = 5_000;

const BPS: u64 = units::BPS;

/// Why a liquidation figure cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiquidationError {
    /// The value must be positive for a sale, negative for an insolvent account.
    ValueOutOfRange,
    /// The account has its initial margin: nothing is for sale.
    MarginSatisfied,
    /// A buffer above 50 % of the requirement.
    BufferOutOfRange,
    /// A fraction outside 1..=1e9.
    FractionOutOfRange,
    /// The clock went back, or a time leaves 64 bits.
    TimeOutOfRange,
    /// An amount exceeds 63 bits.
    Overflow,
}

/// Seconds in which bids were allowed. Only they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuctionClock {
    /// Counted until bids were last stopped.
    pub counted_s: u64,
    /// Since when bids have been allowed, if they are.
    pub running_since: Option<UnixSeconds>,
}

impl AuctionClock {
    /// Seconds counted at `now`. Error: `TimeOutOfRange` when `now` lies before the clock was started.
    pub fn elapsed_s(&self, now: UnixSeconds) -> Result<u64, LiquidationError> {
        let Some(since) = self.running_since else { return Ok(self.counted_s) };
        let run = now.0.checked_sub(since.0).and_then(|run| u64::try_from(run).ok());
        run.and_then(|run| run.checked_add(self.counted_s)).ok_or(LiquidationError::TimeOutOfRange)
    }

    /// The clock with bids allowed or not from `now` on. Error: as [`Self::elapsed_s`].
    pub fn set(&self, now: UnixSeconds, bids_allowed: bool) -> Result<Self, LiquidationError> {
        let counted_s = self.elapsed_s(now)?;
        Ok(Self { counted_s, running_since: bids_allowed.then_some(now) })
    }
}

/// What a bidder pays for a slice worth `value` after `elapsed_s`: never more than `value`, never rising with time.
///
/// Exact to one atom. Domain: `value` > 0, any time. Error: `ValueOutOfRange`.
pub fn price_ceil(value: QuoteAtoms, elapsed_s: u64) -> Result<QuoteAtoms, LiquidationError> {
    let value = positive(value)?;
    let (parts, whole) = price_parts(elapsed_s);
    to_atoms(mul_div_ceil(value, parts, whole))
}

/// Price as a fraction of value: (parts, whole). BOUND: both are below 2^27.
fn price_parts(elapsed_s: u64) -> (u64, u64) {
    let (from_bps, to_bps, length_s, at_s) = if elapsed_s < KNEE_S {
        (START_BPS, KNEE_BPS, KNEE_S, elapsed_s)
    } else {
        (KNEE_BPS, 0, TAIL_S, elapsed_s.saturating_sub(KNEE_S).min(TAIL_S))
    };
    let fall = from_bps.saturating_sub(to_bps).saturating_mul(at_s);
    (from_bps.saturating_mul(length_s).saturating_sub(fall), BPS.saturating_mul(length_s))
}

/// What insurance pays the taker of a whole account worth `value` < 0 after `elapsed_s` of the insolvent phase.
///
/// INVARIANT(M-8): at most 5 % above the shortfall. Exact to one atom. Error: `ValueOutOfRange`, `Overflow`.
pub fn insolvent_payment_floor(value: QuoteAtoms, elapsed_s: u64) -> Result<QuoteAtoms, LiquidationError> {
    let shortfall = value.0.checked_neg().map(QuoteAtoms).ok_or(LiquidationError::ValueOutOfRange)?;
    let shortfall = positive(shortfall)?;
    // BOUND: 10,500 x 1,800 < 2^25.
    let parts = INSOLVENT_BPS.saturating_mul(elapsed_s.min(INSOLVENT_S));
    to_atoms(mul_div_floor(shortfall, parts, BPS.saturating_mul(INSOLVENT_S)))
}

/// What decides the size of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceTerms {
    /// Value and initial margin of the whole account.
    pub mtm: QuoteAtoms,
    pub im: QuoteAtoms,
    /// Initial margin to be left, in basis points of the requirement that remains.
    pub buffer_bps: u16,
    /// Fee on the proceeds, in basis points.
    pub fee_bps: u16,
    pub elapsed_s: u64,
}

/// Largest slice, as a fraction of every balance and position, 1e9 = the whole account.
///
/// With M the account's value, R = M - IM its requirement, b the buffer and p the price after fees, both as fractions: a fraction f sold
/// leaves value (1 - f) M + f p M and requirement (1 - f) R, since both scale with the positions. Value = (1 + b) requirement where
/// f = D / (D + p M), D = (1 + b) R - M. Everything when M is below 500 quote units (or not positive) or p is 0.
/// ROUNDING: down, so that a slice is at most what restores the buffer; at least 1e-9. Derivation: ours.
/// Errors: `MarginSatisfied` when IM >= 0, `BufferOutOfRange`, `Overflow`.
pub fn slice_fraction_floor(terms: &SliceTerms) -> Result<u32, LiquidationError> {
    if terms.buffer_bps > BUFFER_MAX_BPS || u64::from(terms.fee_bps) > BPS {
        return Err(LiquidationError::BufferOutOfRange);
    }
    if terms.im.0 >= 0 {
        return Err(LiquidationError::MarginSatisfied);
    }
    if terms.mtm < ALL_AT_ONCE_BELOW {
        return Ok(WHOLE_E9);
    }
    fraction(terms).ok_or(LiquidationError::Overflow)
}

fn fraction(terms: &SliceTerms) -> Option<u32> {
    let bps = i128::from(BPS);
    let value = i128::from(terms.mtm.0);
    let requirement = value.checked_sub(i128::from(terms.im.0))?;
    // BOUND: below 2^64 x 2^15.
    let wanted = requirement.checked_mul(bps.checked_add(i128::from(terms.buffer_bps))?)?;
    let deficit = wanted.checked_sub(value.checked_mul(bps)?)?;
    let (parts, whole) = price_parts(terms.elapsed_s);
    let after_fee = BPS.checked_sub(u64::from(terms.fee_bps))?;
    // p M in the unit of the deficit, 1 / 10,000 atoms. BOUND: 2^63 x 2^27 x 2^14.
    let proceeds = value.checked_mul(i128::from(parts.checked_mul(after_fee)?))?.checked_div(i128::from(whole))?;
    let all = deficit.checked_add(proceeds)?;
    // BOUND: the deficit is below 2^79, times 2^30. IM < 0 makes it positive, so the divisor is not zero and the quotient at most 1e9.
    let fraction = deficit.checked_mul(i128::from(WHOLE_E9))?.checked_div(all)?;
    Some(u32::try_from(fraction).ok()?.clamp(1, WHOLE_E9))
}

/// Lots of a position that go with a slice. ROUNDING: shorts away from zero, longs towards it: risk leaves first, and a short of one lot
/// leaves at all. Never past the position. Error: `FractionOutOfRange`.
pub fn slice_lots(lots: units::Lots, fraction_e9: u32) -> Result<units::Lots, LiquidationError> {
    let (size, whole) = (lots.0.unsigned_abs(), checked_fraction(fraction_e9)?);
    let part = |atoms: Option<u64>| atoms.and_then(|part| i64::try_from(part).ok()).ok_or(LiquidationError::Overflow);
    Ok(units::Lots(if lots.0 < 0 {
        // A position of -2^63 lots has no size in 63 bits.
        part(mul_div_ceil(size, whole, u64::from(WHOLE_E9)))?.checked_neg().ok_or(LiquidationError::Overflow)?
    } else {
        part(mul_div_floor(size, whole, u64::from(WHOLE_E9)))?
    }))
}

/// Atoms of a balance that go with a slice, rounded towards zero; a debt goes in the same part. Error: `FractionOutOfRange`, `Overflow`.
pub fn slice_quote(balance: QuoteAtoms, fraction_e9: u32) -> Result<QuoteAtoms, LiquidationError> {
    let part = mul_div_floor(balance.0.unsigned_abs(), checked_fraction(fraction_e9)?, u64::from(WHOLE_E9));
    let part = to_atoms(part)?;
    Ok(if balance.0 < 0 { QuoteAtoms(part.0.saturating_neg()) } else { part })
}

/// Base that goes with a slice, rounded down. Error: `FractionOutOfRange`.
pub fn slice_base_floor(balance: units::BaseAtoms, fraction_e9: u32) -> Result<units::BaseAtoms, LiquidationError> {
    let part = mul_div_floor(balance.0, checked_fraction(fraction_e9)?, u64::from(WHOLE_E9));
    part.map(units::BaseAtoms).ok_or(LiquidationError::Overflow)
}

fn checked_fraction(fraction_e9: u32) -> Result<u64, LiquidationError> {
    if (1..=WHOLE_E9).contains(&fraction_e9) {
        Ok(u64::from(fraction_e9))
    } else {
        Err(LiquidationError::FractionOutOfRange)
    }
}

fn positive(value: QuoteAtoms) -> Result<u64, LiquidationError> {
    u64::try_from(value.0).ok().filter(|value| *value > 0).ok_or(LiquidationError::ValueOutOfRange)
}

fn to_atoms(atoms: Option<u64>) -> Result<QuoteAtoms, LiquidationError> {
    atoms.and_then(|atoms| i64::try_from(atoms).ok()).map(QuoteAtoms).ok_or(LiquidationError::Overflow)
}

#[cfg(test)]
mod tests;
