//! A market's portfolio-margin parameters, as stored and as computed with.
use super::PortfolioParams;
use risk::portfolio::MarginParams;
use risk::scenario::{ScenarioParams, Tail, VolParams};
use units::VolE9;

impl PortfolioParams {
    pub fn new(params: &MarginParams) -> Self {
        let MarginParams { scenarios, .. } = params;
        let vol = &scenarios.vol;
        Self {
            multiplier_e9: scenarios.multiplier_e9.into(),
            step_e9: scenarios.step_e9.into(),
            wide_e9: scenarios.wide_e9.into(),
            tail_moves_e9: scenarios.tail.map(|tail| tail.move_e9.into()),
            tail_weights_e9: scenarios.tail.map(|tail| tail.weight_e9.into()),
            vol_up_e9: vol.up_e9.into(),
            vol_down_e9: vol.down_e9.into(),
            power_short_e9: vol.power_short_e9.into(),
            power_long_e9: vol.power_long_e9.into(),
            up_floor_e9: vol.up_floor.0.into(),
            down_floor_e9: vol.down_floor.0.into(),
            tilt_e9: vol.tilt_e9.into(),
            tilt_max_e9: vol.tilt_max_e9.into(),
            stale_e9: vol.stale_e9.into(),
            mm_loss_e9: params.mm_loss_e9.into(),
            net_short_im_e9: params.net_short_im_e9.into(),
            net_short_mm_e9: params.net_short_mm_e9.into(),
            basis_add_e9: params.basis_add_e9.into(),
            basis_per_year_e9: params.basis_per_year_e9.into(),
            concentration_share_e9: params.concentration_share_e9.into(),
            concentration_e9: params.concentration_e9.into(),
        }
    }

    pub fn to_risk(self) -> MarginParams {
        let mut tail = [Tail { move_e9: 0, weight_e9: 0 }; 8];
        for (tail, (move_e9, weight_e9)) in tail.iter_mut().zip(self.tail_moves_e9.iter().zip(&self.tail_weights_e9)) {
            *tail = Tail { move_e9: move_e9.get(), weight_e9: weight_e9.get() };
        }
        let vol = VolParams {
            up_e9: self.vol_up_e9.get(),
            down_e9: self.vol_down_e9.get(),
            power_short_e9: self.power_short_e9.get(),
            power_long_e9: self.power_long_e9.get(),
            up_floor: VolE9(self.up_floor_e9.get()),
            down_floor: VolE9(self.down_floor_e9.get()),
            tilt_e9: self.tilt_e9.get(),
            tilt_max_e9: self.tilt_max_e9.get(),
            stale_e9: self.stale_e9.get(),
        };
        MarginParams {
            scenarios: ScenarioParams {
                multiplier_e9: self.multiplier_e9.get(),
                step_e9: self.step_e9.get(),
                wide_e9: self.wide_e9.get(),
                tail,
                vol,
            },
            mm_loss_e9: self.mm_loss_e9.get(),
            net_short_im_e9: self.net_short_im_e9.get(),
            net_short_mm_e9: self.net_short_mm_e9.get(),
            basis_add_e9: self.basis_add_e9.get(),
            basis_per_year_e9: self.basis_per_year_e9.get(),
            concentration_share_e9: self.concentration_share_e9.get(),
            concentration_e9: self.concentration_e9.get(),
        }
    }
}
