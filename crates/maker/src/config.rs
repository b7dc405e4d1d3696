//! The maker's configuration file.

use abi::quote::MAX_LEGS;
use serde::Deserialize;
use services::FeeLimits;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The cluster's RPC.
    pub url: String,
    /// The owner's key, or that of a delegate who may trade and cancel.
    pub keypair: PathBuf,
    pub market: String,
    /// The margin account that is quoted for.
    pub account: String,
    pub relays: Vec<String>,
    /// Where health and metrics are served.
    pub listen: SocketAddr,
    #[serde(default)]
    pub fees: FeeLimits,
    #[serde(default)]
    pub quoting: Quoting,
    /// Packages that are quoted, both ways, around the strikes nearest to the forward.
    #[serde(default)]
    pub packages: Vec<Shape>,
}

/// A package by its legs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    pub legs: Vec<ShapeLeg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShapeLeg {
    pub kind: ShapeKind,
    pub side: ShapeSide,
    /// Strikes away from the one in the middle, up where positive.
    pub step: i8,
    /// Lots in one package.
    #[serde(default = "one")]
    pub ratio: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShapeKind {
    Call,
    Put,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShapeSide {
    Buy,
    Sell,
}

const fn one() -> u16 {
    1
}

impl Shape {
    /// The first thing wrong with it.
    pub fn validate(&self) -> Result<(), &'static str> {
        if !(2..=MAX_LEGS).contains(&self.legs.len()) {
            return Err("a package has 2 to 8 legs: single series are quoted anyway");
        }
        if self.legs.iter().any(|leg| leg.ratio == 0) {
            return Err("a ratio is at least 1");
        }
        let is_same = |a: &ShapeLeg, b: &ShapeLeg| (a.kind, a.step) == (b.kind, b.step);
        if self.legs.iter().enumerate().any(|(at, leg)| self.legs.iter().take(at).any(|other| is_same(leg, other))) {
            return Err("two legs are of one series: change the ratio of one instead");
        }
        Ok(())
    }
}

/// How it quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quoting {
    /// Milliseconds between two rounds.
    pub period_ms: u64,
    /// Slots that a quote is good for.
    pub life_slots: u64,
    /// Nearest expiries quoted, and strikes on each side of the forward.
    pub expiries: usize,
    pub strikes: usize,
    /// Nothing nearer to its expiry than this is quoted.
    pub min_seconds: u64,
    /// Lots of one quote.
    pub lots: u64,
    /// Most lots, long or short, in one series: held and on offer together.
    pub series_lots_max: u64,
    /// Most lots of the underlying that the whole account may be worth, up or down.
    pub delta_lots_max: u64,
    /// Half width: at least this premium..
    pub floor_e6: u64,
    /// ..and what the premium changes by when volatility does by this much (0.01 is 10,000,000)..
    pub vol_width_e9: u64,
    /// ..which doubles with every so many seconds of the surface's age..
    pub surface_age_s: u64,
    /// ..and by a move of one standard deviation in so many seconds and the feed's age.
    pub hold_s: u64,
    /// Strikes on each side of the forward around which packages are quoted, and packages of one quote.
    pub package_strikes: usize,
    pub package_lots: u64,
    /// A package is quoted at no less than this share of its legs' own distances from fair, however well they hedge each other.
    pub package_share_percent: u64,
    /// A quote is cancelled when less than this share of its half width is left of its edge, and replaced when its price is off by as much.
    pub edge_percent: u64,
}

impl Default for Quoting {
    fn default() -> Self {
        Self {
            period_ms: 1_000,
            life_slots: 150,
            expiries: 3,
            strikes: 4,
            min_seconds: 120,
            lots: 20,
            series_lots_max: 200,
            delta_lots_max: 1_000,
            floor_e6: 20_000,
            vol_width_e9: 15_000_000,
            surface_age_s: 60,
            hold_s: 20,
            package_strikes: 1,
            package_lots: 10,
            package_share_percent: 50,
            edge_percent: 25,
        }
    }
}

impl Quoting {
    /// The first thing wrong with it.
    pub fn validate(&self) -> Result<(), &'static str> {
        if self.period_ms < 100 || self.life_slots < 10 {
            return Err("a round takes at least 100 ms, a quote is good for at least 10 slots");
        }
        if self.package_lots == 0 || !(1..=100).contains(&self.package_share_percent) {
            return Err("package_lots is at least 1, package_share_percent 1 to 100");
        }
        if self.lots == 0 || self.series_lots_max < self.lots || self.delta_lots_max == 0 {
            return Err("lots are at least 1, and no more than series_lots_max; delta_lots_max is at least 1");
        }
        if self.floor_e6 == 0 || self.surface_age_s == 0 || !(1..=90).contains(&self.edge_percent) {
            return Err("floor_e6 and surface_age_s are at least 1, edge_percent 1 to 90");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_of_the_page_is_the_defaults() {
        let page = include_str!("../../../docs/maker.md");
        let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config: Config = toml::from_str(example).unwrap();
        assert_eq!(config.quoting, Quoting::default());
        assert_eq!(config.quoting.validate(), Ok(()));
        assert_eq!(config.packages.len(), 2);
        assert!(config.packages.iter().all(|shape| shape.validate() == Ok(())));
    }

    #[test]
    fn quoting_that_makes_no_sense_is_refused() {
        let plain = Quoting::default();
        for wrong in [
            Quoting { period_ms: 99, ..plain },
            Quoting { life_slots: 9, ..plain },
            Quoting { lots: 0, ..plain },
            Quoting { series_lots_max: 19, ..plain },
            Quoting { delta_lots_max: 0, ..plain },
            Quoting { floor_e6: 0, ..plain },
            Quoting { surface_age_s: 0, ..plain },
            Quoting { edge_percent: 91, ..plain },
            Quoting { package_lots: 0, ..plain },
            Quoting { package_share_percent: 101, ..plain },
        ] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn shapes_that_are_no_packages_are_refused() {
        let leg = ShapeLeg { kind: ShapeKind::Put, side: ShapeSide::Buy, step: 0, ratio: 1 };
        let shape = |legs: &[ShapeLeg]| Shape { legs: legs.to_vec() };
        let at = |step: i8| ShapeLeg { step, ..leg };
        assert_eq!(shape(&[leg, ShapeLeg { kind: ShapeKind::Call, ..leg }]).validate(), Ok(()));
        for wrong in [
            shape(&[leg]),
            shape(&(0..9).map(at).collect::<Vec<_>>()),
            shape(&[leg, ShapeLeg { side: ShapeSide::Sell, ..leg }]),
            shape(&[at(1), ShapeLeg { ratio: 0, ..leg }]),
        ] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
    }
}
