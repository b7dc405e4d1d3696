//! A market's portfolio-margin parameters, as stored and as computed with.
use super::PortfolioParams;
use risk::portfolio::MarginParams;

impl PortfolioParams {
    pub fn new(params: &MarginParams) -> Self {
        bytemuck::cast(abi::margin::PortfolioParams::from(params))
    }

    pub fn to_risk(self) -> MarginParams {
        let stored: abi::margin::PortfolioParams = bytemuck::cast(self);
        MarginParams::from(&stored)
    }
}
