//! One strike at all scenario nodes. Everything that does not depend on the node is done once for the strike, what depends on the
//! volatility once for a level, and a node is left with one product, two values of Phi and two more products.

use crate::black::{half, inverse, over_vol, reach};
use crate::elementary::ln_q38;
use crate::error::PricingError;
use crate::fixed::{mul_shift, ratio_q38};
use crate::normal::{REACH_Q38, WITHIN, wide_q38, within_q38};
use crate::terms::SECONDS_MIN;
use crate::terms::validate_prices;
use crate::total_vol::{TOTAL_VOL_MAX, TotalVol};
use units::PriceE6;

/// One, in the unit of a row's results: 1e-6 in Q16, 1.5e-11. In it the factors of all usual moves are whole millionths, and a product of
/// one with Phi is a single multiplication.
pub const ROW_ONE: u64 = 1_000_000 << 16;

/// A node's forward as a multiple of the current one.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// ln of the factor, Q38 and Q26.
    log: i64,
    log_q26: i64,
    /// The factor in `ROW_ONE`s, rounded down, and its two parts: `high` x 2^16 + `low`.
    factor: i64,
    high: i64,
    low: i64,
}

impl Move {
    /// The forward stays.
    pub const STILL: Self = Self::of(0, ROW_ONE.cast_signed());

    /// Factor in 1e-9: 1e9 leaves the forward where it is. Error: `MoveOutOfRange` outside x0.05..=x8.
    #[expect(clippy::cast_possible_wrap, reason = "BOUND: a factor is at most 8, 2^41 in Q38")]
    pub const fn new(factor_e9: u64) -> Result<Self, PricingError> {
        if factor_e9 < 50_000_000 || factor_e9 > 8_000_000_000 {
            return Err(PricingError::MoveOutOfRange);
        }
        // ROW_ONE / 1e9 = 2^13 / 5^3. BOUND: 2^33 x 2^13.
        let Some(factor) = (factor_e9 << 13).checked_div(125) else { return Err(PricingError::MoveOutOfRange) };
        Ok(Self::of(ln_q38(ratio_q38(factor_e9, 1_000_000_000)), factor as i64))
    }

    const fn of(log: i64, factor: i64) -> Self {
        Self { log, log_q26: log >> 12, factor, high: 0, low: 0 }.split()
    }

    /// With the parts of its factor.
    const fn split(self) -> Self {
        Self { high: self.factor >> 16, low: self.factor & 0xffff, ..self }
    }

    /// f x `upper` - k x `lower`, f being the node's factor, which has no low part where `WHOLE`.
    ///
    /// BOUND: factor and strike are below 32 x 2^36, so the high parts are below 2^25 and Phi <= 2^38: each product is below 2^63 and not
    /// negative, hence so is the difference in absolute value; the low products are below 2^54.
    #[inline(always)]
    fn call<const WHOLE: bool>(&self, upper: i64, lower: i64, strike: &Parts) -> i64 {
        let high = self.high.wrapping_mul(upper).wrapping_sub(strike.high.wrapping_mul(lower));
        let low = strike.low.wrapping_mul(lower);
        let low = if WHOLE { low } else { low.wrapping_sub(self.low.wrapping_mul(upper)) };
        high.wrapping_sub(low >> 16) >> 22
    }

    /// As [`Self::call`], from any d1 and d2.
    #[inline(always)]
    fn call_at<const WHOLE: bool>(&self, d1: i64, d2: i64, strike: &Parts) -> i64 {
        if d1 <= -REACH_Q38 {
            return 0;
        }
        if d2 >= REACH_Q38 {
            return self.factor.wrapping_sub(strike.whole);
        }
        self.call::<WHOLE>(wide_q38(d1), wide_q38(d2), strike)
    }

    /// Whether the factor is a whole number of millionths.
    pub const fn is_whole(&self) -> bool {
        self.low == 0
    }

    /// The factor as the row uses it, in `ROW_ONE`s: put = call + strike - factor.
    #[inline(always)]
    #[expect(clippy::cast_sign_loss, reason = "BOUND: a factor is not negative")]
    pub const fn factor(&self) -> u64 {
        self.factor as u64
    }
}

