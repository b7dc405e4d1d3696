//! One expiry of at least 60 seconds: its strikes priced at all nodes.

use super::sum::{Scaling, Unit, product};
use super::totals::{ExpiryTotals, Group, Setting};
use super::{Expiry, Leg, PortfolioError, table};
use crate::payoff::Kind;
use crate::scenario::{CORE, DOWN, FLAT, MOVES, Shocks, TILT_UP, UP};
use pricing::{Calls, Move, PricingError, ROW_ONE, Row, Slice, Tilt, TotalVol, VolScale, cdf_q38};
use units::{PriceE6, mul_div_ceil};

/// What a lot's value may err by at a weighted mean of two nodes, in `ROW_ONE`s of the forward: 6.1e-11, and 1.9e-12 more for each multiple
/// of the forward that the strike is. One more than the least with which all reference portfolios stay on the safe side.
const GUARD: u64 = 4;
const GUARD_SHIFT: u32 = 39;
/// As `GUARD`, for each multiple of the forward, where strikes are above 32 forwards and rows drop 8 bits.
const FAR_GUARD: u64 = 48;
const FAR_STRIKE: u64 = 32 * ROW_ONE;
/// Bound of the error of a delta: 2.3e-10, and that of ln(K/F) / w, 1.4e-11 / w times the density, both in Q38.
const DELTA_GUARD_Q38: u64 = 64;
const LOG_GUARD_Q76: u64 = 3 << 37;
/// Lots together, from which sums of lots x values would not fit 64 bits: they are then priced in two parts, whole multiples of 2^12 and the
/// rest.
const WHOLE_LOTS: u64 = 1 << 24;
const PART_BITS: u32 = 12;

/// Everything of an expiry that its strikes share.
pub(super) struct LiveExpiry<'a> {
    forward: PriceE6,
    /// What of the forward moves with spot.
    variable: PriceE6,
    moves: &'a [Move; MOVES],
    /// Whether all of them are whole millionths.
    whole: bool,
    slice: Slice,
    up: VolScale,
    down: VolScale,
    up_floor: TotalVol,
    down_floor: TotalVol,
    tilt: Tilt,
    unit: Unit,
}

/// Which part of every leg's lots is meant.
#[derive(Clone, Copy)]
struct Part {
    /// The part is what is left of lots >> `shift` below `mask`, times 2^`shift`.
    shift: u32,
    mask: i64,
}

impl Part {
    const WHOLE: Self = Self { shift: 0, mask: -1 };
    const COARSE: Self = Self { shift: PART_BITS, mask: -1 };
    const FINE: Self = Self { shift: 0, mask: (1 << PART_BITS) - 1 };
    /// Of 32 legs of at most 2^30 lots: below `WHOLE_LOTS` coarse, and 2^17 fine.
    const BOTH: [Self; 2] = [Self::COARSE, Self::FINE];

    const fn of(&self, lots: i64) -> i64 {
        (lots >> self.shift) & self.mask
    }
}

/// An expiry's legs, as far as one part of their lots goes.
struct Held<'a> {
    legs: &'a [Leg],
    part: Part,
}

/// What valuing adds to.
struct Valued<'a> {
    out: &'a mut ExpiryTotals,
    delta: Delta,
}

/// Sums over an expiry's strikes of lots times values in `ROW_ONE`s, and what else they come to.
struct Sums {
    up: [i64; MOVES],
    flat: [i64; CORE],
    down: [i64; CORE],
    tilted: [i64; 2],
    puts: i64,
    /// All lots, long and short.
    lots: u64,
    /// What the sums may err by.
    guard: u64,
    /// Of lots x Phi(d1), puts less one: Q38.
    delta: i64,
    delta_guard: u64,
}

impl<'a> LiveExpiry<'a> {
    /// Errors: `Average`, `Surface`, `ForwardOutOfRange`.
    #[inline(never)]
    fn new(expiry: &Expiry, setting: &Setting<'a>, own: &'a mut Option<[Move; MOVES]>) -> Result<Self, PortfolioError> {
        let Setting { market, table, unit } = setting;
        let seconds = u64::try_from(expiry.seconds).map_err(|_| PortfolioError::TimeOutOfRange)?;
        let parts = expiry.average.parts(expiry.forward)?;
        let forward = parts.forward();
        let (moves, whole) = if parts.fixed == PriceE6::ZERO {
            (&table.moves().factors, table.moves().whole)
        } else {
            (&*own.insert(table::factors(&damped(&table.moves().moves_e9, parts.variable, forward)?)?), false)
        };
        let vol = &table.params.scenarios.vol;
        let surface = |error: PricingError| PortfolioError::Surface(error);
        let slice = Slice::new(&expiry.svi, expiry.reference_s, seconds).map_err(surface)?;
        let time = slice.time();
        let shocks = Shocks::new(vol, seconds, market.stale_minutes);
        let q32 = |part_e9: u32| (u64::from(part_e9) << 32).checked_div(1_000_000_000).unwrap_or(0).cast_signed();
        Ok(Self {
            forward,
            variable: parts.variable,
            moves,
            whole,
            slice,
            up: VolScale::clamped(shocks.up_q32),
            down: VolScale::clamped(shocks.down_q32),
            up_floor: time.total(vol.up_floor).map_err(surface)?,
            down_floor: time.total(vol.down_floor).map_err(surface)?,
            tilt: Tilt::new(q32(vol.tilt_e9), q32(vol.tilt_max_e9)).map_err(surface)?,
            unit: *unit,
        })
    }

