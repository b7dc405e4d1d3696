//! The optional `params` of a portfolio file: what a market, its feed and its surface say. All are numbers in human units.

use crate::input::{InputError, Item, Number, Record};
use risk::{
    portfolio::{MarginParams, PEG},
    scenario::{ScenarioParams, VolParams},
};
use units::{PriceE6, VolE9};

/// A parameter in 1e-9: its name, its bounds and where it goes.
pub(super) struct Ratio<T: 'static> {
    pub name: &'static str,
    pub least_e9: u32,
    pub most_e9: u32,
    pub place: fn(&mut T) -> &mut u32,
}

const fn ratio<T>(name: &'static str, least_e9: u32, most_e9: u32, place: fn(&mut T) -> &mut u32) -> Ratio<T> {
    Ratio { name, least_e9, most_e9, place }
}

const ONE: u32 = 1_000_000_000;

pub(super) const MARGIN: [Ratio<MarginParams>; 7] = [
    ratio("mm_loss", 1, ONE, |params| &mut params.mm_loss_e9),
    ratio("net_short_im", 0, ONE, |params| &mut params.net_short_im_e9),
    ratio("net_short_mm", 0, ONE, |params| &mut params.net_short_mm_e9),
    ratio("basis_add", 0, 4 * ONE, |params| &mut params.basis_add_e9),
    ratio("basis_per_year", 0, 4 * ONE, |params| &mut params.basis_per_year_e9),
    ratio("concentration_share", 0, ONE, |params| &mut params.concentration_share_e9),
    ratio("concentration", 0, ONE, |params| &mut params.concentration_e9),
];

pub(super) const SCENARIOS: [Ratio<ScenarioParams>; 3] = [
    // The design's bound is 5; the account's field holds no more than this.
    ratio("multiplier", 100_000_000, u32::MAX, |params| &mut params.multiplier_e9),
    ratio("step", 1_000_000, 200_000_000, |params| &mut params.step_e9),
    ratio("wide", 1_000_000, 800_000_000, |params| &mut params.wide_e9),
];

pub(super) const VOL: [Ratio<VolParams>; 7] = [
    ratio("up", 10_000_000, 2 * ONE, |params| &mut params.up_e9),
    ratio("down", 10_000_000, ONE, |params| &mut params.down_e9),
    ratio("power_short", 0, 500_000_000, |params| &mut params.power_short_e9),
    ratio("power_long", 0, 500_000_000, |params| &mut params.power_long_e9),
    ratio("tilt", 0, 4 * ONE, |params| &mut params.tilt_e9),
    ratio("tilt_max", 0, 900_000_000, |params| &mut params.tilt_max_e9),
    ratio("stale", 0, ONE, |params| &mut params.stale_e9),
];

const MARKET: [&str; 7] =
    ["table", "base_decimals", "stable", "half_width", "quote_price", "stale_minutes", "scenarios"];
const SCENARIO_GROUPS: [&str; 2] = ["tail", "vol"];
const VOL_FLOORS: [&str; 2] = ["up_floor", "down_floor"];
const TAIL: [&str; 2] = ["move", "weight"];

fn names<T>(groups: &[&'static str], ratios: &[Ratio<T>]) -> Vec<&'static str> {
    groups.iter().copied().chain(ratios.iter().map(|ratio| ratio.name)).collect()
}

/// Names of the fields of `params`, of its `scenarios`, and of their `vol` and `tail`.
pub(super) fn fields() -> [Vec<&'static str>; 4] {
    [names(&MARKET, &MARGIN), names(&SCENARIO_GROUPS, &SCENARIOS), names(&VOL_FLOORS, &VOL), TAIL.to_vec()]
}

/// What the file says of the market beside its spot price.
#[derive(Clone, Copy, Debug)]
pub struct Params {
    pub margin: MarginParams,
    pub base_decimals: u32,
    pub stable: PriceE6,
    pub half_width: PriceE6,
    pub quote_price: PriceE6,
    pub stale_minutes: u64,
}

impl Params {
    /// Without any: the design's table, a token of nine decimals, a feed without spread at its stable price, a quote token at its peg and
    /// a surface just posted.
    pub fn new(spot: PriceE6) -> Self {
        Self {
            margin: MarginParams::DEFAULT,
            base_decimals: 9,
            stable: spot,
            half_width: PriceE6::ZERO,
            quote_price: PEG,
            stale_minutes: 0,
        }
    }

    pub fn read(item: Option<Item<'_>>, spot: PriceE6) -> Result<Self, InputError> {
        let mut params = Self::new(spot);
        let Some(item) = item else { return Ok(params) };
        let [known, scenarios, ..] = fields();
        let record = item.record(&known)?;
        if let Some(table) = record.optional("table") {
            params.margin = table.choice(&[("default", MarginParams::DEFAULT), ("sol", MarginParams::SOL)])?;
        }
        params.base_decimals = record.number_or("base_decimals", &Number::new(0, 0, 18), params.base_decimals)?;
        let price = |name: &str, least: u64, most: u64, default: PriceE6| {
            record.number_or(name, &Number::new(6, least, most), default.0).map(PriceE6)
        };
        params.stable = price("stable", PriceE6::MIN.0, PriceE6::MAX.0, spot)?;
        params.half_width = price("half_width", 0, spot.0, params.half_width)?;
        params.quote_price = price("quote_price", 500_000, 2_000_000, PEG)?;
        params.stale_minutes = record.number_or("stale_minutes", &Number::new(0, 0, u32::MAX), 0)?;
        ratios(&record, &MARGIN, &mut params.margin)?;
        if let Some(item) = record.optional("scenarios") {
            scenarios_read(&item.record(&scenarios)?, &mut params.margin.scenarios)?;
        }
        Ok(params)
    }
}

fn ratios<T>(record: &Record<'_>, ratios: &[Ratio<T>], into: &mut T) -> Result<(), InputError> {
    for ratio in ratios {
        let place = (ratio.place)(into);
        *place = record.number_or(ratio.name, &Number::new(9, ratio.least_e9, ratio.most_e9), *place)?;
    }
    Ok(())
}

fn scenarios_read(record: &Record<'_>, scenarios: &mut ScenarioParams) -> Result<(), InputError> {
    ratios(record, &SCENARIOS, scenarios)?;
    if let Some(item) = record.optional("tail") {
        let len = scenarios.tail.len();
        for (entry, tail) in item.list(len, len)?.iter().zip(&mut scenarios.tail) {
            let entry = entry.record(&TAIL)?;
            tail.move_e9 = entry.number("move", &Number::new(9, -950_000_000, 7_000_000_000_i64))?;
            tail.weight_e9 = entry.number("weight", &Number::new(9, 1, ONE))?;
        }
    }
    let Some(item) = record.optional("vol") else { return Ok(()) };
    let [_, _, known, _] = fields();
    let (record, vol) = (item.record(&known)?, &mut scenarios.vol);
    ratios(&record, &VOL, vol)?;
    let floor = Number::new(9, VolE9::MIN.0, VolE9::MAX.0);
    vol.up_floor = VolE9(record.number_or("up_floor", &floor, vol.up_floor.0)?);
    vol.down_floor = VolE9(record.number_or("down_floor", &floor, vol.down_floor.0)?);
    Ok(())
}