/// What a node does to a volatility: a multiplier in Q32, 1/16..=8.
#[derive(Clone, Copy, Debug)]
pub struct VolScale(u64);

/// Largest multiplier, 8, and the least, 1/16.
const SCALE_MAX_Q32: i64 = 8 << 32;
const SCALE_MIN_Q32: i64 = 1 << 28;

impl VolScale {
    /// Error: `ShockOutOfRange`.
    pub fn new(scale_q32: i64) -> Result<Self, PricingError> {
        if (SCALE_MIN_Q32..=SCALE_MAX_Q32).contains(&scale_q32) {
            Ok(Self(scale_q32.cast_unsigned()))
        } else {
            Err(PricingError::ShockOutOfRange)
        }
    }

    /// The nearest multiplier within the bounds.
    #[inline(always)]
    pub fn clamped(scale_q32: i64) -> Self {
        Self(scale_q32.clamp(SCALE_MIN_Q32, SCALE_MAX_Q32).cast_unsigned())
    }

    /// `base` times this, at least `floor`. It may come to more than `TOTAL_VOL_MAX`, which a row takes for that much.
    #[inline(always)]
    pub fn of(self, base: TotalVol, floor: TotalVol) -> TotalVol {
        // BOUND: base <= 2^42 and scale <= 2^35: high <= 2^26, so both products are at most 2^61.
        let (high, low) = (base.0 >> 16, base.0 & 0xffff);
        let shocked = (high.wrapping_mul(self.0) >> 16).wrapping_add(low.wrapping_mul(self.0) >> 32);
        TotalVol(shocked.max(floor.0))
    }
}

/// What the two nodes that tilt a smile do: volatilities times 1 + t and 1 - t, t = rate x ln(K/F), at most `most`.
#[derive(Clone, Copy, Debug)]
pub struct Tilt {
    rate_q32: i64,
    most_q32: i64,
}

impl Tilt {
    /// Both in Q32: a rate in 0..=4, and what it may come to, in 0..=15/16, so that no multiplier leaves its bounds. Error:
    /// `ShockOutOfRange`.
    pub fn new(rate_q32: i64, most_q32: i64) -> Result<Self, PricingError> {
        if (0..=4 << 32).contains(&rate_q32) && (0..=15 << 28).contains(&most_q32) {
            Ok(Self { rate_q32, most_q32 })
        } else {
            Err(PricingError::ShockOutOfRange)
        }
    }

    /// The two multipliers at ln(K/F) in Q38.
    #[inline(always)]
    pub fn scales(&self, moneyness_q38: i64) -> [VolScale; 2] {
        // BOUND: moneyness is below 2^42 and the rate at most 2^34: the high part is below 2^26, the low one below 2^16.
        let high = (moneyness_q38 >> 16).wrapping_mul(self.rate_q32) >> 22;
        let tilt = high.wrapping_add((moneyness_q38 & 0xffff).wrapping_mul(self.rate_q32) >> 38);
        let tilt = tilt.min(self.most_q32).max(self.most_q32.wrapping_neg());
        const ONE: i64 = 1 << 32;
        [VolScale(ONE.wrapping_add(tilt).cast_unsigned()), VolScale(ONE.wrapping_sub(tilt).cast_unsigned())]
    }
}

/// Nodes that share a volatility.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    scale: VolScale,
    floor: TotalVol,
    moves: &'a [Move],
    /// Whether every move is.
    whole: bool,
}

impl<'a> Level<'a> {
    pub fn new(scale: VolScale, floor: TotalVol, moves: &'a [Move]) -> Self {
        Self { scale, floor, moves, whole: moves.iter().all(Move::is_whole) }
    }
}

/// One strike, in units of the forward.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// ln(F/K), Q38 and Q26.
    log: i64,
    log_q26: i64,
    /// K/F in `ROW_ONE`s.
    strike: i64,
    /// K/F of 32 or more: its products would not fit 64 bits, so the row drops 8 bits.
    far: bool,
    /// Total volatility from which the nodes of a level need no checks: `STEADY_VOL`, or none where the strike is far.
    steady: u64,
}

