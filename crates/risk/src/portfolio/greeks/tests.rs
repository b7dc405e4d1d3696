#![allow(clippy::float_arithmetic, reason = "the expected figures are floating-point ones")]
use super::super::{Market, PEG};
use super::*;
use crate::average::RunningAverage;
use crate::mark::price_floor;
use crate::standard::Scale;
use pricing::Svi;
use proptest::prelude::*;
use units::{BaseAtoms, Lots, QuoteAtoms};

const SPOT: u64 = 150_000_000;
const DAY_S: i64 = 86_400;
const SVI: Svi = Svi { a_e9: 5_000_000, b_e9: 40_000_000, rho_e9: -200_000_000, m_e9: 0, sigma_e9: 150_000_000 };

fn market() -> Market {
    Market {
        spot: PriceE6(SPOT),
        stable: PriceE6(SPOT),
        half_width: PriceE6(0),
        quote_price: PEG,
        stale_minutes: 0,
        scale: Scale { lots_per_unit: 10, base_unit_atoms: 1_000_000_000 },
    }
}

fn expiry(seconds: i64, average: RunningAverage) -> Expiry {
    Expiry { forward: PriceE6(SPOT), seconds, svi: SVI, reference_s: 30 * 86_400, average }
}

fn leg(kind: Kind, strike: u64, lots: i64) -> Leg {
    Leg { expiry: 0, strike: PriceE6(strike), kind, lots: Lots(lots), open_interest: None }
}

fn of(leg: &Leg, expiry: &Expiry) -> LegGreeks {
    leg_greeks(leg, expiry, &market()).unwrap()
}

#[test]
fn a_position_of_one_unit_has_the_ratios_of_the_pricing_core_times_the_forward() {
    let expiry = expiry(30 * DAY_S, RunningAverage::NOT_BEGUN);
    let long = of(&leg(Kind::Call, 160_000_000, 10), &expiry);
    let terms = crate::mark::terms(&expiry, PriceE6(160_000_000)).unwrap();
    let core = price_greeks(&terms).unwrap();
    let times = |ratio_e9: i64| ratio_e9 * 150 / 1_000;
    assert_eq!(long.series.mark, price_floor(&expiry, PriceE6(160_000_000), Kind::Call).unwrap());
    assert_eq!(long.series.vol, terms.vol);
    assert_eq!(long.greeks.delta, times(i64::from(core.price.call_delta_e9)));
    assert_eq!(long.greeks.gamma, times(i64::try_from(core.gamma_e9).unwrap()));
    assert_eq!(long.greeks.vega, times(i64::try_from(core.vega_e9).unwrap()));
    assert_eq!(long.greeks.theta, times(core.theta_e9));
    assert!(long.greeks.theta < 0 && long.greeks.vega > 0);
    assert_eq!((long.greeks.vanna, long.greeks.volga), (times(core.vanna_e9), times(core.volga_e9)));
}

#[test]
fn the_last_half_hour_s_delta_shrinks_with_the_part_that_is_not_fixed() {
    let half = RunningAverage { mean: PriceE6(SPOT), fixed_s: 900, remaining_s: 900 };
    let call = leg(Kind::Call, 150_000_000, 10);
    let before = of(&call, &expiry(900, RunningAverage::NOT_BEGUN));
    let after = of(&call, &expiry(900, half));
    assert_eq!(after.greeks.delta, before.greeks.delta / 2);
    assert!((before.greeks.gamma / 4 - after.greeks.gamma).abs() <= 1);
    assert_eq!(after.greeks.vega, before.greeks.vega);
    assert_eq!(after.series, before.series);
}

