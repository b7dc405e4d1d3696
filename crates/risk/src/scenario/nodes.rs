//! The order of the nodes. Those that share a volatility stand together, each group's moves a prefix of the longest group's, so that one
//! table of moves serves all.

use super::ScenarioParams;
use core::fmt;

/// Nodes in all.
pub const NODES: usize = 33;
/// Different moves: those of the nodes with volatility up.
pub(crate) const MOVES: usize = 17;
/// Nodes with volatility up: 0, +-1, +-2, +-3 steps, +-wide, then the tail.
pub(crate) const UP: core::ops::Range<usize> = 0..MOVES;
/// Core moves: 0, +-1, +-2, +-3 steps.
pub(crate) const CORE: usize = 7;
/// Moves whose losses count in full.
pub(crate) const FULL_MOVES: usize = 9;
pub(crate) const FLAT: core::ops::Range<usize> = 17..24;
pub(crate) const DOWN: core::ops::Range<usize> = 24..31;
pub(crate) const TILT_UP: usize = 31;
pub(crate) const TILT_DOWN: usize = 32;
/// No move, volatility flat: the present.
pub(crate) const CENTRE: usize = 17;
/// Nodes one step away, at any volatility.
pub(crate) const NEAR: [usize; 6] = [1, 2, 18, 19, 25, 26];
/// What a node does to volatilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolMove {
    Up,
    Flat,
    Down,
    /// Higher above the forward, lower below it.
    TiltUp,
    /// Lower above the forward, higher below it.
    TiltDown,
}

/// One node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Relative move of every forward and of the price of base, multiplier included, 1e9 = 100 %.
    pub move_e9: i64,
    pub vol: VolMove,
    /// Part of the loss that counts, 1e9 = all.
    pub weight_e9: u32,
}

impl Node {
    /// Node `index` of the table; `None` past the end or on overflow, which no valid parameters give.
    ///
    /// ROUNDING: a multiplied move is rounded away from zero.
    pub fn of(params: &ScenarioParams, index: usize) -> Option<Self> {
        let (vol, place) = if UP.contains(&index) {
            (VolMove::Up, index)
        } else if FLAT.contains(&index) {
            (VolMove::Flat, index.checked_sub(FLAT.start)?)
        } else if DOWN.contains(&index) {
            (VolMove::Down, index.checked_sub(DOWN.start)?)
        } else if index == TILT_UP {
            (VolMove::TiltUp, 0)
        } else if index == TILT_DOWN {
            (VolMove::TiltDown, 0)
        } else {
            return None;
        };
        let (move_e9, weight_e9) = params.unmultiplied(place)?;
        Some(Self { move_e9: params.multiplied(move_e9)?, vol, weight_e9 })
    }
}

impl ScenarioParams {
    /// A move times the multiplier, rounded away from zero. `None` on overflow.
    const fn multiplied(&self, move_e9: i64) -> Option<i64> {
        let Some(scaled) = move_e9.unsigned_abs().checked_mul(self.multiplier_e9 as u64) else { return None };
        let scaled = scaled.div_ceil(1_000_000_000).cast_signed();
        Some(if move_e9 < 0 { scaled.wrapping_neg() } else { scaled })
    }

    /// Moves and weights of the nodes with volatility up, which every other group begins with too.
    #[expect(clippy::indexing_slicing, reason = "BOUND: the loop's condition is the length")]
    pub(crate) const fn moves(&self) -> Option<[(i64, u32); MOVES]> {
        let mut moves = [(0, 0); MOVES];
        let mut place = 0;
        while place < MOVES {
            let Some((move_e9, weight_e9)) = self.unmultiplied(place) else { return None };
            let Some(move_e9) = self.multiplied(move_e9) else { return None };
            moves[place] = (move_e9, weight_e9);
            place = place.wrapping_add(1);
        }
        Some(moves)
    }

    /// Move and weight at one place of the list of moves, before the multiplier.
    #[expect(clippy::indexing_slicing, reason = "BOUND: compared with the length first")]
    const fn unmultiplied(&self, place: usize) -> Option<(i64, u32)> {
        const WHOLE: u32 = 1_000_000_000;
        if place >= FULL_MOVES {
            let tail = place.wrapping_sub(FULL_MOVES);
            if tail >= self.tail.len() {
                return None;
            }
            return Some((self.tail[tail].move_e9, self.tail[tail].weight_e9));
        }
        // 0, 1, 1, 2, 2, 3, 3 steps. BOUND: a step is below 2^32.
        let size = if place < CORE {
            (self.step_e9 as u64).wrapping_mul(place.div_ceil(2) as u64)
        } else {
            self.wide_e9 as u64
        };
        let upward = place & 1 == 1;
        Some((if upward { size.cast_signed() } else { size.cast_signed().wrapping_neg() }, WHOLE))
    }
}

impl fmt::Display for Node {
    /// Such as `+4.5% vol_up`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let vol = match self.vol {
            VolMove::Up => "vol_up",
            VolMove::Flat => "vol_flat",
            VolMove::Down => "vol_down",
            VolMove::TiltUp => "tilt_up",
            VolMove::TiltDown => "tilt_down",
        };
        let sign = if self.move_e9 < 0 { "-" } else { "+" };
        let size = self.move_e9.unsigned_abs();
        let whole = size.checked_div(10_000_000).unwrap_or(0);
        let mut digits = size.checked_rem(10_000_000).unwrap_or(0);
        write!(f, "{sign}{whole}")?;
        if digits > 0 {
            f.write_str(".")?;
            let mut unit = 1_000_000_u64;
            while digits > 0 {
                write!(f, "{}", digits.checked_div(unit).unwrap_or(0))?;
                digits = digits.checked_rem(unit).unwrap_or(0);
                unit = unit.checked_div(10).unwrap_or(1);
            }
        }
        write!(f, "% {vol}")
    }
}
