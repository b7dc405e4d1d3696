//! Implied volatility.

use crate::black::Pair;
use crate::error::PricingError;
use crate::price::{E6, PriceE12};
use crate::terms::{Kind, validate_prices};
use crate::total_vol::RootTime;
use units::{PriceE6, VolE9};

/// What an implied volatility is sought for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premium {
    pub forward: PriceE6,
    pub strike: PriceE6,
    pub seconds: u64,
    pub kind: Kind,
    pub premium: PriceE12,
}

/// The volatility at which [`crate::price`] gives the premium: of the two neighbouring volatilities (1e-9 apart) that enclose it, the one
/// whose price is closer.
///
/// Bisection on the integer volatility, at most 33 values of the price that it inverts: it cannot diverge, needs no derivative (which
/// vanishes in the wings) and ends in a bracket whatever the premium. The error in volatility is the price's error / vega, plus 1e-9.
///
/// Errors: those of [`crate::price`] but the volatility's, `PremiumBelowIntrinsic`, `PremiumAboveMaximum`, `VolBelowRange`, `VolAboveRange`.
pub fn implied_vol(premium: &Premium) -> Result<VolE9, PricingError> {
    validate_prices(premium.forward, premium.strike, premium.seconds)?;
    let pair = Pair::new(premium.forward.0, premium.strike.0);
    let target = out_of_the_money_q38(premium, &pair)?;
    let time = RootTime::of(premium.seconds);
    let value = |vol: u64| pair.value(time.total_of(VolE9(vol)));

    let (mut low, mut high) = (VolE9::MIN.0, VolE9::MAX.0);
    let (mut below, mut above) = (value(low), value(high));
    // One unit of slack: the premium was itself rounded.
    if target.wrapping_add(1) < below || target == 0 {
        return Err(PricingError::VolBelowRange);
    }
    if target > above.wrapping_add(1) {
        return Err(PricingError::VolAboveRange);
    }
    // BOUND: low < high <= 5e9 throughout.
    while high.wrapping_sub(low) > 1 {
        let middle = low.wrapping_add(high) >> 1;
        let at = value(middle);
        if at < target {
            (low, below) = (middle, at);
        } else {
            (high, above) = (middle, at);
        }
    }
    Ok(VolE9(if target.saturating_sub(below) < above.saturating_sub(target) { low } else { high }))
}

/// The premium, brought to the option out of the money by parity, as a fraction of the larger of forward and strike; to the nearest.
pub(crate) fn out_of_the_money_q38(premium: &Premium, pair: &Pair) -> Result<u64, PricingError> {
    let out = (premium.kind == Kind::Call) == pair.call;
    // BOUND: prices are at most 1e13, so x 1e6 is at most 1e19 < 2^64.
    let larger = pair.larger.wrapping_mul(E6);
    let (least, most) = if out { (0, pair.smaller) } else { (pair.larger.wrapping_sub(pair.smaller), pair.larger) };
    let time_value =
        premium.premium.0.checked_sub(least.wrapping_mul(E6)).ok_or(PricingError::PremiumBelowIntrinsic)?;
    if premium.premium.0 >= most.wrapping_mul(E6) {
        return Err(PricingError::PremiumAboveMaximum);
    }
    let scaled = (u128::from(time_value) << 38).wrapping_add(u128::from(larger >> 1));
    let fraction = scaled.checked_div(u128::from(larger)).unwrap_or(0);
    // BOUND: time_value < larger.
    Ok(u64::try_from(fraction).unwrap_or(u64::MAX))
}
