//! One option from raw inputs.

use crate::black::Pair;
use crate::error::PricingError;
use crate::fixed::ONE_Q38;
use crate::normal::{cdf_q38, lower_q38};
use crate::terms::{Kind, Terms};
use crate::total_vol::RootTime;
use units::PriceE6;

/// 1e-12 of a quote unit for one whole unit of the underlying: a millionth of `PriceE6`, fine enough that rounding is far below the
/// error bound at every forward above 0.001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceE12(pub u64);

/// `PriceE12` units in one of `PriceE6`.
pub(crate) const E6: u64 = 1_000_000;

impl PriceE12 {
    /// Whole `PriceE6`, rounded down: what users are owed.
    pub const fn price_floor(self) -> PriceE6 {
        match self.0.checked_div(E6) {
            Some(price) => PriceE6(price),
            None => PriceE6(0),
        }
    }

    /// Whole `PriceE6`, rounded up: what users owe.
    pub const fn price_ceil(self) -> PriceE6 {
        PriceE6(self.0.div_ceil(E6))
    }
}

/// Both options of one strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub call: PriceE12,
    pub put: PriceE12,
    /// dC/dF, 1e9 = 1, in 0..=1e9. The put's delta is this less 1e9, exactly.
    pub call_delta_e9: u32,
}

impl Price {
    pub const fn of(&self, kind: Kind) -> PriceE12 {
        match kind {
            Kind::Call => self.call,
            Kind::Put => self.put,
        }
    }
}

/// Call, put and delta. The option out of the money is computed and the other follows by parity, C - P = F - K, exactly in e12.
///
/// Domain: see [`Terms`]. Error: at most 2.5e-11 of the larger of forward and strike, plus 1e-12 quote units. 0 <= C <= F and 0 <= P <= K.
/// Errors: `ForwardOutOfRange`, `StrikeOutOfRange`, `VolOutOfRange`, `TimeOutOfRange`.
pub fn price(terms: &Terms) -> Result<Price, PricingError> {
    terms.validate()?;
    let pair = Pair::new(terms.forward.0, terms.strike.0);
    let w = RootTime::of(terms.seconds).total_of(terms.vol);
    let (upper, lower) = pair.arguments(w);
    Ok(assemble(&pair, cdf_q38(upper), lower_q38(lower)))
}

/// Both prices and the delta from the two values of Phi.
#[inline(always)]
pub(crate) fn assemble(pair: &Pair, upper: u64, lower: u64) -> Price {
    let out = scale(pair.larger, pair.value_at(upper, lower));
    // BOUND: larger and smaller are at most 1e13, so e12 is at most 1e19 < 2^64, and out <= smaller: their sum with the difference is at
    // most larger x 1e6.
    let across = out.wrapping_add(pair.larger.wrapping_sub(pair.smaller).wrapping_mul(E6));
    let (call, put, delta) = if pair.call { (out, across, upper) } else { (across, out, ONE_Q38.wrapping_sub(lower)) };
    // BOUND: delta <= 2^38, >> 5 leaves 2^33, times 1e9 < 2^63; the result is at most 1e9.
    let call_delta_e9 = ((delta >> 5).wrapping_mul(1_000_000_000) >> 33) as u32;
    Price { call: PriceE12(call), put: PriceE12(put), call_delta_e9 }
}

/// `fraction` (Q38) of a price in e6, as e12, rounded down; exact but for that rounding.
#[inline(always)]
pub(crate) fn scale(price: u64, fraction: u64) -> u64 {
    const LOW: u64 = (1 << 19) - 1;
    // BOUND: price < 2^43.2 and each half of the fraction is at most 2^19: products below 2^62.3, their sum below 2^63.
    let low = price.wrapping_mul(fraction & LOW);
    let sum = price.wrapping_mul(fraction >> 19).wrapping_add(low >> 19);
    // sum is the product in Q19 and low & LOW its next 19 bits. 1e6 / 2^38 = 15,625 / 2^32; BOUND: the rest is below 2^38, times 15,625 below
    // 2^52; the whole is at most the price, 1e13.
    let rest = ((sum & LOW) << 19) | (low & LOW);
    (sum >> 19).wrapping_mul(E6).wrapping_add(rest.wrapping_mul(15_625) >> 32)
}
