//! What an account's value does when the market moves a little: for people, no margin rests on it.
//!
//! Every figure is in quote atoms: a ratio of the pricing core times the notional at the forward. In the last half hour only the variable part
//! of the settlement average moves with spot. From the last minute on no volatility counts: options are worth their intrinsic value on the
//! average, which has a delta and nothing else.

use super::{Expiry, INTRINSIC_BELOW_S, Leg, Market, Portfolio, PortfolioError};
use crate::average::{AverageError, Parts};
use crate::mark::vol_floor;
use crate::payoff::Kind;
use pricing::{Terms, greeks as price_greeks};
use units::{PriceE6, VolE9, mul_div_floor};

const BILLION: u64 = 1_000_000_000;

/// Sensitivities in quote atoms, each rounded towards zero by position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Greeks {
    /// For forwards, and base, up by 100 %, were it linear.
    pub delta: i64,
    /// Change of `delta`, the forward it is multiplied by held, for forwards up by 100 %, were it linear.
    pub gamma: i64,
    /// For volatilities up by 1 (100 points).
    pub vega: i64,
    /// For the passing of a day.
    pub theta: i64,
    /// Change of `delta` for volatilities up by 1.
    pub vanna: i64,
    /// Change of `vega` for volatilities up by 1.
    pub volga: i64,
}

/// One series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesGreeks {
    /// Of one unit, rounded down.
    pub mark: PriceE6,
    /// Zero where no volatility counts.
    pub vol: VolE9,
    /// Of one unit, 1e9 = 1.
    pub delta_e9: i64,
}

/// One position's series, and what the position comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegGreeks {
    pub series: SeriesGreeks,
    pub greeks: Greeks,
}

impl Greeks {
    pub const ZERO: Self = Self { delta: 0, gamma: 0, vega: 0, theta: 0, vanna: 0, volga: 0 };

    /// `None` on overflow.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            delta: self.delta.checked_add(other.delta)?,
            gamma: self.gamma.checked_add(other.gamma)?,
            vega: self.vega.checked_add(other.vega)?,
            theta: self.theta.checked_add(other.theta)?,
            vanna: self.vanna.checked_add(other.vanna)?,
            volga: self.volga.checked_add(other.volga)?,
        })
    }
}

/// The forward that an expiry's options are priced on. Error: `Average`.
pub fn priced_forward(expiry: &Expiry) -> Result<PriceE6, AverageError> {
    expiry.average.parts(expiry.forward).map(Parts::forward)
}

/// One position. Errors: `Average`, `Surface`, `NotionalOutOfRange`, `Overflow`.
#[inline(never)]
pub fn leg_greeks(leg: &Leg, expiry: &Expiry, market: &Market) -> Result<LegGreeks, PortfolioError> {
    let parts = expiry.average.parts(expiry.forward)?;
    let forward = parts.forward();
    // BOUND: the variable part is at most the forward.
    let share_e9 = mul_div_floor(parts.variable.0, BILLION, forward.0).ok_or(PortfolioError::ForwardOutOfRange)?;
    let notional = mul_div_floor(leg.lots.0.unsigned_abs(), forward.0, u64::from(market.scale.lots_per_unit))
        .ok_or(PortfolioError::NotionalOutOfRange)?;
    let held = Held { notional, short: leg.lots.0 < 0, share_e9 };
    if expiry.seconds < INTRINSIC_BELOW_S {
        return held.intrinsic(leg, forward).ok_or(PortfolioError::Overflow);
    }
    let at = Expiry { forward, ..*expiry };
    let vol = vol_floor(&at, leg.strike).map_err(PortfolioError::Surface)?;
    let seconds = expiry.seconds.unsigned_abs();
    let terms = Terms { forward, strike: leg.strike, vol, seconds };
    let priced = price_greeks(&terms).map_err(PortfolioError::Surface)?;
    held.priced(leg, vol, &priced).ok_or(PortfolioError::Overflow)
}

/// Greeks of base: nothing but delta. `None` on overflow.
pub fn base_greeks(portfolio: &Portfolio<'_>, market: &Market) -> Option<Greeks> {
    let value = market.spot.value_floor(portfolio.base, market.scale.base_unit_atoms)?;
    Some(Greeks { delta: value.0, ..Greeks::ZERO })
}

/// A position's size and sign.
struct Held {
    /// At the forward, in quote atoms.
    notional: u64,
    short: bool,
    /// How much of a move of spot the priced forward follows.
    share_e9: u64,
}

impl Held {
    /// `ratio_e9` of the notional, with the position's sign.
    fn part(&self, ratio_e9: i64) -> Option<i64> {
        let size = i64::try_from(mul_div_floor(self.notional, ratio_e9.unsigned_abs(), BILLION)?).ok()?;
        if (ratio_e9 < 0) == self.short { Some(size) } else { size.checked_neg() }
    }

    /// `amount` as far as it moves with spot.
    fn share(&self, amount: i64) -> Option<i64> {
        let size = i64::try_from(mul_div_floor(amount.unsigned_abs(), self.share_e9, BILLION)?).ok()?;
        if amount < 0 { size.checked_neg() } else { Some(size) }
    }

    fn priced(&self, leg: &Leg, vol: VolE9, priced: &pricing::Greeks) -> Option<LegGreeks> {
        let call_delta_e9 = i64::from(priced.price.call_delta_e9);
        let (mark, delta_e9) = match leg.kind {
            Kind::Call => (priced.price.call.price_floor(), call_delta_e9),
            // BOUND: a call's delta is 0..=1e9.
            Kind::Put => (priced.price.put.price_floor(), call_delta_e9.wrapping_sub(BILLION.cast_signed())),
        };
        let greeks = Greeks {
            delta: self.share(self.part(delta_e9)?)?,
            gamma: self.share(self.share(self.part(i64::try_from(priced.gamma_e9).ok()?)?)?)?,
            vega: self.part(i64::try_from(priced.vega_e9).ok()?)?,
            theta: self.part(priced.theta_e9)?,
            vanna: self.share(self.part(priced.vanna_e9)?)?,
            volga: self.part(priced.volga_e9)?,
        };
        Some(LegGreeks { series: SeriesGreeks { mark, vol, delta_e9 }, greeks })
    }

    fn intrinsic(&self, leg: &Leg, forward: PriceE6) -> Option<LegGreeks> {
        let mark = leg.kind.intrinsic(leg.strike, forward);
        let one = BILLION.cast_signed();
        let delta_e9 = match leg.kind {
            _ if mark == PriceE6::ZERO => 0,
            Kind::Call => one,
            Kind::Put => one.wrapping_neg(),
        };
        let greeks = Greeks { delta: self.share(self.part(delta_e9)?)?, ..Greeks::ZERO };
        Some(LegGreeks { series: SeriesGreeks { mark, vol: VolE9(0), delta_e9 }, greeks })
    }
}

#[cfg(test)]
mod tests;
