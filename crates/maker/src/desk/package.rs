//! Packages: several legs of one expiry, taken whole or not at all, quoted inside what their legs cost one by one.
//!
//! ```text
//! net    = |sum of +-ratio x vega part| + |sum of +-ratio x move part|   of the legs' half widths, as legs of a package hedge each other
//! gross  = sum of ratio x (vega part + move part)
//! share  = net / gross, at least `package_share_percent`
//! leg    = fair + (the single quote - fair) x share, rounded away from fair
//! ```
//! Ours. A single series is a package of one leg, whose share is one. As a single quote leans against the inventory and never gives its edge
//! away, neither does a leg. A package whose leg has no single quote on its side is not quoted: that leg is at a limit.

use super::{BILLION, Found, Series, TwoSided, over, times_e9};
use crate::Quoting;
use crate::config::Shape;
use abi::margin::{KIND_CALL, KIND_PUT};
use units::PriceE6;

/// A leg without its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub series: Series,
    pub buys: bool,
    /// Lots in one package.
    pub ratio: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedLeg {
    pub leg: Leg,
    pub price: PriceE6,
}

/// What is to be on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub legs: Vec<PricedLeg>,
    /// Packages, at most.
    pub packages: u64,
}

/// Both sides of every series, then both directions of every package.
pub fn proposals(params: &Quoting, found: &Found, packages: &[Vec<Leg>]) -> Vec<Proposal> {
    let single = |(series, now): (&Series, &TwoSided)| {
        let side = |buys: bool| {
            let side = if buys { now.bid } else { now.ask }?;
            let leg = Leg { series: *series, buys, ratio: 1 };
            Some(Proposal { legs: vec![PricedLeg { leg, price: side.price }], packages: side.lots })
        };
        [side(true), side(false)].into_iter().flatten().collect::<Vec<_>>()
    };
    let both = |legs: &Vec<Leg>| {
        let other: Vec<_> = legs.iter().map(|leg| Leg { buys: !leg.buys, ..*leg }).collect();
        [proposal(params, found, legs), proposal(params, found, &other)].into_iter().flatten().collect::<Vec<_>>()
    };
    found.iter().flat_map(single).chain(packages.iter().flat_map(both)).collect()
}

/// `None` where a leg is not quoted, or would be for less than a price can be.
fn proposal(params: &Quoting, found: &Found, legs: &[Leg]) -> Option<Proposal> {
    let share = share_e9(params, found, legs)?;
    let (mut priced, mut packages) = (Vec::with_capacity(legs.len()), params.package_lots);
    for leg in legs {
        let now = found.get(&leg.series)?;
        let side = if leg.buys { now.bid } else { now.ask }?;
        let edge = u64::try_from(times_e9_ceil(side.price.0.abs_diff(now.fair.0).into(), share)).ok()?;
        let price = if leg.buys { now.fair.0.checked_sub(edge) } else { now.fair.0.checked_add(edge) };
        let price = price.map(PriceE6).filter(|price| price.in_bounds())?;
        priced.push(PricedLeg { leg: *leg, price });
        packages = packages.min(side.lots.checked_div(leg.ratio.into())?);
    }
    (packages > 0).then_some(Proposal { legs: priced, packages })
}

/// The half width of a package as of now. `None` where a leg is not priced.
pub fn half_e6(params: &Quoting, found: &Found, legs: &[PricedLeg]) -> Option<i128> {
    let bare: Vec<_> = legs.iter().map(|priced| priced.leg).collect();
    let share = share_e9(params, found, &bare)?;
    let one = |leg: &Leg| Some(i128::from(found.get(&leg.series)?.half_e6).saturating_mul(leg.ratio.into()));
    let sum = bare.iter().try_fold(0i128, |sum, leg| Some(sum.saturating_add(one(leg)?)))?;
    Some(times_e9(sum, share))
}

/// What a package is better for the maker than fair, by today's prices. `None` where a leg is not priced.
pub fn edge_e6(found: &Found, legs: &[PricedLeg]) -> Option<i128> {
    legs.iter().try_fold(0i128, |sum, PricedLeg { leg, price }| {
        let above = i128::from(price.0).saturating_sub(found.get(&leg.series)?.fair.0.into());
        let edge = if leg.buys { above.saturating_neg() } else { above };
        Some(sum.saturating_add(edge.saturating_mul(leg.ratio.into())))
    })
}

/// In 1e-9. `None` where a leg is not priced.
fn share_e9(params: &Quoting, found: &Found, legs: &[Leg]) -> Option<i128> {
    let (mut vega, mut moves, mut gross) = (0i128, 0i128, 0i128);
    for leg in legs {
        let now = found.get(&leg.series)?;
        let ratio = i128::from(leg.ratio);
        let sign = if leg.buys { ratio } else { ratio.saturating_neg() };
        let (of_vega, of_moves) = (i128::from(now.vega_e6), i128::from(now.move_e6));
        vega = vega.saturating_add(of_vega.saturating_mul(sign));
        moves = moves.saturating_add(of_moves.saturating_mul(sign).saturating_mul(now.delta_e9.signum().into()));
        gross = gross.saturating_add(of_vega.saturating_add(of_moves).saturating_mul(ratio));
    }
    let net = vega.abs().saturating_add(moves.abs());
    let least = over(i128::from(params.package_share_percent).saturating_mul(BILLION), 100);
    // Legs that pay for nothing but their floor hedge nothing.
    let share = net.saturating_mul(BILLION).checked_div(gross).unwrap_or(BILLION);
    Some(share.max(least).min(BILLION))
}

/// a x b / 1e9 for what is not negative, rounded up.
fn times_e9_ceil(a: i128, b: i128) -> i128 {
    times_e9(a.saturating_mul(b).saturating_add(BILLION.saturating_sub(1)), 1)
}

/// The legs of a shape around the strike at `centre`. `None` where a step leaves the strikes.
pub fn legs(shape: &Shape, expiry_unix_s: i64, strikes: &[PriceE6], centre: usize) -> Option<Vec<Leg>> {
    let one = |leg: &crate::config::ShapeLeg| {
        let strike = strikes.get(centre.checked_add_signed(leg.step.into())?)?;
        let kind = if leg.kind == crate::config::ShapeKind::Call { KIND_CALL } else { KIND_PUT };
        let series = Series { expiry_unix_s, strike_e6: strike.0, kind };
        Some(Leg { series, buys: leg.side == crate::config::ShapeSide::Buy, ratio: leg.ratio })
    };
    shape.legs.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