#[test]
fn from_the_last_minute_on_there_is_intrinsic_value_and_delta_alone() {
    let fixed = RunningAverage { mean: PriceE6(170_000_000), fixed_s: 1_800, remaining_s: 0 };
    let settled = of(&leg(Kind::Call, 160_000_000, 10), &expiry(-5, fixed));
    assert_eq!(settled.series, SeriesGreeks { mark: PriceE6(10_000_000), vol: VolE9(0), delta_e9: 1_000_000_000 });
    assert_eq!(settled.greeks, Greeks::ZERO);
    let put = of(&leg(Kind::Put, 160_000_000, -10), &expiry(59, RunningAverage::NOT_BEGUN));
    assert_eq!(put.series.delta_e9, -1_000_000_000);
    assert_eq!(put.greeks, Greeks { delta: 150_000_000, ..Greeks::ZERO });
    let worthless = of(&leg(Kind::Call, 160_000_000, 10), &expiry(59, RunningAverage::NOT_BEGUN));
    assert_eq!((worthless.series.mark, worthless.greeks), (PriceE6::ZERO, Greeks::ZERO));
}

#[test]
fn base_has_its_value_for_delta() {
    let portfolio = Portfolio { quote: QuoteAtoms(9), base: BaseAtoms(2_000_000_000), expiries: &[], legs: &[] };
    assert_eq!(base_greeks(&portfolio, &market()), Some(Greeks { delta: 300_000_000, ..Greeks::ZERO }));
}

proptest! {
    #[test]
    fn a_short_is_the_long_s_negative_and_parity_holds(
        strike in 100_000_000_u64..220_000_000,
        lots in 1_i64..1_000_000,
        days in 1_i64..700,
    ) {
        let expiry = expiry(days * DAY_S, RunningAverage::NOT_BEGUN);
        let long = of(&leg(Kind::Call, strike, lots), &expiry).greeks;
        let short = of(&leg(Kind::Call, strike, -lots), &expiry).greeks;
        prop_assert_eq!(long.plus(&short), Some(Greeks::ZERO));
        // C - P = F - K: a delta of one, and no other Greek.
        let put = of(&leg(Kind::Put, strike, -lots), &expiry).greeks;
        let forward = long.plus(&put).unwrap();
        let notional = 15_000_000 * lots;
        prop_assert!((forward.delta - notional).abs() <= 2, "{} of {notional}", forward.delta);
        prop_assert_eq!(Greeks { delta: 0, ..forward }, Greeks::ZERO);
    }

    /// Delta, gamma, vega and theta are slopes of the mark: by differences a hundred times larger than its rounding.
    #[test]
    fn greeks_are_slopes_of_the_mark(strike in 130_000_000_u64..170_000_000, days in 5_i64..300, call in any::<bool>()) {
        let kind = if call { Kind::Call } else { Kind::Put };
        let here = expiry(days * DAY_S, RunningAverage::NOT_BEGUN);
        let vol = vol_floor(&here, PriceE6(strike)).unwrap();
        let price = |forward: u64, vol: u64, seconds: i64| {
            let terms = Terms {
                forward: PriceE6(forward),
                strike: PriceE6(strike),
                vol: VolE9(vol),
                seconds: seconds.unsigned_abs(),
            };
            pricing::price(&terms).unwrap().of(if call { pricing::Kind::Call } else { pricing::Kind::Put }).0 as f64 / 1e6
        };
        let own = of(&leg(kind, strike, 10), &here).greeks;
        let (step, forward) = (SPOT / 1_000, SPOT as f64);
        let up = price(SPOT + step, vol.0, here.seconds);
        let down = price(SPOT - step, vol.0, here.seconds);
        let still = price(SPOT, vol.0, here.seconds);
        let close = |what: &str, found: f64, own: i64, within: f64| {
            prop_assert!((found - own as f64).abs() <= within, "{what}: {found} by differences, {own}");
            Ok(())
        };
        close("delta", (up - down) / 2e-3, own.delta, forward * 1e-4)?;
        close("gamma", (up - 2.0 * still + down) / 1e-6, own.gamma, own.gamma as f64 * 1e-2 + forward * 1e-4)?;
        let vol_step = 1_000_000;
        let bent = (price(SPOT, vol.0 + vol_step, here.seconds) - price(SPOT, vol.0 - vol_step, here.seconds)) / 2e-3;
        close("vega", bent, own.vega, forward * 1e-4)?;
        let later = (price(SPOT, vol.0, here.seconds - 3_600) - price(SPOT, vol.0, here.seconds + 3_600)) * 12.0;
        close("theta", later, own.theta, forward * 1e-4)?;
    }
}
