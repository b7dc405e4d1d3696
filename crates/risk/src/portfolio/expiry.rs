//! One expiry of at least 60 seconds: its strikes priced at all nodes.

use super::sum::{DROPPED, Unit, Wide, product};
use super::totals::{ExpiryTotals, Group, Setting, run_length};
use super::{Expiry, Leg, PortfolioError, table};
use crate::payoff::Kind;
use crate::scenario::{FLAT, MOVES, NODES, Shocks, UP};
use pricing::{Level, Move, PricingError, RootTime, Row, Slice, TotalVol, cdf_q38};
use units::{PriceE6, VolE9, mul_div_ceil};

/// What a lot's value may err by at a weighted mean of two nodes, as a multiple of the forward in Q36: 7.3e-11, and 1.8e-12 more for each
/// multiple of the forward that the strike is. Three times the largest error measured on the vectors, the surface's volatility included.
const GUARD_Q36: u64 = 5;
const GUARD_SHIFT: u32 = 39;
/// As `GUARD_Q36`, for each multiple of the forward, where strikes are above 32 forwards and rows drop 8 bits.
const FAR_GUARD_Q36: u64 = 48;
const FAR_STRIKE_Q36: u64 = 32 << 36;
/// Bound of the error of a delta: 2.3e-10, and that of ln(K/F) / w, 1.4e-11 / w times the density, both in Q38.
const DELTA_GUARD_Q38: u64 = 64;
const LOG_GUARD_Q76: u64 = 3 << 37;
/// One, in Q32.
const ONE_Q32: i64 = 1 << 32;

/// Everything of an expiry that its strikes share.
pub(super) struct LiveExpiry {
    forward: PriceE6,
    /// What of the forward moves with spot.
    variable: PriceE6,
    moves: [Move; MOVES],
    slice: Slice,
    shocks: Shocks,
    up_floor: TotalVol,
    down_floor: TotalVol,
    /// Of 5 %: below any surface's.
    least: TotalVol,
    /// Change of volatility for each unit of ln(K/F), and the largest, in Q32.
    tilt_q32: i128,
    tilt_max_q32: i128,
    unit: Unit,
}

/// Sums over an expiry's strikes.
struct Sums {
    calls: [Wide; NODES],
    /// Sizes of puts, and their lots x strikes.
    puts: i64,
    strikes: i128,
    /// Sizes x Q36, in two words as the values.
    guard: Wide,
    parity_guard: u64,
    legs: i64,
    delta: Wide,
    delta_guard: Wide,
}

impl LiveExpiry {
    /// Errors: `Average`, `Surface`, `ForwardOutOfRange`.
    #[inline(never)]
    fn new(expiry: &Expiry, setting: &Setting<'_>) -> Result<Self, PortfolioError> {
        let Setting { market, table, unit } = setting;
        let seconds = u64::try_from(expiry.seconds).map_err(|_| PortfolioError::TimeOutOfRange)?;
        let parts = expiry.average.parts(expiry.forward)?;
        let forward = parts.forward();
        let moves = if parts.fixed == PriceE6::ZERO {
            table.moves
        } else {
            table::factors(&damped(&table.moves_e9, parts.variable, forward)?)?
        };
        let vol = &table.params.scenarios.vol;
        let surface = |error: PricingError| PortfolioError::Surface(error);
        let time = RootTime::new(seconds).map_err(surface)?;
        let q32 = |part_e9: u32| (i128::from(part_e9) << 32).checked_div(1_000_000_000).unwrap_or(0);
        Ok(Self {
            forward,
            variable: parts.variable,
            moves,
            slice: Slice::new(&expiry.svi, expiry.reference_s, seconds).map_err(surface)?,
            shocks: Shocks::new(vol, seconds, market.stale_minutes),
            up_floor: time.total(vol.up_floor).map_err(surface)?,
            down_floor: time.total(vol.down_floor).map_err(surface)?,
            least: time.total(VolE9::MIN).map_err(surface)?,
            tilt_q32: q32(vol.tilt_e9),
            tilt_max_q32: q32(vol.tilt_max_e9),
            unit: *unit,
        })
    }

    /// Values the legs of an expiry. Errors: those of [`Self::new`] and [`Self::value`].
    #[inline(never)]
    pub fn value_of(group: &Group<'_>, setting: &Setting<'_>, out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
        Self::new(group.expiry, setting)?.value(group.legs, out)
    }

