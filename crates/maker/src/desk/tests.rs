use super::*;
use proptest::prelude::*;
use units::VolE9;

pub const PARAMS: Quoting = Quoting {
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
};

pub fn setting() -> Setting {
    let price = PriceE6(150_000_000);
    Setting {
        terms: Terms { forward: price, strike: price, vol: VolE9(650_000_000), seconds: 604_800 },
        kind: Kind::Call,
        spot_half_width_e6: 75_000,
        feed_age_s: 2,
        surface_age_s: 0,
    }
}

fn quoted(setting: &Setting, inventory: &Inventory) -> TwoSided {
    quote(&PARAMS, setting, inventory).unwrap()
}

#[test]
fn desk_quotes_around_the_models_price() {
    let found = quoted(&setting(), &Inventory::default());
    // 0.4 x 150 x 0.65 x sqrt(7 / 365), within what the approximation is worth.
    assert!((5_300_000..5_500_000).contains(&found.fair.0), "{}", found.fair.0);
    // 0.02 + vega 8.27 x 0.015 + delta 0.52 x (150 x 0.65 x sqrt(22 s) 0.0008 + 0.075).
    assert!((190_000..270_000).contains(&found.half_e6), "{}", found.half_e6);
    let (bid, ask) = (found.bid.unwrap(), found.ask.unwrap());
    assert_eq!((bid.lots, ask.lots), (20, 20));
    assert_eq!(ask.price.0 - bid.price.0, 2 * found.half_e6);
    assert_eq!(ask.price.0 - found.half_e6, found.fair.0);
}

#[test]
fn desk_widens_with_age_volatility_and_doubt() {
    let half = |change: fn(&mut Setting)| {
        let mut setting = setting();
        change(&mut setting);
        quoted(&setting, &Inventory::default()).half_e6
    };
    let plain = half(|_| {});
    assert!(half(|setting| setting.surface_age_s = 60) > plain);
    assert!(half(|setting| setting.feed_age_s = 10) > plain);
    assert!(half(|setting| setting.terms.vol = VolE9(900_000_000)) > plain);
    assert!(half(|setting| setting.spot_half_width_e6 = 150_000) > plain);
}

#[test]
fn desk_leaves_out_the_side_that_would_pass_a_limit() {
    let with = |inventory: Inventory| {
        let found = quoted(&setting(), &inventory);
        (found.bid.map_or(0, |side| side.lots), found.ask.map_or(0, |side| side.lots))
    };
    let none = Inventory::default();
    assert_eq!(with(Inventory { lots: 200, ..none }), (0, 20));
    assert_eq!(with(Inventory { lots: -195, ..none }), (20, 5));
    assert_eq!(with(Inventory { buying: 190, selling: 200, ..none }), (10, 0));
    assert_eq!(with(Inventory { net_delta_e9: 1_000_000_000_000, ..none }), (0, 20), "a call bought adds delta");
    assert_eq!(with(Inventory { net_delta_e9: -1_000_000_000_000, ..none }), (20, 0));
    let put = Setting { kind: Kind::Put, ..setting() };
    let found = quoted(&put, &Inventory { net_delta_e9: 1_000_000_000_000, ..none });
    assert!(found.bid.is_some() && found.ask.is_none(), "a put bought takes delta away");
}

proptest! {
    /// Whatever is held and however old the inputs are: nothing is bought above fair or sold below, the sides do not cross, and should all
    /// that is on offer fill, no series passes its limit.
    #[test]
    fn desk_never_gives_its_edge_away(
        strike in 20_000_000u64..600_000_000,
        vol in 100_000_000u64..3_000_000_000,
        seconds in 120u64..20_000_000,
        ages in (0u64..10_000, 0u64..10_000),
        call in any::<bool>(),
        lots in -250i64..250,
        offered in (0u64..250, 0u64..250),
        net_delta_e9 in -2_000_000_000_000i64..2_000_000_000_000,
    ) {
        let base = setting();
        let terms = Terms { strike: PriceE6(strike), vol: VolE9(vol), seconds, ..base.terms };
        let kind = if call { Kind::Call } else { Kind::Put };
        let setting = Setting { terms, kind, feed_age_s: ages.0, surface_age_s: ages.1, ..base };
        let inventory = Inventory { lots, buying: offered.0, selling: offered.1, net_delta_e9 };
        let found = quote(&PARAMS, &setting, &inventory).unwrap();
        prop_assert!(found.half_e6 >= PARAMS.floor_e6);
        if let Some(bid) = found.bid {
            prop_assert!(bid.price <= found.fair && bid.lots <= PARAMS.lots);
            prop_assert!(lots + (offered.0 + bid.lots).cast_signed() <= PARAMS.series_lots_max.cast_signed());
        }
        if let Some(ask) = found.ask {
            prop_assert!(ask.price >= found.fair && ask.lots <= PARAMS.lots);
            prop_assert!(-lots + (offered.1 + ask.lots).cast_signed() <= PARAMS.series_lots_max.cast_signed());
        }
        if let (Some(bid), Some(ask)) = (found.bid, found.ask) {
            prop_assert!(bid.price < ask.price);
        }
    }
}
