//! The volatility shocks of one expiry.

use super::VolParams;
use crate::part::part_e9_floor;
use pricing::{ONE_Q38, exp_q38, ln_q38};

/// Multipliers of an expiry's volatilities, in Q32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shocks {
    pub up_q32: i64,
    pub down_q32: i64,
}

/// Days that the term structure is stated at, and the least days it is followed to.
const REFERENCE_S: u64 = 30 * DAY_S;
const LEAST_S: u64 = DAY_S;
const DAY_S: u64 = 86_400;
/// Bounds of a multiplier, in Q32: what the pricing core takes.
const LEAST_Q32: u64 = 1 << 28;
const MOST_Q32: u64 = 8 << 32;
const ONE_Q32: u64 = 1 << 32;
const BILLION: u64 = 1_000_000_000;
/// A surface of this age, in seconds, begins to be stale.
pub const STALE_AFTER_S: u64 = 20 * 60;

/// Minutes, begun ones included, that a surface of this age has been stale.
pub const fn stale_minutes(age_s: u64) -> u64 {
    age_s.saturating_sub(STALE_AFTER_S).div_ceil(60)
}

impl Shocks {
    /// `1 + s up` and `1 - s down` with `s x size = min(size x term + stale x minutes, 2 x size x term)`,
    /// `term = (30 / max(days, 1))^p`; between 1/16 and 8.
    ///
    /// Domain: any number of seconds; parameters as checked. Error: 2e-10 of the shock (`ln` and `exp` of the pricing core).
    pub fn new(params: &VolParams, seconds: u64, stale_minutes: u64) -> Self {
        let power_e9 = if seconds < REFERENCE_S { params.power_short_e9 } else { params.power_long_e9 };
        let term = term_q38(seconds.max(LEAST_S), power_e9);
        let widening = u64::from(params.stale_e9).saturating_mul(stale_minutes);
        // BOUND: twice a shock is below 24: more widening than that is capped before it is scaled. 1e-9 to Q32, to nearest.
        let widening = (widening.min(24 * BILLION) << 29).checked_div(BILLION >> 4).unwrap_or(0).saturating_add(1) >> 1;
        let shock = |size_e9: u32| {
            // BOUND: the term is at most 30^0.5 < 6, 2^41 in Q38, and a size at most 2. Q38 to Q32, to nearest.
            let shock = part_e9_floor(term, size_e9).saturating_add(32) >> 6;
            shock.saturating_add(widening).min(shock.saturating_mul(2))
        };
        let up = ONE_Q32.saturating_add(shock(params.up_e9)).min(MOST_Q32);
        let down = ONE_Q32.saturating_sub(shock(params.down_e9)).max(LEAST_Q32);
        Self { up_q32: up.cast_signed(), down_q32: down.cast_signed() }
    }
}

/// (30 days / `seconds`)^power in Q38.
fn term_q38(seconds: u64, power_e9: u32) -> u64 {
    // BOUND: 30 days are below 2^22, << 38 fits; the ratio is at most 30.
    let ratio = (REFERENCE_S << 38).checked_div(seconds).unwrap_or(ONE_Q38);
    let log = ln_q38(ratio);
    let size = part_e9_floor(log.unsigned_abs(), power_e9).cast_signed();
    let scaled = if log < 0 { size.wrapping_neg() } else { size };
    exp_q38(scaled)
}