    /// Values the legs of an expiry. Errors: those of [`Self::new`] and [`Self::value`].
    #[inline(never)]
    pub fn value_of(group: &Group<'_>, setting: &Setting<'a>, out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
        let mut own = None;
        LiveExpiry::new(group.expiry, setting, &mut own)?.value(group.legs, out)
    }

    /// Values the legs of this expiry. Errors: `StrikeTooFar`, `Surface`, `Overflow`.
    #[inline(never)]
    fn value(&self, legs: &[Leg], out: &mut ExpiryTotals) -> Result<(), PortfolioError> {
        out.begin();
        let mut lots = 0_u64;
        for leg in legs {
            // BOUND: 32 times 2^30.
            lots = lots.wrapping_add(leg.lots.0.unsigned_abs());
            if leg.kind == Kind::Put {
                // BOUND: 2^31 x 2^44, 32 times.
                out.strikes = out.strikes.wrapping_add(product(leg.lots.0, leg.strike.0));
            }
        }
        let mut result = Valued { out, delta: Delta::default() };
        if lots < WHOLE_LOTS {
            self.value_part(&Held { legs, part: Part::WHOLE }, &mut result)?;
        } else {
            for part in Part::BOTH {
                self.value_part(&Held { legs, part }, &mut result)?;
            }
        }
        let exposure = self.exposure_ceil(&result.delta).ok_or(PortfolioError::Overflow)?;
        out.exposure_atoms = exposure;
        Ok(())
    }

    /// Adds the value of one part of the lots. Errors: as [`Self::value`].
    #[inline(never)]
    fn value_part(&self, held: &Held<'_>, result: &mut Valued<'_>) -> Result<(), PortfolioError> {
        let mut sums = Sums::ZERO;
        self.price(held, &mut sums)?;
        let scaling = self.unit.scaling(sums.lots, held.part.shift, self.forward.0);
        self.finish(&sums, &scaling, result.out).ok_or(PortfolioError::Overflow)?;
        result.delta.add(&sums, held.part.shift);
        Ok(())
    }

