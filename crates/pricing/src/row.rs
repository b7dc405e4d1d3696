//! One strike at all scenario nodes. Everything that does not depend on the node is done once for the strike, what depends on the
//! volatility once for a level, and a node is left with one product, two values of Phi and two more products.

use crate::black::{half, inverse, over_vol, reach};
use crate::elementary::ln_q38;
use crate::error::PricingError;
use crate::fixed::{Q, mul_shift, ratio_q38};
use crate::normal::{cdf_q38, lower_q38};
use crate::terms::SECONDS_MIN;
use crate::terms::validate_prices;
use crate::total_vol::{TOTAL_VOL_MAX, TotalVol};
use units::PriceE6;

/// Fraction bits of a row's results: multiples of the forward up to 4,104 in 49 bits.
pub const ROW_Q: u32 = 36;

/// A node's forward as a multiple of the current one.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// ln of the factor, Q38 and Q26.
    log: i64,
    log_q26: i64,
    /// The factor in Q36, and its two parts: `high` x 2^16 + `low`.
    factor: i64,
    high: i64,
    low: i64,
}

impl Move {
    /// Factor in 1e-9: 1e9 leaves the forward where it is. Error: `MoveOutOfRange` outside x0.05..=x8.
    #[expect(clippy::cast_possible_wrap, reason = "BOUND: a factor is at most 8, 2^41 in Q38")]
    pub fn new(factor_e9: u64) -> Result<Self, PricingError> {
        if !(50_000_000..=8_000_000_000).contains(&factor_e9) {
            return Err(PricingError::MoveOutOfRange);
        }
        let factor_q38 = ratio_q38(factor_e9, 1_000_000_000);
        let factor_q36 = factor_q38 >> (Q.wrapping_sub(ROW_Q));
        Ok(Self::of(ln_q38(factor_q38), factor_q36 as i64))
    }

    const fn of(log: i64, factor: i64) -> Self {
        Self { log, log_q26: log >> 12, factor, high: 0, low: 0 }.split()
    }

    /// With the parts of its factor.
    const fn split(self) -> Self {
        Self { high: self.factor >> 16, low: self.factor & 0xffff, ..self }
    }

    /// Black's call at d1 and d2, f being the node's factor: from the put by parity unless d1 < 0, so that deep in the money the rounding is
    /// of the side out of it, and at least one value of Phi is known to be of a negative argument.
    ///
    /// max(0, f - k) <= call <= f whatever the rounding: d1 < 0 implies f < k and the call is clamped at zero; d1 >= 0 and f >= k, the put
    /// is; d1 >= 0 and f < k, the call is worth about 0.4 w f or more, far above the rounding.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "ROUNDING: not negative, by the argument above")]
    fn call(&self, d1: i64, d2: i64, strike: &Parts) -> u64 {
        // BOUND: factor and strike are below 32, 2^41 in Q36, so the high parts are below 2^25 and Phi <= 2^38: each product is below
        // 2^63 and not negative, hence so is the difference in absolute value; the low products are below 2^54.
        if d1 < 0 {
            let (upper, lower) = (lower_q38(d1).cast_signed(), lower_q38(d2).cast_signed());
            let high = self.high.wrapping_mul(upper).wrapping_sub(strike.high.wrapping_mul(lower));
            let low = self.low.wrapping_mul(upper).wrapping_sub(strike.low.wrapping_mul(lower));
            let value = high.wrapping_add(low >> 16) >> 22;
            (if value < 0 { 0 } else { value }) as u64
        } else {
            let (upper, lower) = (lower_q38(!d1).cast_signed(), cdf_q38(!d2).cast_signed());
            let high = strike.high.wrapping_mul(lower).wrapping_sub(self.high.wrapping_mul(upper));
            let low = strike.low.wrapping_mul(lower).wrapping_sub(self.low.wrapping_mul(upper));
            let put = high.wrapping_add(low >> 16) >> 22;
            let intrinsic = self.factor.wrapping_sub(strike.whole);
            (if put < 0 { intrinsic } else { intrinsic.wrapping_add(put) }) as u64
        }
    }

