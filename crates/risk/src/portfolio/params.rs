//! Parameters of portfolio margin beyond the scenarios.

use crate::scenario::{ScenarioError, ScenarioParams};
use core::fmt;

/// A market's portfolio-margin parameters. Loosening any is timelocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarginParams {
    pub scenarios: ScenarioParams,
    /// Part of the loss that maintenance margin asks for. 1..=1e9.
    pub mm_loss_e9: u32,
    /// Of the notional of shorts, in initial margin. `net_short_mm_e9`..=1e9.
    pub net_short_im_e9: u32,
    /// Of the notional of shorts, in maintenance margin. 0..=1e9.
    pub net_short_mm_e9: u32,
    /// Times the worst loss one step away, at once and for each year to expiry. 0..=4e9.
    pub basis_add_e9: u32,
    pub basis_per_year_e9: u32,
    /// Part of a series' open interest that an account may hold free of charge. 0..=1e9.
    pub concentration_share_e9: u32,
    /// Of the notional of what it holds beyond. 0..=1e9.
    pub concentration_e9: u32,
}

/// The parameter that is out of its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamsError {
    Scenarios(ScenarioError),
    MaintenanceLoss,
    NetShort,
    Basis,
    Concentration,
}

impl MarginParams {
    /// The design's figures. The charge for concentration is ours: the design names the contingency, not its rate.
    pub const DEFAULT: Self = Self {
        scenarios: ScenarioParams::DEFAULT,
        mm_loss_e9: 800_000_000,
        net_short_im_e9: 5_000_000,
        net_short_mm_e9: 3_000_000,
        basis_add_e9: 500_000_000,
        basis_per_year_e9: 2_000_000_000,
        concentration_share_e9: 100_000_000,
        concentration_e9: 10_000_000,
    };

    /// As [`Self::DEFAULT`] with SOL's scenarios.
    pub const SOL: Self = Self { scenarios: ScenarioParams::SOL, ..Self::DEFAULT };

    /// Checks every bound.
    pub fn check(&self) -> Result<(), ParamsError> {
        const WHOLE: u32 = 1_000_000_000;
        self.scenarios.check().map_err(ParamsError::Scenarios)?;
        let require = |fact: bool, error| if fact { Ok(()) } else { Err(error) };
        require((1..=WHOLE).contains(&self.mm_loss_e9), ParamsError::MaintenanceLoss)?;
        let ordered = self.net_short_mm_e9 <= self.net_short_im_e9;
        require(ordered && self.net_short_im_e9 <= WHOLE, ParamsError::NetShort)?;
        require(self.basis_add_e9.max(self.basis_per_year_e9) <= 4_000_000_000, ParamsError::Basis)?;
        let largest = self.concentration_share_e9.max(self.concentration_e9);
        require(largest <= WHOLE, ParamsError::Concentration)
    }
}

impl fmt::Display for ParamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenarios(error) => write!(f, "{error}"),
            Self::MaintenanceLoss => f.write_str("mm_loss_e9 outside 1..=1e9"),
            Self::NetShort => f.write_str("net_short_mm_e9 above net_short_im_e9, or that above 1e9"),
            Self::Basis => f.write_str("basis_add_e9 or basis_per_year_e9 above 4e9"),
            Self::Concentration => f.write_str("concentration_share_e9 or concentration_e9 above 1e9"),
        }
    }
}