    /// Prices every strike once, its calls and puts together. Errors: `StrikeTooFar`, `Surface`.
    #[inline(never)]
    fn price(&self, held: &Held<'_>, sums: &mut Sums) -> Result<(), PortfolioError> {
        let mut legs = held.legs;
        while let Some(first) = legs.first() {
            let mut of_strike = OfStrike { net: 0, puts: 0 };
            while let Some((leg, rest)) = legs.split_first() {
                if leg.strike != first.strike {
                    break;
                }
                let lots = held.part.of(leg.lots.0);
                of_strike.net = of_strike.net.wrapping_add(lots);
                sums.lots = sums.lots.wrapping_add(lots.unsigned_abs());
                if leg.kind == Kind::Put {
                    of_strike.puts = of_strike.puts.wrapping_add(lots);
                }
                legs = rest;
            }
            self.price_strike(first.strike, &of_strike, sums)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn price_strike(&self, strike: PriceE6, held: &OfStrike, sums: &mut Sums) -> Result<(), PortfolioError> {
        let row = Row::new(self.forward, strike).map_err(|_| PortfolioError::StrikeTooFar)?;
        let moneyness = row.moneyness_q38();
        let vol = self.slice.total_vol(moneyness);
        let mut calls = row.times(held.net);
        if self.whole {
            self.add_calls::<true>(&mut calls, vol, sums);
        } else {
            self.add_calls::<false>(&mut calls, vol, sums);
        }
        let [tilt_up, tilt_down] = self.tilt.scales(moneyness);
        let [up, down] = &mut sums.tilted;
        calls.add_still(tilt_up.of(vol, self.down_floor), up);
        calls.add_still(tilt_down.of(vol, self.down_floor), down);
        sums.add_rest(held, &row, vol);
        Ok(())
    }

    /// The calls of a strike at every node that is not tilted; `WHOLE` where all moves are whole millionths.
    #[inline(always)]
    fn add_calls<const WHOLE: bool>(&self, calls: &mut Calls<'_>, vol: TotalVol, sums: &mut Sums) {
        calls.add::<WHOLE>(self.up.of(vol, self.up_floor), self.moves, &mut sums.up);
        calls.add::<WHOLE>(vol, self.moves, &mut sums.flat);
        calls.add::<WHOLE>(self.down.of(vol, self.down_floor), self.moves, &mut sums.down);
    }

    /// Node by node, in the portfolio's unit: calls, and puts as call + strike - factor.
    #[inline(never)]
    fn finish(&self, sums: &Sums, scaling: &Scaling, out: &mut ExpiryTotals) -> Option<()> {
        let node = |calls: i64, moved: &Move| {
            scaling.floor(calls.wrapping_sub(sums.puts.wrapping_mul(moved.factor().cast_signed())))
        };
        for (group, at) in [(UP, &sums.up[..]), (FLAT, &sums.flat[..]), (DOWN, &sums.down[..])] {
            for ((out, calls), moved) in out.nodes.get_mut(group)?.iter_mut().zip(at).zip(self.moves) {
                *out = out.wrapping_add(node(*calls, moved));
            }
        }
        for (out, calls) in out.nodes.get_mut(TILT_UP..)?.iter_mut().zip(sums.tilted) {
            *out = out.wrapping_add(node(calls, &Move::STILL));
        }
        let guard = scaling.ceil(i64::try_from(sums.guard).ok()?);
        out.guard = out.guard.checked_add(guard)?;
        // A difference has the error of both its nodes, and the present is rounded down.
        out.step_guard = out.step_guard.checked_add(guard)?.checked_add(guard)?.checked_add(scaling.rounding())?;
        Some(())
    }

    /// |delta| in quote atoms for a move of 100 % of spot, rounded up.
    fn exposure_ceil(&self, delta: &Delta) -> Option<u64> {
        let size = delta.amount.unsigned_abs().checked_add(delta.guard)?;
        self.unit.exposure_ceil(size, self.variable)
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

/// What is held of one strike: lots, once puts are written as call + strike - forward, and lots of puts.
struct OfStrike {
    net: i64,
    puts: i64,
}

/// Lots x delta in Q38, and what it may err by.
#[derive(Default)]
struct Delta {
    amount: i128,
    guard: u128,
}

impl Delta {
    fn add(&mut self, sums: &Sums, shift: u32) {
        // BOUND: 2^62 << 12.
        self.amount = self.amount.wrapping_add(i128::from(sums.delta) << shift);
        self.guard = self.guard.wrapping_add(u128::from(sums.delta_guard) << shift);
    }
}

impl Sums {
    const ZERO: Self = Self {
        up: [0; MOVES],
        flat: [0; CORE],
        down: [0; CORE],
        tilted: [0; 2],
        puts: 0,
        lots: 0,
        guard: 0,
        delta: 0,
        delta_guard: 0,
    };

    /// All but the calls.
    fn add_rest(&mut self, held: &OfStrike, row: &Row, vol: TotalVol) {
        // BOUND: lots of an expiry are below 2^24 in all, strikes below 2^49, Phi at most 2^38, and w at least 2^24.
        self.puts = self.puts.wrapping_add(held.puts);
        let strike = row.strike();
        let per_lot = if strike < FAR_STRIKE {
            GUARD.wrapping_add(strike >> GUARD_SHIFT)
        } else {
            (strike >> 35).wrapping_add(1).wrapping_mul(FAR_GUARD)
        };
        let net = held.net.unsigned_abs();
        // A put's strike and factor are rounded down: at most one unit too much or too little, and the strike leaves differences.
        let of_puts = held.puts.unsigned_abs();
        self.guard = self.guard.wrapping_add(net.wrapping_mul(per_lot)).wrapping_add(of_puts);

        // Delta of a call is Phi(d1), of a put that less one.
        let delta = cdf_q38(d1_q38(row.moneyness_q38(), vol)).cast_signed();
        self.delta = self.delta.wrapping_add(held.net.wrapping_mul(delta)).wrapping_sub(held.puts << 38);
        let guard = DELTA_GUARD_Q38.wrapping_add(LOG_GUARD_Q76.checked_div(vol.q38() | 1).unwrap_or(0));
        self.delta_guard = self.delta_guard.wrapping_add(net.wrapping_mul(guard));
    }
}

/// d1 = -k / w + w / 2, at most 16 in absolute value beside w / 2.
fn d1_q38(moneyness: i64, vol: TotalVol) -> i64 {
    const FAR: i64 = 16;
    let w = vol.q38();
    // 16 - k / w, so that there is no sign. BOUND: |k| < 2^43 and w < 2^41, so 16 w < 2^45.
    let from_far = w.cast_signed().wrapping_mul(FAR).wrapping_sub(moneyness).cast_unsigned();
    let ratio = if from_far < w.wrapping_mul(32) {
        // Two steps of a long division. BOUND: from_far < 2^46 and the remainder below 2^41: << 17 and << 21 stay below 2^63.
        let head = (from_far << 17).checked_div(w).unwrap_or(0);
        let rest = (from_far << 17).checked_rem(w).unwrap_or(0);
        (head << 21).wrapping_add((rest << 21).checked_div(w).unwrap_or(0)).cast_signed().wrapping_sub(FAR << 38)
    } else if moneyness > 0 {
        -(FAR << 38)
    } else {
        FAR << 38
    };
    ratio.wrapping_add((w >> 1).cast_signed())
}
