//! Greeks in human units.

use crate::decimal;
use pricing::Kind;
use serde::Serialize;
use units::PriceE6;

/// A sensitivity and its unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Greek {
    pub value: String,
    pub unit: &'static str,
}

/// All of them, in the order of the JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Greeks {
    pub delta: Greek,
    pub gamma: Greek,
    pub vega: Greek,
    pub theta: Greek,
    pub vanna: Greek,
    pub volga: Greek,
}

/// Decimals of a ratio, and of an amount: a ratio times the forward, exactly.
const RATIO_PLACES: u32 = 9;
const AMOUNT_PLACES: u32 = 15;

impl Greeks {
    pub(super) fn new(computed: &pricing::Greeks, kind: Kind, forward: PriceE6) -> Self {
        let call_delta = i128::from(computed.price.call_delta_e9);
        let delta = match kind {
            Kind::Call => call_delta,
            Kind::Put => call_delta.saturating_sub(1_000_000_000),
        };
        let ratio = |value: i128, unit| Greek { value: decimal::full(value, RATIO_PLACES), unit };
        let amount = |value: i128, unit| {
            // BOUND: 2^64 x 2^44.
            let amount = value.saturating_mul(i128::from(forward.0));
            Greek { value: decimal::full(amount, AMOUNT_PLACES), unit }
        };
        Self {
            delta: ratio(delta, "quote units for a forward up by one quote unit"),
            gamma: ratio(computed.gamma_e9.into(), "change of delta for a forward up by 100 %"),
            vega: amount(computed.vega_e9.into(), "quote units for a volatility up by 1 (100 points)"),
            theta: amount(computed.theta_e9.into(), "quote units for the passing of a day"),
            vanna: ratio(computed.vanna_e9.into(), "change of delta for a volatility up by 1 (100 points)"),
            volga: amount(
                computed.volga_e9.into(),
                "change of vega in quote units for a volatility up by 1 (100 points)",
            ),
        }
    }

    /// Name and Greek, in order.
    pub fn rows(&self) -> [(&'static str, &Greek); 6] {
        [
            ("delta", &self.delta),
            ("gamma", &self.gamma),
            ("vega", &self.vega),
            ("theta", &self.theta),
            ("vanna", &self.vanna),
            ("volga", &self.volga),
        ]
    }
}