    /// The factor in Q36, as the row uses it: put = call + strike - factor.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "BOUND: a factor is not negative")]
    pub const fn factor_q36(&self) -> u64 {
        self.factor as u64
    }
}

/// Nodes that share a volatility: the strike's total volatility times (`scale` + `tilt` ln(K/F)), at least `floor`.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    scale_q32: i64,
    tilt_q32: i64,
    floor: TotalVol,
    moves: &'a [Move],
}

/// Largest multiplier of a level, 8 in Q32, and the least that a tilt can leave, 1/16.
const SCALE_MAX_Q32: i64 = 8 << 32;
const SCALE_MIN_Q32: i64 = 1 << 28;
const TILT_MAX_Q32: u64 = 1 << 32;

impl<'a> Level<'a> {
    /// `scale_q32` in 1/16..=8, `tilt_q32` in -1..=1, both Q32. Error: `ShockOutOfRange`.
    pub fn new(scale_q32: i64, tilt_q32: i64, floor: TotalVol, moves: &'a [Move]) -> Result<Self, PricingError> {
        if !(SCALE_MIN_Q32..=SCALE_MAX_Q32).contains(&scale_q32) || tilt_q32.unsigned_abs() > TILT_MAX_Q32 {
            return Err(PricingError::ShockOutOfRange);
        }
        Ok(Self { scale_q32, tilt_q32, floor, moves })
    }

    /// Total volatility of a strike at ln(K/F) = `moneyness`.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "bounds below")]
    fn total_vol(&self, base: TotalVol, moneyness: i64) -> TotalVol {
        // BOUND: |moneyness| < 9 in Q38 (2^42), >> 12 leaves 2^30, times 2^32.
        let mut scale = self.scale_q32;
        if self.tilt_q32 != 0 {
            let tilted = scale.wrapping_add(mul_shift(moneyness >> 12, self.tilt_q32, 26));
            scale = tilted.clamp(SCALE_MIN_Q32, SCALE_MAX_Q32);
        }
        let scale = scale as u64;
        // BOUND: base <= 2^42 and scale <= 2^35: high < 2^26, so both products are below 2^62.
        let (high, low) = (base.0 >> 16, base.0 & 0xffff);
        let shocked = (high.wrapping_mul(scale) >> 16).wrapping_add(low.wrapping_mul(scale) >> 32);
        TotalVol(shocked.max(self.floor.0).min(TOTAL_VOL_MAX))
    }
}

/// One strike, in units of the forward.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// ln(F/K), Q38.
    log: i64,
    /// K/F, Q36.
    strike_q36: i64,
    /// K/F above 32: its products would not fit 64 bits, so the row drops 8 bits.
    far: bool,
    /// Total volatility from which the nodes of a level need no checks: `STEADY_VOL`, or none where the strike is far.
    steady: u64,
}

impl Row {
    /// Errors: `ForwardOutOfRange`, `StrikeOutOfRange`, `MoneynessOutOfRange` outside 1/4096..=4096.
    #[expect(clippy::cast_possible_wrap, reason = "BOUND: K/F <= 4096, 2^48 in Q36")]
    #[inline(always)]
    pub fn new(forward: PriceE6, strike: PriceE6) -> Result<Self, PricingError> {
        validate_prices(forward, strike, SECONDS_MIN)?;
        // BOUND: prices are below 2^44, so << 12 is below 2^56.
        if strike.0 > forward.0 << 12 || forward.0 > strike.0 << 12 {
            return Err(PricingError::MoneynessOutOfRange);
        }
        let ratio = ratio_q38(strike.0, forward.0);
        let strike_q36 = (ratio >> (Q.wrapping_sub(ROW_Q))) as i64;
        let far = strike_q36 >= 32 << ROW_Q;
        let steady = if far { u64::MAX } else { STEADY_VOL };
        Ok(Self { log: ln_q38(ratio).wrapping_neg(), strike_q36, far, steady })
    }

