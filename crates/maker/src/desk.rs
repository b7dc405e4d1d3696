//! At which prices and sizes to quote one series.
//!
//! ```text
//! fair   = Black-76 on the expiry's forward, at the surface's volatility for the strike
//! half   = floor + vega x vol width x (1 + surface age / its measure) + |delta| x (one sigma over hold and feed age + the feed's half width)
//! shift  = -half / 2 x (lots held / series limit) - sign(delta) half / 2 x (net delta / delta limit), each share within -1..=1
//! bid    = floor(fair + shift - half),  ask = ceil(fair + shift + half)
//! ```
//! Ours, in the manner of Avellaneda & Stoikov 2008, "High-frequency trading in a limit order book": the reservation price leans against the
//! inventory, and the width pays for volatility over the time a quote stands. As |shift| <= half, nothing is bought above fair or sold below.
//! Domain: that of `pricing`; amounts saturate at 64 bits. Errors: less than two units of `PriceE6`.

pub mod package;

use crate::Quoting;
use pricing::{Kind, PricingError, SECONDS_PER_YEAR, Terms, greeks};
use std::collections::BTreeMap;
use units::PriceE6;

const BILLION: i128 = 1_000_000_000;

/// One series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    /// `abi::margin::KIND_CALL` or `KIND_PUT`.
    pub kind: u8,
}

/// What a series is priced from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub terms: Terms,
    pub kind: Kind,
    /// Half width of the feed's price, and seconds since it was accepted.
    pub spot_half_width_e6: u64,
    pub feed_age_s: u64,
    pub surface_age_s: u64,
}

/// What is held, and what is on offer already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Of this series; negative is short.
    pub lots: i64,
    /// Lots that quotes out there may buy and sell yet.
    pub buying: u64,
    pub selling: u64,
    /// Of the whole account, in 1e-9 lots of the underlying.
    pub net_delta_e9: i64,
}

/// One side of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    pub price: PriceE6,
    pub lots: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoSided {
    pub fair: PriceE6,
    pub half_e6: u64,
    /// What of the half width pays for volatility, and what for the price.
    pub vega_e6: u64,
    pub move_e6: u64,
    /// Lots held.
    pub held: i64,
    /// Of one lot bought, 1e9 = 1.
    pub delta_e9: i64,
    pub bid: Option<Side>,
    pub ask: Option<Side>,
}

/// Every series that is priced.
pub type Found = BTreeMap<Series, TwoSided>;

/// Errors: those of [`pricing::greeks`].
pub fn quote(params: &Quoting, setting: &Setting, inventory: &Inventory) -> Result<TwoSided, PricingError> {
    let found = greeks(&setting.terms)?;
    let fair = found.price.of(setting.kind).price_floor();
    let call_delta = i64::from(found.price.call_delta_e9);
    let delta_e9 = match setting.kind {
        Kind::Call => call_delta,
        Kind::Put => call_delta.saturating_sub(1_000_000_000),
    };
    let width = Width::of(params, setting, found.vega_e9, delta_e9);
    let half = width.half(params);
    let (fair_e6, shift) = (i128::from(fair.0), shift(params, inventory, half, delta_e9));
    let middle = fair_e6.saturating_add(shift);
    let price = |value: i128| u64::try_from(value).ok().map(PriceE6).filter(|price| price.in_bounds());
    let grows = |up: bool| if up { inventory.net_delta_e9 >= 0 } else { inventory.net_delta_e9 <= 0 };
    let limit = i128::from(params.delta_lots_max).saturating_mul(BILLION);
    let at_limit = i128::from(inventory.net_delta_e9).abs() >= limit;
    let open = |buys: bool| !at_limit || !grows(buys == (delta_e9 >= 0));
    let side = |buys: bool, at: i128| {
        let lots = room(params, inventory, buys).min(params.lots);
        let price = price(at)?;
        (lots > 0 && open(buys)).then_some(Side { price, lots })
    };
    let part = |part: i128| u64::try_from(part).unwrap_or(u64::MAX);
    Ok(TwoSided {
        fair,
        half_e6: part(half),
        vega_e6: part(width.vega),
        move_e6: part(width.moves),
        held: inventory.lots,
        delta_e9,
        bid: side(true, middle.saturating_sub(half)),
        ask: side(false, middle.saturating_add(half)),
    })
}

/// Lots that may yet be offered on a side without the series passing its limit, should everything on offer fill.
pub fn room(params: &Quoting, inventory: &Inventory, buys: bool) -> u64 {
    let held = if buys { i128::from(inventory.lots) } else { i128::from(inventory.lots).saturating_neg() };
    let offered = i128::from(if buys { inventory.buying } else { inventory.selling });
    let left = i128::from(params.series_lots_max).saturating_sub(held).saturating_sub(offered);
    u64::try_from(left.max(0)).unwrap_or(u64::MAX)
}

/// What a half width pays for, beside its floor.
struct Width {
    vega: i128,
    moves: i128,
}

impl Width {
    fn of(params: &Quoting, setting: &Setting, vega_e9: u64, delta_e9: i64) -> Self {
        let forward = i128::from(setting.terms.forward.0);
        let aged = BILLION
            .saturating_add(over(i128::from(setting.surface_age_s).saturating_mul(BILLION), params.surface_age_s));
        let vol = times_e9(i128::from(params.vol_width_e9), aged);
        let seconds = params.hold_s.saturating_add(setting.feed_age_s);
        let move_e9 = times_e9(setting.terms.vol.0.into(), root_of_years_e9(seconds));
        let moves = times_e9(forward, move_e9).saturating_add(setting.spot_half_width_e6.into());
        Self {
            vega: times_e9(times_e9(forward, vega_e9.into()), vol),
            moves: times_e9(moves, i128::from(delta_e9).abs()),
        }
    }

    fn half(&self, params: &Quoting) -> i128 {
        let paid = self.vega.saturating_add(self.moves);
        i128::from(params.floor_e6).saturating_add(paid).min(i128::from(u64::MAX))
    }
}

/// sqrt(seconds / year) in 1e-9, rounded down.
fn root_of_years_e9(seconds: u64) -> i128 {
    let share_e18 = u128::from(seconds).saturating_mul(1_000_000_000_000_000_000).checked_div(SECONDS_PER_YEAR.into());
    i128::try_from(share_e18.unwrap_or_default().isqrt()).unwrap_or(BILLION)
}

/// How far the middle of the quote leans against the inventory; within -half..=half.
fn shift(params: &Quoting, inventory: &Inventory, half: i128, delta_e9: i64) -> i128 {
    let within = |share_e9: i128| share_e9.clamp(BILLION.saturating_neg(), BILLION);
    let series = within(over(i128::from(inventory.lots).saturating_mul(BILLION), params.series_lots_max));
    // Net delta is in 1e-9 lots already.
    let delta = within(over(inventory.net_delta_e9.into(), params.delta_lots_max));
    let leaning = series.saturating_add(delta.saturating_mul(i128::from(delta_e9.signum())));
    over(times_e9(half, leaning), 2).saturating_neg()
}

/// a x b / 1e9, towards zero.
fn times_e9(a: i128, b: i128) -> i128 {
    a.saturating_mul(b).checked_div(BILLION).unwrap_or_default()
}

/// a / b towards zero, 0 for a `b` of 0.
fn over(a: i128, b: u64) -> i128 {
    a.checked_div(b.into()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
