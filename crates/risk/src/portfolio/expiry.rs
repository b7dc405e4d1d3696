//! One expiry of at least 60 seconds: its strikes priced at all nodes.

use super::totals::{ExpiryTotals, Setting, run_length};
use super::{Expiry, Leg, Market, PortfolioError, Table, table};
use crate::payoff::Kind;
use crate::scenario::{FLAT, MOVES, NODES, Shocks, UP};
use pricing::{Level, Move, PricingError, RootTime, Row, Slice, TotalVol, cdf_q38};
use units::{PriceE6, mul_div_ceil};

/// What a lot's value may err by at a weighted mean of two nodes, as a multiple of the forward in Q36: 5.8e-11, and 3.6e-12 more for each
/// multiple of the forward that the strike is. Three times the largest error measured on the vectors, the surface's volatility included.
const GUARD_Q36: u64 = 4;
const GUARD_SHIFT: u32 = 38;
/// As `GUARD_Q36`, for each multiple of the forward, where strikes are above 32 forwards and rows drop 8 bits.
const FAR_GUARD_Q36: u64 = 48;
const FAR_STRIKE_Q36: u64 = 32 << 36;
/// Bound of the error of a delta: 2.3e-10, and that of ln(K/F) / w, 1.4e-11 / w times the density, both in Q38.
const DELTA_GUARD_Q38: u64 = 64;
const LOG_GUARD_Q76: u64 = 3 << 37;
/// Low bits of a value that are summed apart, so that no product leaves 64 bits.
const LOW_BITS: u32 = 18;
const LOW_MASK: u64 = (1 << LOW_BITS) - 1;

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
    /// Change of volatility for each unit of ln(K/F), and the largest, in Q32.
    tilt_q32: i128,
    tilt_max_q32: i128,
    lots_per_unit: u32,
}

/// Sums over an expiry's strikes, in lots x Q36 multiples of the forward.
struct Sums {
    high: [i64; NODES],
    low: [i64; NODES],
    puts: i64,
    put_strikes: i128,
    guard: u64,
    parity_guard: u64,
    delta_q38: i128,
    delta_guard_q38: i128,
}

