//! The 33 scenario nodes of portfolio margin, as data, and their parameters.
//!
//! Source: the published portfolio-margin parameters of Derive v2 (PMRM_2) and Deribit's extended table of price x volatility moves; the
//! figures are the margin design's (Scenarios).

mod check;
mod nodes;
mod shock;

pub use check::ScenarioError;
pub(crate) use nodes::{CENTRE, CORE, DOWN, FLAT, FULL_MOVES, MOVES, NEAR, TILT_DOWN, TILT_UP, UP};
pub use nodes::{NODES, Node, VolMove};
pub use shock::{Shocks, stale_minutes};

use units::VolE9;

/// A move far out, whose loss counts in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Relative move of the forward before the multiplier, 1e9 = 100 %.
    pub move_e9: i64,
    /// Part of the loss that counts, 1e9 = all of it. 1..=1e9.
    pub weight_e9: u32,
}

/// How far volatilities are moved. A shock is `size x (30 / max(days to expiry, 1))^power` of the volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolParams {
    /// Size of the shock up, 1e9 = 100 % of the volatility. 1e7..=2e9.
    pub up_e9: u32,
    /// Size of the shock down. 1e7..=1e9.
    pub down_e9: u32,
    /// Power below 30 days to expiry. 0..=5e8.
    pub power_short_e9: u32,
    /// Power from 30 days on. 0..=5e8.
    pub power_long_e9: u32,
    /// Least volatility of a node with volatility up. 5 %..=500 %.
    pub up_floor: VolE9,
    /// Least volatility of a node with volatility down, or tilted. 5 %..=500 %.
    pub down_floor: VolE9,
    /// Change of the volatility, as a part of itself, for each unit of ln(K/F) in the tilted nodes. 0..=4e9.
    pub tilt_e9: u32,
    /// Largest such change. 0..=9e8.
    pub tilt_max_e9: u32,
    /// Added to both shocks for every minute the surface has been stale, up to twice the shock. 0..=1e9.
    pub stale_e9: u32,
}

/// Parameters of a market's scenarios. Loosening any is timelocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScenarioParams {
    /// Every move is multiplied by this, 1e9 = once. 1e8..=5e9.
    pub multiplier_e9: u32,
    /// Core moves are 0, 1, 2 and 3 of these, up and down. 1e6..=2e8.
    pub step_e9: u32,
    /// The two moves beyond the core. 1e6..=8e8, at least three steps.
    pub wide_e9: u32,
    pub tail: [Tail; 8],
    pub vol: VolParams,
}

const fn tail(move_e9: i64, weight_e9: u32) -> Tail {
    Tail { move_e9, weight_e9 }
}

impl ScenarioParams {
    /// The design's table.
    pub const DEFAULT: Self = Self {
        multiplier_e9: 1_000_000_000,
        step_e9: 45_000_000,
        wide_e9: 180_000_000,
        tail: [
            tail(-660_000_000, 210_000_000),
            tail(-330_000_000, 420_000_000),
            tail(500_000_000, 277_200_000),
            tail(1_000_000_000, 138_600_000),
            tail(2_000_000_000, 69_300_000),
            tail(3_000_000_000, 46_200_000),
            tail(4_000_000_000, 34_650_000),
            tail(5_000_000_000, 27_720_000),
        ],
        vol: VolParams {
            up_e9: 500_000_000,
            down_e9: 300_000_000,
            power_short_e9: 300_000_000,
            power_long_e9: 130_000_000,
            up_floor: VolE9(400_000_000),
            down_floor: VolE9(50_000_000),
            tilt_e9: 1_000_000_000,
            tilt_max_e9: 250_000_000,
            stale_e9: 20_000_000,
        },
    };

    /// Whether moves and weights are the same.
    pub(crate) fn has_moves_of(&self, other: &Self) -> bool {
        self.multiplier_e9 == other.multiplier_e9
            && self.step_e9 == other.step_e9
            && self.wide_e9 == other.wide_e9
            && self.tail == other.tail
    }

    /// The design's table for SOL: every move a quarter wider.
    pub const SOL: Self = Self { multiplier_e9: 1_250_000_000, ..Self::DEFAULT };
}

#[cfg(test)]
mod tests;