impl Row {
    /// Errors: `ForwardOutOfRange`, `StrikeOutOfRange`, `MoneynessOutOfRange` outside 1/4096..=4096.
    #[expect(clippy::cast_possible_wrap, reason = "BOUND: K/F <= 4096, below 2^48 in `ROW_ONE`s")]
    #[inline(always)]
    pub fn new(forward: PriceE6, strike: PriceE6) -> Result<Self, PricingError> {
        validate_prices(forward, strike, SECONDS_MIN)?;
        // BOUND: prices are below 2^44, so << 12 is below 2^56.
        if strike.0 > forward.0 << 12 || forward.0 > strike.0 << 12 {
            return Err(PricingError::MoneynessOutOfRange);
        }
        let ratio = ratio_q38(strike.0, forward.0);
        // BOUND: prices are at most 1e13, x 1e6 below 2^64; the remainder is below 2^44.
        let millionths = strike.0.wrapping_mul(1_000_000);
        let (whole, rest) = (millionths.checked_div(forward.0), millionths.checked_rem(forward.0));
        let tail = (rest.unwrap_or(0) << 16).checked_div(forward.0).unwrap_or(0);
        let (whole, far) = ((whole.unwrap_or(0) << 16 | tail) as i64, strike.0 >= forward.0 << 5);
        let steady = if far { u64::MAX } else { STEADY_VOL };
        let log = ln_q38(ratio).wrapping_neg();
        Ok(Self { log, log_q26: log >> 12, strike: whole, far, steady })
    }

    /// K/F in `ROW_ONE`s: put = call + strike - factor at each node, exactly in these integers.
    #[expect(clippy::cast_sign_loss, reason = "BOUND: a ratio of prices is not negative")]
    pub const fn strike(&self) -> u64 {
        self.strike as u64
    }

    /// ln(K/F) in Q38, where a surface is evaluated.
    pub const fn moneyness_q38(&self) -> i64 {
        self.log.wrapping_neg()
    }

    /// Call values at all nodes of all levels, in order, in `ROW_ONE`s of the current forward; returns how many.
    ///
    /// max(0, f - k) <= call <= f at a node with factor f. Error below 1.3e-11 (f + k) + 1 unit, k = K/F; 48 k units for k above 32.
    /// Errors: `OutputTooShort`.
    #[inline(always)]
    pub fn calls(&self, base: TotalVol, levels: &[Level], calls: &mut [u64]) -> Result<usize, PricingError> {
        let mut pass = Pass::new(self, Store);
        let all = calls.len();
        let mut rest = calls;
        for level in levels {
            let (places, after) = rest.split_at_mut_checked(level.moves.len()).ok_or(PricingError::OutputTooShort)?;
            let w = level.scale.of(base, level.floor);
            if level.whole {
                pass.visit::<_, true>(w, level.moves, places);
            } else {
                pass.visit::<_, false>(w, level.moves, places);
            }
            rest = after;
        }
        Ok(all.wrapping_sub(rest.len()))
    }

    /// Ready to add `lots` times the calls of this strike to sums.
    #[inline(always)]
    pub fn times(&self, lots: i64) -> Calls<'_> {
        Calls(Pass::new(self, Add { lots }))
    }

    /// Where total volatility is below `STEADY_VOL`, most nodes are worth their intrinsic value and the others need ln(F/K) to more bits;
    /// strikes from 32 forwards on are taken without their last 8 bits.
    #[cold]
    #[inline(never)]
    fn put_near_expiry_or_far<T, S: Sink<T>>(&self, w: TotalVol, node: &Move, place: &mut T, sink: &S) {
        let w = TotalVol(w.0.min(TOTAL_VOL_MAX));
        let drop = if self.far { 8 } else { 0 };
        let reach = reach(w);
        let strike = Parts::of(self.strike >> drop);
        // Beyond the reach time value is below 2^-50 and the product below would not fit.
        let x = self.log.wrapping_add(node.log).clamp(reach.wrapping_neg(), reach);
        let d1 = over_vol(x, inverse(w)).wrapping_add(half(w));
        let node = Move { factor: node.factor >> drop, ..*node }.split();
        let call = node.call_at::<false>(d1, d1.wrapping_sub(w.signed()), &strike);
        sink.put(place, call << drop, node.factor.wrapping_sub(strike.whole) << drop);
    }
}