    /// Values the legs of this expiry, those of one strike side by side. Errors: `StrikeTooFar`, `Surface`, `Overflow`.
    #[inline(never)]
    fn value(&self, mut legs: &[Leg], out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
        let surface = |error: PricingError| PortfolioError::Surface(error);
        let core = self.moves.get(..FLAT.len()).unwrap_or(&[]);
        let still = self.moves.get(..1).unwrap_or(&[]);
        let level = |multiplier: i64, floor, moves| Level::new(multiplier, 0, floor, moves).map_err(surface);
        let flat = level(ONE_Q32, self.least, core)?;
        let mut levels = [
            level(self.shocks.up_q32, self.up_floor, &self.moves)?,
            flat,
            level(self.shocks.down_q32, self.down_floor, core)?,
            flat,
            flat,
        ];
        let mut sums = Sums::ZERO;
        let mut calls = [0_u64; NODES];
        while let Some(first) = legs.first() {
            let (of_strike, rest) = legs
                .split_at_checked(run_length(legs, |leg| leg.strike == first.strike))
                .ok_or(PortfolioError::Overflow)?;
            let row = Row::new(self.forward, first.strike).map_err(|_| PortfolioError::StrikeTooFar)?;
            let moneyness = row.moneyness_q38();
            let vol = self.slice.total_vol(moneyness);
            let tilt = self.tilt(moneyness);
            let [.., tilt_up, tilt_down] = &mut levels;
            *tilt_up = level(ONE_Q32.saturating_add(tilt), self.down_floor, still)?;
            *tilt_down = level(ONE_Q32.saturating_sub(tilt), self.down_floor, still)?;
            row.calls_q36(vol, &levels, &mut calls).map_err(surface)?;
            let held = Held::of(of_strike, self.forward, &self.unit);
            sums.add(&held, &calls);
            sums.add_rest(&held, &row, vol).ok_or(PortfolioError::Overflow)?;
            legs = rest;
        }
        self.finish(&sums, out).ok_or(PortfolioError::Overflow)
    }

    /// Change of the volatility at a moneyness in the node tilted up, in Q32.
    fn tilt(&self, moneyness_q38: i64) -> i64 {
        // BOUND: 2^42 x 2^34; what is left lies within a tilt of 0.9.
        let tilt = i128::from(moneyness_q38).saturating_mul(self.tilt_q32) >> 38;
        i64::try_from(tilt.clamp(self.tilt_max_q32.saturating_neg(), self.tilt_max_q32)).unwrap_or(0)
    }

    /// Node by node: calls, and puts as call + strike - factor.
    #[inline(never)]
    fn finish(&self, sums: &Sums, out: &mut ExpiryTotals) -> Option<()> {
        let places = UP.chain(0..FLAT.len()).chain(0..FLAT.len()).chain([0, 0]);
        for ((node, calls), place) in out.nodes.iter_mut().zip(&sums.calls).zip(places) {
            let mut forwards = Wide::ZERO;
            if sums.puts != 0 {
                forwards.add(sums.puts, self.moves.get(place)?.factor_q36());
            }
            // BOUND: each below 2^62.
            *node = calls.sum().wrapping_sub(forwards.sum());
        }
        out.strikes = sums.strikes;
        let rounding = self.unit.size_guard().checked_mul(sums.legs)?;
        let guard = sums.guard.sum().checked_add(1)?;
        let parity = i64::try_from(sums.parity_guard >> DROPPED).ok()?.checked_add(1)?.checked_add(rounding)?;
        out.guard = guard.checked_add(parity)?;
        // A difference has the error of both its nodes.
        out.step_guard = out.guard.checked_add(guard)?;
        out.exposure_atoms = self.exposure_ceil(sums)?;
        Some(())
    }

    /// |delta| in quote atoms for a move of 100 % of spot, rounded up.
    fn exposure_ceil(&self, sums: &Sums) -> Option<u64> {
        // Q18 sizes, each sum rounded down by less than one of them.
        let delta = sums.delta.sum().unsigned_abs().checked_add(sums.delta_guard.sum().unsigned_abs())?;
        let size = (delta >> (38_u32.wrapping_sub(DROPPED))).checked_add(2)?.checked_add(sums.legs.unsigned_abs())?;
        let atoms = self.unit.size_atoms_ceil(size)?;
        if self.variable == self.forward { Some(atoms) } else { mul_div_ceil(atoms, self.variable.0, self.forward.0) }
    }
}