impl LiveExpiry {
    /// Errors: `Average`, `Surface`, `ForwardOutOfRange`.
    #[inline(never)]
    fn new(expiry: &Expiry, market: &Market, table: &Table) -> Result<Self, PortfolioError> {
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
            tilt_q32: q32(vol.tilt_e9),
            tilt_max_q32: q32(vol.tilt_max_e9),
            lots_per_unit: market.scale.lots_per_unit,
        })
    }

    /// Values the legs of an expiry. Errors: those of [`Self::new`] and [`Self::value`].
    #[inline(never)]
    pub fn value_of(expiry: &Expiry, legs: &[Leg], setting: &Setting) -> Result<ExpiryTotals, PortfolioError> {
        let Setting { market, table } = setting;
        Self::new(expiry, market, table)?.value(legs)
    }

    /// Values the legs of this expiry, those of one strike side by side. Errors: `StrikeTooFar`, `Surface`, `Overflow`.
    #[inline(never)]
    fn value(&self, mut legs: &[Leg]) -> Result<ExpiryTotals, PortfolioError> {
        let surface = |error: PricingError| PortfolioError::Surface(error);
        let core = self.moves.get(..FLAT.len()).unwrap_or(&[]);
        let still = self.moves.get(..1).unwrap_or(&[]);
        let up = Level::new(self.shocks.up_q32, 0, self.up_floor, &self.moves).map_err(surface)?;
        let flat = Level::new(1 << 32, 0, self.down_floor.min(self.slice.total_vol(0)), core).map_err(surface)?;
        let down = Level::new(self.shocks.down_q32, 0, self.down_floor, core).map_err(surface)?;
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
            let tilted =
                |tilt: i64| Level::new((1_i64 << 32).saturating_add(tilt), 0, self.down_floor, still).map_err(surface);
            let levels = [up, flat, down, tilted(tilt)?, tilted(tilt.saturating_neg())?];
            row.calls_q36(vol, &levels, &mut calls).map_err(surface)?;
            let lots = StrikeLots::of(of_strike);
            sums.add(&lots, &row, &calls).ok_or(PortfolioError::Overflow)?;
            sums.add_delta(&lots, moneyness, vol).ok_or(PortfolioError::Overflow)?;
            legs = rest;
        }
        self.finish(&sums).ok_or(PortfolioError::Overflow)
    }

    /// Change of the volatility at a moneyness in the node tilted up, in Q32.
    fn tilt(&self, moneyness_q38: i64) -> i64 {
        // BOUND: 2^42 x 2^34; what is left lies within a tilt of 0.9.
        let tilt = i128::from(moneyness_q38).saturating_mul(self.tilt_q32) >> 38;
        i64::try_from(tilt.clamp(self.tilt_max_q32.saturating_neg(), self.tilt_max_q32)).unwrap_or(0)
    }

    /// From sums in lots and multiples of the forward to quote.
    #[inline(never)]
    fn finish(&self, sums: &Sums) -> Option<ExpiryTotals> {
        let forward = i128::from(self.forward.0);
        let mut factors = [0_i64; NODES];
        for (factor, place) in factors.iter_mut().zip(UP.chain(0..FLAT.len()).chain(0..FLAT.len()).chain([0, 0])) {
            *factor = self.moves.get(place)?.factor_q36().cast_signed();
        }
        let mut nodes = [0_i128; NODES];
        let parts = sums.high.iter().zip(&sums.low);
        for ((node, (high, low)), factor) in nodes.iter_mut().zip(parts).zip(&factors) {
            // Put = call + strike - factor. BOUND: 2^35 lots of puts, a factor below 2^39.
            let by_parity = sums.put_strikes.checked_sub(i128::from(sums.puts).checked_mul(i128::from(*factor))?)?;
            let calls = (i128::from(*high) << LOW_BITS).checked_add(i128::from(*low))?;
            *node = calls.checked_add(by_parity)?.checked_mul(forward)?;
        }
        let guard = sums.guard.checked_add(sums.parity_guard)?;
        // A difference has the error of both its nodes.
        let step_guard = sums.guard.checked_add(guard)?;
        Some(ExpiryTotals {
            nodes,
            guard: i128::from(guard).checked_mul(forward)?,
            step_guard: i128::from(step_guard).checked_mul(forward)?,
            exposure_atoms: self.exposure_ceil(sums)?,
        })
    }

    /// |delta| in quote atoms for a move of 100 % of spot, rounded up.
    fn exposure_ceil(&self, sums: &Sums) -> Option<u64> {
        let delta = sums.delta_q38.checked_abs()?.checked_add(sums.delta_guard_q38)?;
        // Q28, rounded up. BOUND: 2^35 lots.
        let lots_q28 = u64::try_from(delta >> 10).ok()?.checked_add(1)?;
        mul_div_ceil(self.variable.0, lots_q28, u64::from(self.lots_per_unit) << 28)
    }
}

/// Moves of a forward of which only `variable` moves, rounded away from zero.
fn damped(moves_e9: &[i64; MOVES], variable: PriceE6, forward: PriceE6) -> Result<[i64; MOVES], PortfolioError> {
    let mut out = [0_i64; MOVES];
    for (damped, move_e9) in out.iter_mut().zip(moves_e9) {
        let size = mul_div_ceil(move_e9.unsigned_abs(), variable.0, forward.0).ok_or(PortfolioError::Overflow)?;
        let size = i64::try_from(size).map_err(|_| PortfolioError::Overflow)?;
        *damped = if *move_e9 < 0 { size.saturating_neg() } else { size };
    }
    Ok(out)
}

/// Lots of the call and the put of one strike.
struct StrikeLots {
    calls: i64,
    puts: i64,
}

impl StrikeLots {
    fn of(legs: &[Leg]) -> Self {
        let mut lots = Self { calls: 0, puts: 0 };
        for leg in legs {
            // BOUND: at most 1e9 a leg.
            match leg.kind {
                Kind::Call => lots.calls = lots.calls.saturating_add(leg.lots.0),
                Kind::Put => lots.puts = lots.puts.saturating_add(leg.lots.0),
            }
        }
        lots
    }