/// What becomes of a call, given with f - k.
trait Sink<T>: Copy {
    fn put(&self, place: &mut T, call: i64, forward: i64);
}

/// Stores the call, within its bounds: its rounding is absolute, and it never exceeds f.
#[derive(Clone, Copy)]
struct Store;

impl Sink<u64> for Store {
    #[inline(always)]
    fn put(&self, place: &mut u64, call: i64, forward: i64) {
        *place = call.max(forward).max(0).cast_unsigned();
    }
}

/// Adds so many.
#[derive(Clone, Copy)]
struct Add {
    lots: i64,
}

impl Sink<i64> for Add {
    #[inline(always)]
    fn put(&self, place: &mut i64, call: i64, _: i64) {
        *place = place.wrapping_add(call.wrapping_mul(self.lots));
    }
}

/// So many calls of one strike.
pub struct Calls<'a>(Pass<'a, Add>);

impl Calls<'_> {
    /// Adds the lots x the call's value in `ROW_ONE`s to the sum of every node that has a move and a sum; `WHOLE` where every move is. A
    /// value's error is that of [`Row::calls`], the bounds hold within it.
    ///
    /// Wraps: the caller sees to it that the sums of all strikes fit.
    #[inline(always)]
    pub fn add<const WHOLE: bool>(&mut self, w: TotalVol, moves: &[Move], sums: &mut [i64]) {
        self.0.visit::<_, WHOLE>(w, moves, sums);
    }

    /// As [`Self::add`], at the one node that does not move the forward.
    #[inline(always)]
    pub fn add_still(&mut self, w: TotalVol, sum: &mut i64) {
        if self.0.aim(w) {
            self.0.at.put::<_, true>(&Move::STILL, sum);
        } else {
            self.0.row.put_near_expiry_or_far(w, &Move::STILL, sum, &self.0.at.sink);
        }
    }
}

/// A strike on its way through the volatilities.
struct Pass<'a, S> {
    row: &'a Row,
    at: Steady<S>,
}

impl<'a, S> Pass<'a, S> {
    #[inline(always)]
    fn new(row: &'a Row, sink: S) -> Self {
        Self { row, at: Steady { base: 0, inverse: 0, w: 0, strike: Parts::of(row.strike), sink } }
    }

    /// Prepares the nodes of a volatility; false if they need checks.
    #[inline(always)]
    fn aim(&mut self, w: TotalVol) -> bool {
        if w.0 < self.row.steady || w.0 >= REACH_Q38.cast_unsigned() {
            return false;
        }
        let base = self.row.log_q26.wrapping_add(with_reach_q26(w));
        (self.at.base, self.at.inverse, self.at.w) = (base, inverse(w), w.0);
        true
    }

    /// Has every node's call put in its place.
    #[inline(always)]
    fn visit<T, const WHOLE: bool>(&mut self, w: TotalVol, moves: &[Move], places: &mut [T])
    where
        S: Sink<T>,
    {
        if !self.aim(w) {
            for (place, node) in places.iter_mut().zip(moves) {
                self.row.put_near_expiry_or_far(w, node, place, &self.at.sink);
            }
            return;
        }
        let (blocks, rest) = moves.as_chunks::<BLOCK>();
        let (place_blocks, rest_places) = places.as_chunks_mut::<BLOCK>();
        for (places, moves) in place_blocks.iter_mut().zip(blocks) {
            self.at.block::<_, WHOLE>(moves, places);
        }
        // The moves up, of which there are 17, leave three.
        if let ([m0, m1, m2], [p0, p1, p2]) = (rest, &mut *rest_places) {
            self.at.put::<_, WHOLE>(m0, p0);
            self.at.put::<_, WHOLE>(m1, p1);
            self.at.put::<_, WHOLE>(m2, p2);
            return;
        }
        for (place, node) in rest_places.iter_mut().zip(rest) {
            self.at.put::<_, WHOLE>(node, place);
        }
    }
}

