//! One strike at all scenario nodes. Everything that does not depend on the node is done once for the strike, what depends on the
//! volatility once for a level, and a node is left with one product, two values of Phi and two more products.

use crate::black::{half, inverse, over_vol, reach};
use crate::elementary::ln_q38;
use crate::error::PricingError;
use crate::fixed::{Q, mul_shift, ratio_q38};
use crate::normal::cdf_q38;
use crate::terms::SECONDS_MIN;
use crate::terms::validate_prices;
use crate::total_vol::TotalVol;
use units::PriceE6;

/// Fraction bits of a row's results: multiples of the forward up to 4,104 in 49 bits.
pub const ROW_Q: u32 = 36;

/// A node's forward as a multiple of the current one.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// ln of the factor, Q38.
    log: i64,
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
        Self { log, factor, high: factor >> 16, low: factor & 0xffff }
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
        let scale = self.scale_q32.wrapping_add(mul_shift(moneyness >> 12, self.tilt_q32, 26));
        let scale = scale.clamp(SCALE_MIN_Q32, SCALE_MAX_Q32) as u64;
        // BOUND: base <= 2^42 and scale <= 2^35: high < 2^26, so both products are below 2^62.
        let (high, low) = (base.0 >> 16, base.0 & 0xffff);
        let shocked = (high.wrapping_mul(scale) >> 16).wrapping_add(low.wrapping_mul(scale) >> 32);
        TotalVol(if shocked > self.floor.0 { shocked } else { self.floor.0 }).clamped()
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
        Ok(Self { log: ln_q38(ratio).wrapping_neg(), strike_q36, far: strike_q36 >= 32 << ROW_Q })
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
    /// max(0, f - k) <= call <= f at a node with factor f. Error: at most 7e-11 of the larger of the node's forward and the strike (K/F up
    /// to 32; 1.5e-8 of the forward beyond). Errors: `OutputTooShort`.
    #[inline(always)]
    pub fn calls_q36(&self, base: TotalVol, levels: &[Level], calls: &mut [u64]) -> Result<usize, PricingError> {
        let mut rest = calls;
        let mut count = 0usize;
        for level in levels {
            let nodes = level.moves.len();
            let (places, after) = rest.split_at_mut_checked(nodes).ok_or(PricingError::OutputTooShort)?;
            let vol = LevelVol::new(level.total_vol(base, self.moneyness_q38()));
            if self.far {
                self.far_level(&vol, level.moves, places);
            } else if vol.w >= STEADY_VOL {
                for (place, node) in places.iter_mut().zip(level.moves) {
                    *place = self.call(node, vol.probabilities(self.log.wrapping_add(node.log)));
                }
            } else {
                for (place, node) in places.iter_mut().zip(level.moves) {
                    *place = self.near_expiry_call(node, &vol);
                }
            }
            rest = after;
            count = count.wrapping_add(nodes);
        }
        Ok(count)
    }

    /// Black's call from Phi(d1) and Phi(d2).
    #[inline(always)]
    fn call(&self, node: &Move, (upper, lower): (i64, i64)) -> u64 {
        // BOUND: factor and strike are below 32, 2^41 in Q36, so the high parts are below 2^25 and Phi <= 2^38: each product is below
        // 2^63 and not negative, hence so is the difference in absolute value; the low products are below 2^54.
        let high = node.high.wrapping_mul(upper).wrapping_sub((self.strike_q36 >> 16).wrapping_mul(lower));
        let low = node.low.wrapping_mul(upper).wrapping_sub((self.strike_q36 & 0xffff).wrapping_mul(lower));
        self.at_least_intrinsic(node, high.wrapping_add(low >> 16) >> 22)
    }

    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "ROUNDING: clamped at zero")]
    fn at_least_intrinsic(&self, node: &Move, value: i64) -> u64 {
        let intrinsic = node.factor.wrapping_sub(self.strike_q36);
        let value = if value < intrinsic { intrinsic } else { value };
        (if value < 0 { 0 } else { value }) as u64
    }

    /// Total volatility below `STEADY_VOL`: most nodes are worth their intrinsic value, the others need ln(F/K) to more bits.
    #[inline(never)]
    fn near_expiry_call(&self, node: &Move, vol: &LevelVol) -> u64 {
        match vol.near_expiry_probabilities(self.log.wrapping_add(node.log)) {
            Some(probabilities) => self.call(node, probabilities),
            None => self.at_least_intrinsic(node, 0),
        }
    }

    /// Strikes above 32 forwards, with factor and strike in Q28.
    #[cold]
    #[inline(never)]
    fn far_level(&self, vol: &LevelVol, moves: &[Move], places: &mut [u64]) {
        let scaled = Self { log: self.log, strike_q36: self.strike_q36 >> 8, far: false };
        for (place, node) in places.iter_mut().zip(moves) {
            *place = scaled.near_expiry_call(&Move::of(node.log, node.factor >> 8), vol) << 8;
        }
    }
}

/// Total volatility (2^-9, Q38) from which a node needs no check: |x| < 16 is then below 2^13 w, and Phi saturates by itself.
const STEADY_VOL: i64 = 1 << 29;

/// What a level's nodes share.
struct LevelVol {
    w: i64,
    half: i64,
    inverse: i64,
    reach: i64,
}

impl LevelVol {
    #[inline(always)]
    fn new(w: TotalVol) -> Self {
        Self { w: w.signed(), half: half(w), inverse: inverse(w), reach: reach(w) }
    }

    /// Phi(d1) and Phi(d2) in Q38, for w >= 2^-9.
    #[inline(always)]
    fn probabilities(&self, x: i64) -> (i64, i64) {
        // BOUND: |x| < 16, 2^30 in Q26, and 1/w <= 2^9, 2^33 in Q24. What x loses costs less than 1e-14 (see `Pair::arguments`).
        self.probabilities_at(mul_shift(x >> 12, self.inverse, 12))
    }

    /// The same for any w, or `None` where time value is below 2^-50.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "BOUND: |x| + reach < 2^47")]
    fn near_expiry_probabilities(&self, x: i64) -> Option<(i64, i64)> {
        if x.wrapping_add(self.reach) as u64 > (self.reach as u64) << 1 {
            return None;
        }
        Some(self.probabilities_at(over_vol(x, self.inverse)))
    }

    #[inline(always)]
    fn probabilities_at(&self, quotient: i64) -> (i64, i64) {
        let upper = quotient.wrapping_add(self.half);
        (cdf_q38(upper).cast_signed(), cdf_q38(upper.wrapping_sub(self.w)).cast_signed())
    }
}