    /// Calls held once puts are written as call + strike - forward.
    const fn net(&self) -> i64 {
        self.calls.saturating_add(self.puts)
    }
}

impl Sums {
    const ZERO: Self = Self {
        high: [0; NODES],
        low: [0; NODES],
        puts: 0,
        put_strikes: 0,
        guard: 0,
        parity_guard: 0,
        delta_q38: 0,
        delta_guard_q38: 0,
    };

    fn add(&mut self, lots: &StrikeLots, row: &Row, calls: &[u64; NODES]) -> Option<()> {
        let net = lots.net();
        if net != 0 {
            for ((high, low), call) in self.high.iter_mut().zip(&mut self.low).zip(calls) {
                // BOUND: net < 2^31 and a call is below 2^40: high products below 2^53, low ones below 2^49, of 32 strikes 2^58.
                *high = high.wrapping_add(net.wrapping_mul((*call >> LOW_BITS).cast_signed()));
                *low = low.wrapping_add(net.wrapping_mul((*call & LOW_MASK).cast_signed()));
            }
        }
        let strike_q36 = row.strike_q36();
        if lots.puts != 0 {
            self.puts = self.puts.checked_add(lots.puts)?;
            let strikes = i128::from(lots.puts).checked_mul(i128::from(strike_q36))?;
            self.put_strikes = self.put_strikes.checked_add(strikes)?;
        }
        let per_lot = if strike_q36 < FAR_STRIKE_Q36 {
            GUARD_Q36.saturating_add(strike_q36 >> GUARD_SHIFT)
        } else {
            // BOUND: a strike is below 2^49 in Q36.
            (strike_q36 >> 36).saturating_add(1).saturating_mul(FAR_GUARD_Q36)
        };
        self.guard = self.guard.checked_add(net.unsigned_abs().checked_mul(per_lot)?)?;
        // A put's strike and factor are rounded down in Q36: at most one unit too much or too little, and the strike leaves differences.
        self.parity_guard = self.parity_guard.checked_add(lots.puts.unsigned_abs())?;
        Some(())
    }

    /// Delta of a call is Phi(d1), of a put that less one.
    fn add_delta(&mut self, lots: &StrikeLots, moneyness: i64, vol: TotalVol) -> Option<()> {
        const ONE: i128 = 1 << 38;
        let delta = i128::from(cdf_q38(d1_q38(moneyness, vol)));
        let held = i128::from(lots.net()).checked_mul(delta)?.checked_sub(i128::from(lots.puts).checked_mul(ONE)?)?;
        self.delta_q38 = self.delta_q38.checked_add(held)?;
        let guard = DELTA_GUARD_Q38.checked_add(LOG_GUARD_Q76.checked_div(vol.q38())?)?;
        let guard = i128::from(lots.net().unsigned_abs()).checked_mul(i128::from(guard))?;
        self.delta_guard_q38 = self.delta_guard_q38.checked_add(guard)?;
        Some(())
    }
}

/// d1 = -k / w + w / 2, at most 16 in absolute value.
fn d1_q38(moneyness: i64, vol: TotalVol) -> i64 {
    const FAR: u64 = 16;
    let (size, w) = (moneyness.unsigned_abs(), vol.q38());
    let ratio = if size >= w.saturating_mul(FAR) {
        FAR << 38
    } else {
        // Two steps of a long division. BOUND: size < 2^43 and w < 2^43, so << 19 stays below 2^62 both times.
        let head = (size << 19).checked_div(w).unwrap_or(0);
        let rest = (size << 19).checked_rem(w).unwrap_or(0);
        (head << 19).saturating_add((rest << 19).checked_div(w).unwrap_or(0))
    };
    let ratio = if moneyness > 0 { ratio.cast_signed().saturating_neg() } else { ratio.cast_signed() };
    ratio.saturating_add((w >> 1).cast_signed())
}