/// Moves of a forward of which only `variable` moves, rounded away from zero.
pub(super) fn damped(
    moves_e9: &[i64; MOVES],
    variable: PriceE6,
    forward: PriceE6,
) -> Result<[i64; MOVES], PortfolioError> {
    let mut out = [0_i64; MOVES];
    for (damped, move_e9) in out.iter_mut().zip(moves_e9) {
        let size = mul_div_ceil(move_e9.unsigned_abs(), variable.0, forward.0).ok_or(PortfolioError::Overflow)?;
        let size = i64::try_from(size).map_err(|_| PortfolioError::Overflow)?;
        *damped = if *move_e9 < 0 { size.saturating_neg() } else { size };
    }
    Ok(out)
}

/// What is held of one strike, as sizes.
struct Held {
    /// Calls, once puts are written as call + strike - forward.
    net: i64,
    puts: i64,
    /// Lots x strike of the puts.
    strikes: i128,
    legs: i64,
}

impl Held {
    fn of(legs: &[Leg], forward: PriceE6, unit: &Unit) -> Self {
        let mut held = Self { net: 0, puts: 0, strikes: 0, legs: 0 };
        for leg in legs {
            // BOUND: sizes together are below 2^42; lots x strike is below 2^75.
            let size = unit.size(leg.lots.0, forward.0);
            held.net = held.net.wrapping_add(size);
            held.legs = held.legs.wrapping_add(1);
            if leg.kind == Kind::Put {
                held.puts = held.puts.wrapping_add(size);
                held.strikes = held.strikes.wrapping_add(product(leg.lots.0, leg.strike.0));
            }
        }
        held
    }
}

impl Sums {
    const ZERO: Self = Self {
        calls: [Wide::ZERO; NODES],
        puts: 0,
        strikes: 0,
        guard: Wide::ZERO,
        parity_guard: 0,
        legs: 0,
        delta: Wide::ZERO,
        delta_guard: Wide::ZERO,
    };

    #[inline(never)]
    fn add(&mut self, held: &Held, calls: &[u64; NODES]) {
        for (sum, call) in self.calls.iter_mut().zip(calls) {
            sum.add(held.net, *call);
        }
    }

    /// All but the calls.
    fn add_rest(&mut self, held: &Held, row: &Row, vol: TotalVol) -> Option<()> {
        // BOUND: sizes together are below 2^42, 32 terms of strikes below 2^80.
        self.puts = self.puts.wrapping_add(held.puts);
        self.strikes = self.strikes.wrapping_add(held.strikes);
        self.legs = self.legs.wrapping_add(held.legs);
        let strike_q36 = row.strike_q36();
        let per_size = if strike_q36 < FAR_STRIKE_Q36 {
            GUARD_Q36.wrapping_add(strike_q36 >> GUARD_SHIFT)
        } else {
            // BOUND: a strike is below 2^49 in Q36.
            (strike_q36 >> 36).wrapping_add(1).wrapping_mul(FAR_GUARD_Q36)
        };
        self.guard.add(held.net.wrapping_abs(), per_size);
        // A put's strike and factor are rounded down in Q36: at most one unit too much or too little, and the strike leaves differences.
        self.parity_guard = self.parity_guard.wrapping_add(held.puts.unsigned_abs());

        // Delta of a call is Phi(d1), of a put that less one. BOUND: sizes below 2^42, deltas in Q38, a guard below 2^39.
        let delta = cdf_q38(d1_q38(row.moneyness_q38(), vol));
        self.delta.add(held.net, delta);
        self.delta.add(held.puts.wrapping_neg(), 1 << 38);
        let guard = DELTA_GUARD_Q38.wrapping_add(LOG_GUARD_Q76.checked_div(vol.q38())?);
        self.delta_guard.add(held.net.wrapping_abs(), guard);
        Some(())
    }
}

/// d1 = -k / w + w / 2, at most 16 in absolute value beside w / 2.
fn d1_q38(moneyness: i64, vol: TotalVol) -> i64 {
    const FAR: u64 = 16;
    let (size, w) = (moneyness.unsigned_abs(), vol.q38());
    let ratio = if size >= w.wrapping_mul(FAR) {
        FAR << 38
    } else {
        // Two steps of a long division. BOUND: size < 2^43 and w < 2^43, so << 19 stays below 2^62 both times.
        let head = (size << 19).checked_div(w).unwrap_or(0);
        let rest = (size << 19).checked_rem(w).unwrap_or(0);
        (head << 19).wrapping_add((rest << 19).checked_div(w).unwrap_or(0))
    };
    let ratio = if moneyness > 0 { ratio.cast_signed().wrapping_neg() } else { ratio.cast_signed() };
    ratio.wrapping_add((w >> 1).cast_signed())
}
