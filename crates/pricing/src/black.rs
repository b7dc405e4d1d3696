//! Black (1976), "The pricing of commodity contracts", eq. 16, undiscounted: C = F Phi(d1) - K Phi(d2), d1 = ln(F/K)/w + w/2, d2 = d1 - w,
//! w = sigma sqrt(T).

use crate::elementary::ln_q38;
use crate::fixed::{Q, mul_q38, mul_shift, ratio_q38};
use crate::normal::{cdf_q38, lower_q38};
use crate::total_vol::TotalVol;

/// The option of the pair (call, put) that is out of the money, as a fraction of the larger of forward and strike.
///
/// With r = min(F, K) / max(F, K) and x = ln r <= 0, the value of either is max(F, K) [r Phi(x/w + w/2) - Phi(x/w - w/2)]: for K >= F this
/// is Black's call; for K < F his put, since then -d2 = x/w + w/2 and -d1 = x/w - w/2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// r in Q38, at most one, rounded down.
    pub ratio: u64,
    /// ln r in Q38, at most zero (the table has 0 at 1).
    pub log: i64,
    /// Whether the call is the one out of the money: K >= F.
    pub call: bool,
    /// max(F, K) in e6.
    pub larger: u64,
    /// min(F, K) in e6.
    pub smaller: u64,
}

impl Pair {
    #[inline(always)]
    pub fn new(forward: u64, strike: u64) -> Self {
        let call = strike >= forward;
        let (larger, smaller) = if call { (strike, forward) } else { (forward, strike) };
        // BOUND: prices are below 2^44 (1e13), and smaller <= larger.
        let ratio = ratio_q38(smaller, larger);
        Self { ratio, log: ln_q38(ratio), call, larger, smaller }
    }

    /// The two arguments of Phi, x/w + w/2 and x/w - w/2, of which the second is negative.
    ///
    /// An error e in x/w costs only e^2 w phi / 2 in the price, because the derivative there is zero (F phi(d1) = K phi(d2)).
    #[inline(always)]
    pub fn arguments(&self, w: TotalVol) -> (i64, i64) {
        // BOUND: |x| < 2^43 and w < 2^44, as `ratio_q38` requires, and w > 2^23, so the quotient is below 2^20, 2^58 in Q38.
        let quotient = ratio_q38(self.log.wrapping_neg().cast_unsigned(), w.0).cast_signed();
        let upper = half(w).wrapping_sub(quotient);
        (upper, upper.wrapping_sub(w.signed()))
    }

    /// Value of the option out of the money, as a fraction of `larger`, Q38. Between 0 and `ratio`. Error below 2.5e-11.
    #[inline(always)]
    pub fn value(&self, w: TotalVol) -> u64 {
        let (upper, lower) = self.arguments(w);
        self.value_at(cdf_q38(upper), lower_q38(lower))
    }

    /// As [`Self::value`], from the two values of Phi.
    #[inline(always)]
    pub fn value_at(&self, upper: u64, lower: u64) -> u64 {
        mul_q38(self.ratio, upper).saturating_sub(lower)
    }
}

/// w/2 in Q38.
#[inline(always)]
pub(crate) fn half(w: TotalVol) -> i64 {
    w.signed() >> 1
}

/// How far ln(F/K) can be from zero before the time value is below 2^-50: w (8 + w/2), Q38.
#[inline(always)]
pub(crate) fn reach(w: TotalVol) -> i64 {
    // BOUND: w <= 2^42 (TOTAL_VOL_MAX); w >> 19 squared is at most 2^46.
    let coarse = w.signed() >> 19;
    (w.signed() << 3).wrapping_add(coarse.wrapping_mul(coarse) >> 1)
}

/// 1/w in Q24.
#[inline(always)]
#[expect(clippy::cast_possible_wrap, reason = "BOUND: at most 2^62")]
pub(crate) fn inverse(w: TotalVol) -> i64 {
    // A last bit that is set costs nothing that counts, and shows that no check for zero is needed.
    (1u64 << 62).checked_div(w.0 | 1).unwrap_or(0) as i64
}

/// x/w in Q38 for |x| within `reach`, from 1/w: good to 2^-33 / w, which is enough for a price (see [`Pair::arguments`]).
#[inline(always)]
pub(crate) const fn over_vol(x: i64, inverse: i64) -> i64 {
    // BOUND: |x| <= 16 w, so (|x| / 2^6) (2^62 / w) <= 2^60. Q32 x Q24 is Q56.
    mul_shift(x >> 6, inverse, 56u32.wrapping_sub(Q))
}