/// One volatility of a strike, whose nodes need no checks but whether Phi's cells hold them.
struct Steady<S> {
    /// x + w^2/2 + 7 w in Q26 at the current forward, so that one product gives d1 + 7.
    base: i64,
    inverse: i64,
    w: u64,
    strike: Parts,
    sink: S,
}

/// Nodes that are computed one after another rather than in a loop, whose counting and addressing are a sixth of the whole.
const BLOCK: usize = 7;

impl<S> Steady<S> {
    #[inline(never)]
    fn block<T, const WHOLE: bool>(&self, moves: &[Move; BLOCK], places: &mut [T; BLOCK])
    where
        S: Sink<T>,
    {
        let [m0, m1, m2, m3, m4, m5, m6] = moves;
        let [p0, p1, p2, p3, p4, p5, p6] = places;
        self.put::<_, WHOLE>(m0, p0);
        self.put::<_, WHOLE>(m1, p1);
        self.put::<_, WHOLE>(m2, p2);
        self.put::<_, WHOLE>(m3, p3);
        self.put::<_, WHOLE>(m4, p4);
        self.put::<_, WHOLE>(m5, p5);
        self.put::<_, WHOLE>(m6, p6);
    }

    #[inline(always)]
    fn put<T, const WHOLE: bool>(&self, node: &Move, place: &mut T)
    where
        S: Sink<T>,
    {
        // d1 + 7. BOUND: w^2/2 + 7 w is below 2^7, and |x| below 10.5, for F/K <= 4096 and factors up to 8; 1/w <= 2^9, 2^33 in Q24: the
        // product is below 2^63, as it is x/w + w/2 + 7 in Q50. What Q26
        // and the quotient lose costs less than 1e-12 (see `Pair::arguments`).
        let upper = mul_shift(node.log_q26.wrapping_add(self.base), self.inverse, 12).cast_unsigned();
        if upper < WITHIN
            && let Some(lower) = upper.checked_sub(self.w)
        {
            let call = node.call::<WHOLE>(within_q38(upper), within_q38(lower), &self.strike);
            return self.sink.put(place, call, node.factor.wrapping_sub(self.strike.whole));
        }
        let upper = upper.cast_signed();
        if upper < 0 {
            return self.sink.put(place, 0, node.factor.wrapping_sub(self.strike.whole));
        }
        self.put_far_out::<_, WHOLE>(node, place, upper);
    }

    #[cold]
    #[inline(never)]
    fn put_far_out<T, const WHOLE: bool>(&self, node: &Move, place: &mut T, upper: i64)
    where
        S: Sink<T>,
    {
        let d1 = upper.wrapping_sub(REACH_Q38);
        let call = node.call_at::<WHOLE>(d1, d1.wrapping_sub(self.w.cast_signed()), &self.strike);
        self.sink.put(place, call, node.factor.wrapping_sub(self.strike.whole));
    }
}

/// A strike in `ROW_ONE`s and its two parts, `high` x 2^16 + `low`.
#[derive(Clone, Copy)]
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

/// w^2 / 2 + 7 w in Q26, as w (w + 14) / 2.
#[inline(always)]
const fn with_reach_q26(w: TotalVol) -> i64 {
    // BOUND: w < 7, so w in Q26 is below 2^29 and w + 14 below 2^31: the product, in Q52, is below 2^60.
    let w_q26 = w.signed() >> 12;
    mul_shift(w_q26, w_q26.wrapping_add(REACH_Q38 >> 11), 27)
}

/// Total volatility (2^-9, Q38) from which a node needs no check: |x| < 16 is then below 2^13 w, and Phi saturates by itself.
const STEADY_VOL: u64 = 1 << 29;
