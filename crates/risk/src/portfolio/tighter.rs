//! Which way a change of parameters goes.
//!
//! Each parameter has a direction in which it asks more of whoever has sold options, or forgives less. Scenarios are not monotone for every
//! portfolio (a larger move is a gain to somebody), so the direction is that of the parameter's own part of margin, and not of every account's
//! figure. A parameter without one direction may not change at once in either.

use super::MarginParams;
use crate::scenario::{ScenarioParams, Tail, VolParams};

impl MarginParams {
    /// Whether nothing in `self` is looser than in `present`.
    pub fn within(&self, present: &Self) -> bool {
        self.scenarios.within(&present.scenarios)
            && self.mm_loss_e9 >= present.mm_loss_e9
            && self.net_short_im_e9 >= present.net_short_im_e9
            && self.net_short_mm_e9 >= present.net_short_mm_e9
            && self.basis_add_e9 >= present.basis_add_e9
            && self.basis_per_year_e9 >= present.basis_per_year_e9
            // What an account may hold of a series free of charge.
            && self.concentration_share_e9 <= present.concentration_share_e9
            && self.concentration_e9 >= present.concentration_e9
    }
}

impl ScenarioParams {
    fn within(&self, present: &Self) -> bool {
        self.multiplier_e9 >= present.multiplier_e9
            && self.step_e9 >= present.step_e9
            && self.wide_e9 >= present.wide_e9
            && self.tail.iter().zip(&present.tail).all(|(new, old)| new.within(old))
            && self.vol.within(&present.vol)
    }
}

impl Tail {
    /// The same way, at least as far, at least as much of it.
    const fn within(&self, present: &Self) -> bool {
        (self.move_e9 < 0) == (present.move_e9 < 0)
            && self.move_e9.unsigned_abs() >= present.move_e9.unsigned_abs()
            && self.weight_e9 >= present.weight_e9
    }
}

impl VolParams {
    const fn within(&self, present: &Self) -> bool {
        self.up_e9 >= present.up_e9
            && self.down_e9 >= present.down_e9
            // A power raises shocks below 30 days and lowers them above, or the reverse.
            && self.power_short_e9 == present.power_short_e9
            && self.power_long_e9 == present.power_long_e9
            && self.up_floor.0 >= present.up_floor.0
            // The lower the floor, the further volatility falls.
            && self.down_floor.0 <= present.down_floor.0
            && self.tilt_e9 >= present.tilt_e9
            && self.tilt_max_e9 >= present.tilt_max_e9
            && self.stale_e9 >= present.stale_e9
    }
}

#[cfg(test)]
mod tests;