    /// K/F in Q36: put = call + strike - factor at each node, exactly in these integers.
    #[expect(clippy::cast_sign_loss, reason = "BOUND: a ratio of prices is not negative")]
    pub const fn strike_q36(&self) -> u64 {
        self.strike_q36 as u64
    }

    /// ln(K/F) in Q38, where a surface is evaluated.
    pub const fn moneyness_q38(&self) -> i64 {
        self.log.wrapping_neg()
    }

    /// Call values at all nodes of all levels, in order, as multiples of the current forward in Q36; returns how many.
    ///
    /// max(0, f - k) <= call <= f at a node with factor f. Error below 1.3e-11 (f + k) + 2^-36, k = K/F; 48 k / 2^36 for k above 32.
    /// Errors: `OutputTooShort`.
    #[inline(always)]
    pub fn calls_q36(&self, base: TotalVol, levels: &[Level], calls: &mut [u64]) -> Result<usize, PricingError> {
        let strike = Parts::of(self.strike_q36);
        let places = calls.len();
        let mut rest = calls;
        for level in levels {
            let (places, after) = rest.split_at_mut_checked(level.moves.len()).ok_or(PricingError::OutputTooShort)?;
            let w = level.total_vol(base, self.moneyness_q38());
            if w.0 < self.steady {
                self.near_expiry_or_far(w, level.moves, places);
            } else {
                // x + w^2/2, so that one product gives d1. BOUND: |x| < 16, w <= 16: below 2^34 in Q26; 1/w <= 2^9, 2^33 in Q24, and
                // d1 w < 2^8: the product is below 2^62. What Q26 loses costs less than 1e-14 (see `Pair::arguments`).
                let base = (self.log >> 12).wrapping_add(half_square_q26(w));
                let (w, inverse) = (w.signed(), inverse(w));
                for (place, node) in places.iter_mut().zip(level.moves) {
                    let d1 = mul_shift(base.wrapping_add(node.log_q26), inverse, 12);
                    *place = node.call(d1, d1.wrapping_sub(w), &strike);
                }
            }
            rest = after;
        }
        Ok(places.wrapping_sub(rest.len()))
    }

    /// Where total volatility is below `STEADY_VOL`, most nodes are worth their intrinsic value and the others need ln(F/K) to more bits;
    /// strikes above 32 forwards are taken in Q28.
    #[cold]
    #[inline(never)]
    fn near_expiry_or_far(&self, w: TotalVol, moves: &[Move], places: &mut [u64]) {
        let drop = if self.far { 8 } else { 0 };
        let (reach, inverse, half) = (reach(w), inverse(w), half(w));
        let strike = Parts::of(self.strike_q36 >> drop);
        for (place, node) in places.iter_mut().zip(moves) {
            let x = self.log.wrapping_add(node.log);
            // Beyond the reach time value is below 2^-50 and the product below would not fit.
            let d1 = over_vol(x.clamp(reach.wrapping_neg(), reach), inverse).wrapping_add(half);
            *place =
                Move { factor: node.factor >> drop, ..*node }.split().call(d1, d1.wrapping_sub(w.signed()), &strike)
                    << drop;
        }
    }
}

/// A strike in Q36 and its two parts, `high` x 2^16 + `low`.
struct Parts {
    whole: i64,
    high: i64,
    low: i64,
}

impl Parts {
    #[inline(always)]
    const fn of(whole: i64) -> Self {
        Self { whole, high: whole >> 16, low: whole & 0xffff }
    }
}

/// w^2 / 2 in Q26.
#[inline(always)]
const fn half_square_q26(w: TotalVol) -> i64 {
    // BOUND: w <= 2^42, w >> 12 <= 2^30: the square is at most 2^60, Q52.
    mul_shift(w.signed() >> 12, w.signed() >> 12, 27)
}

/// Total volatility (2^-9, Q38) from which a node needs no check: |x| < 16 is then below 2^13 w, and Phi saturates by itself.
const STEADY_VOL: u64 = 1 << 29;
