//! Why a price was refused.

use core::fmt;

/// One variant for each distinct check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PricingError {
    /// The forward lies outside 1e2..=1e13 (e6).
    ForwardOutOfRange,
    /// The strike lies outside 1e2..=1e13 (e6).
    StrikeOutOfRange,
    /// The volatility lies outside 5 %..=500 %.
    VolOutOfRange,
    /// The time to expiry lies outside 60 s..=2 years; below 60 s a position is valued at intrinsic.
    TimeOutOfRange,
    /// The strike is more than 4,096 times the forward, or less than its 4,096th part: a row has no digits left there; use `price`.
    MoneynessOutOfRange,
    /// A forward move outside x0.05..=x8.
    MoveOutOfRange,
    /// A volatility multiplier above x8, or a tilt that could turn it negative.
    ShockOutOfRange,
    /// The rows' output is shorter than the table's nodes.
    OutputTooShort,
    /// The premium is below intrinsic value: no volatility gives it.
    PremiumBelowIntrinsic,
    /// The premium is at or above the forward (call) or the strike (put): no volatility gives it.
    PremiumAboveMaximum,
    /// The premium is below the one at 5 %.
    VolBelowRange,
    /// The premium is above the one at 500 %.
    VolAboveRange,
    /// SVI: b lies outside 0..=4.
    SviSlopeOutOfRange,
    /// SVI: |rho| must be below 1.
    SviCorrelationOutOfRange,
    /// SVI: sigma lies outside 1e-4..=10.
    SviWidthOutOfRange,
    /// SVI: |a| is above 50 or |m| above 10.
    SviLevelOutOfRange,
    /// SVI: the least total variance, a + b sigma sqrt(1 - rho^2), is negative.
    SviNegativeVariance,
    /// SVI: b (1 + |rho|) is above 2, so the wings break Lee's moment bound.
    SviWingTooSteep,
    /// SVI: the implied density is negative at a checked strike (butterfly arbitrage).
    SviButterfly,
    /// SVI: the later expiry has the lower total variance at a checked strike (calendar arbitrage).
    SviCalendar,
    /// No strike to check a surface at.
    StrikesMissing,
    /// The strikes to check a surface at do not ascend.
    StrikesNotAscending,
}

impl fmt::Display for PricingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ForwardOutOfRange => "forward outside 0.0001..=10000000",
            Self::StrikeOutOfRange => "strike outside 0.0001..=10000000",
            Self::VolOutOfRange => "volatility outside 0.05..=5",
            Self::TimeOutOfRange => "time to expiry outside 60..=63072000 seconds",
            Self::MoneynessOutOfRange => "strike / forward outside 1/4096..=4096",
            Self::MoveOutOfRange => "forward move outside 0.05..=8",
            Self::ShockOutOfRange => "volatility shock outside its bounds",
            Self::OutputTooShort => "the output has fewer places than the table has nodes",
            Self::PremiumBelowIntrinsic => "premium below intrinsic value",
            Self::PremiumAboveMaximum => "premium not below the forward (call) or the strike (put)",
            Self::VolBelowRange => "premium below the one at a volatility of 0.05",
            Self::VolAboveRange => "premium above the one at a volatility of 5",
            Self::SviSlopeOutOfRange => "svi b outside 0..=4",
            Self::SviCorrelationOutOfRange => "svi rho outside -1..1",
            Self::SviWidthOutOfRange => "svi sigma outside 0.0001..=10",
            Self::SviLevelOutOfRange => "svi a outside -50..=50 or m outside -10..=10",
            Self::SviNegativeVariance => "svi least total variance is negative",
            Self::SviWingTooSteep => "svi b (1 + |rho|) above 2",
            Self::SviButterfly => "svi density negative at a strike",
            Self::SviCalendar => "svi total variance falls with time at a strike",
            Self::StrikesMissing => "no strike to check the surface at",
            Self::StrikesNotAscending => "strikes do not ascend",
        })
    }
}

impl core::error::Error for PricingError {}
