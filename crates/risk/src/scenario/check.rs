//! Bounds of a market's scenario parameters.

use super::ScenarioParams;
use core::fmt;

/// The parameter that is out of its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScenarioError {
    /// `multiplier_e9` outside 1e8..=5e9.
    Multiplier,
    /// `step_e9` outside 1e6..=2e8.
    Step,
    /// `wide_e9` outside 1e6..=8e8, or below three steps.
    Wide,
    /// A tail's weight outside 1..=1e9.
    TailWeight,
    /// A move that, multiplied, leaves -95 %..=700 %.
    MoveOutOfRange,
    /// `up_e9` outside 1e7..=2e9.
    VolUp,
    /// `down_e9` outside 1e7..=1e9.
    VolDown,
    /// A power above 5e8.
    VolPower,
    /// A floor outside 5 %..=500 %.
    VolFloor,
    /// `tilt_e9` above 4e9.
    Tilt,
    /// `tilt_max_e9` above 9e8.
    TiltMax,
    /// `stale_e9` above 1e9.
    Stale,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Multiplier => "multiplier_e9 outside 1e8..=5e9",
            Self::Step => "step_e9 outside 1e6..=2e8",
            Self::Wide => "wide_e9 outside 1e6..=8e8, or below three steps",
            Self::TailWeight => "a tail's weight_e9 outside 1..=1e9",
            Self::MoveOutOfRange => "a move that, multiplied, leaves -95 %..=700 %",
            Self::VolUp => "up_e9 outside 1e7..=2e9",
            Self::VolDown => "down_e9 outside 1e7..=1e9",
            Self::VolPower => "a power above 5e8",
            Self::VolFloor => "a volatility floor outside 5 %..=500 %",
            Self::Tilt => "tilt_e9 above 4e9",
            Self::TiltMax => "tilt_max_e9 above 9e8",
            Self::Stale => "stale_e9 above 1e9",
        })
    }
}

/// Least and largest move of a forward, 1e9 = 100 %: what the pricing core takes.
const MOVE_MIN_E9: i64 = -950_000_000;
const MOVE_MAX_E9: i64 = 7_000_000_000;

impl ScenarioParams {
    /// Checks every bound. The market program calls this where parameters enter; nothing else need.
    pub fn check(&self) -> Result<(), ScenarioError> {
        let require = |fact: bool, error| if fact { Ok(()) } else { Err(error) };
        require((100_000_000..=5_000_000_000).contains(&u64::from(self.multiplier_e9)), ScenarioError::Multiplier)?;
        require((1_000_000..=200_000_000).contains(&self.step_e9), ScenarioError::Step)?;
        let three_steps = self.step_e9.saturating_mul(3);
        require((1_000_000..=800_000_000).contains(&self.wide_e9) && self.wide_e9 >= three_steps, ScenarioError::Wide)?;
        for tail in &self.tail {
            require((1..=1_000_000_000).contains(&tail.weight_e9), ScenarioError::TailWeight)?;
        }
        for (move_e9, _) in self.moves().ok_or(ScenarioError::MoveOutOfRange)? {
            require((MOVE_MIN_E9..=MOVE_MAX_E9).contains(&move_e9), ScenarioError::MoveOutOfRange)?;
        }
        let vol = &self.vol;
        require((10_000_000..=2_000_000_000).contains(&vol.up_e9), ScenarioError::VolUp)?;
        require((10_000_000..=1_000_000_000).contains(&vol.down_e9), ScenarioError::VolDown)?;
        require(vol.power_short_e9.max(vol.power_long_e9) <= 500_000_000, ScenarioError::VolPower)?;
        require(vol.up_floor.in_bounds() && vol.down_floor.in_bounds(), ScenarioError::VolFloor)?;
        require(vol.tilt_e9 <= 4_000_000_000, ScenarioError::Tilt)?;
        require(vol.tilt_max_e9 <= 900_000_000, ScenarioError::TiltMax)?;
        require(vol.stale_e9 <= 1_000_000_000, ScenarioError::Stale)
    }
}
