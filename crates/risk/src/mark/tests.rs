use super::*;
use crate::average::RunningAverage;
use pricing::Svi;
use proptest::prelude::*;

const DAY_S: i64 = 86_400;

fn expiry(forward: u64, seconds: i64) -> Expiry {
    // 60 % at the money over 30 days, with a smile.
    let svi = Svi { a_e9: 20_000_000, b_e9: 60_000_000, rho_e9: -300_000_000, m_e9: 0, sigma_e9: 150_000_000 };
    let reference_s = 30 * 86_400;
    Expiry { forward: PriceE6(forward), seconds, svi, reference_s, average: RunningAverage::NOT_BEGUN }
}

#[test]
fn a_forward_grows_by_its_rate() {
    let spot = PriceE6(100_000_000);
    // e^0.1, e^-0.1 and e^0.6.
    for (rate, seconds, expected) in [
        (0, 365 * DAY_S, 100_000_000),
        (100_000_000, 365 * DAY_S, 110_517_091),
        (-100_000_000, 365 * DAY_S, 90_483_741),
        (300_000_000, 730 * DAY_S, 182_211_880),
        (300_000_000, -5, 100_000_000),
    ] {
        let forward = forward_floor(spot, rate, seconds).unwrap().0;
        assert!(forward.abs_diff(expected) <= 1, "{rate} {seconds}: {forward}");
    }
}

#[test]
fn a_forward_names_what_is_wrong() {
    let (spot, year) = (PriceE6(100_000_000), 365 * DAY_S);
    for (spot, rate, seconds, error) in [
        (PriceE6(0), 0, year, ForwardError::SpotOutOfRange),
        (PriceE6(u64::MAX), 0, year, ForwardError::SpotOutOfRange),
        (spot, RATE_MAX_E9 + 1, year, ForwardError::RateOutOfRange),
        (spot, -RATE_MAX_E9 - 1, year, ForwardError::RateOutOfRange),
        (spot, i64::MIN, year, ForwardError::RateOutOfRange),
        (spot, 0, 2 * year + 1, ForwardError::TimeOutOfRange),
        (spot, 0, i64::MAX, ForwardError::TimeOutOfRange),
        (PriceE6::MAX, 1_000_000, year, ForwardError::ForwardOutOfRange),
        (PriceE6::MIN, -1_000_000, year, ForwardError::ForwardOutOfRange),
    ] {
        assert_eq!(forward_floor(spot, rate, seconds), Err(error), "{spot:?} {rate} {seconds}");
    }
}

#[test]
fn a_mark_names_what_is_wrong() {
    let (sound, strike) = (expiry(100_000_000, 30 * DAY_S), PriceE6(100_000_000));
    for (expiry, strike, error) in [
        (Expiry { seconds: 59, ..sound }, strike, PricingError::TimeOutOfRange),
        (Expiry { seconds: -1, ..sound }, strike, PricingError::TimeOutOfRange),
        (Expiry { seconds: 730 * DAY_S + 1, ..sound }, strike, PricingError::TimeOutOfRange),
        (Expiry { reference_s: 0, ..sound }, strike, PricingError::TimeOutOfRange),
        (Expiry { forward: PriceE6(0), ..sound }, strike, PricingError::ForwardOutOfRange),
        (Expiry { forward: PriceE6(u64::MAX), ..sound }, strike, PricingError::ForwardOutOfRange),
        (sound, PriceE6(0), PricingError::StrikeOutOfRange),
        (sound, PriceE6(u64::MAX), PricingError::StrikeOutOfRange),
        (sound, PriceE6(1_000_000_000_000), PricingError::MoneynessOutOfRange),
        (Expiry { svi: Svi { b_e9: -1, ..sound.svi }, ..sound }, strike, PricingError::SviSlopeOutOfRange),
    ] {
        assert_eq!(vol_floor(&expiry, strike), Err(error), "{expiry:?} {strike:?}");
        assert_eq!(terms(&expiry, strike), Err(error));
        assert_eq!(price_floor(&expiry, strike, Kind::Call), Err(error));
    }
}

#[test]
fn a_surface_gives_its_own_volatility_at_the_time_it_is_stated_for() {
    let seconds = 30 * DAY_S;
    let expiry = expiry(100_000_000, seconds);
    // w(0) = a + b sigma = 0.029, over 30 / 365 years: sqrt(0.029 x 365 / 30) = 59.4 %.
    let at_the_money = vol_floor(&expiry, PriceE6(100_000_000)).unwrap().0;
    assert!(at_the_money.abs_diff(593_997_755) < 10, "{at_the_money}");
    assert!(vol_floor(&expiry, PriceE6(50_000_000)).unwrap().0 > at_the_money);
}

proptest! {
    /// A forward and its inverse come back to where they were.
    #[test]
    fn rates_of_opposite_sign_undo_each_other(spot in 1_000_000_u64..1_000_000_000_000, rate in 0_i64..300_000_000, seconds in 0_i64..730 * DAY_S) {
        let there = forward_floor(PriceE6(spot), rate, seconds).unwrap();
        let back = forward_floor(there, -rate, seconds).unwrap().0;
        prop_assert!(there.0 >= spot - 1 && back.abs_diff(spot) <= 3 + spot / 1_000_000_000, "{spot} {there:?} {back}");
    }

    #[test]
    fn parity_holds(strike in 20_000_000_u64..500_000_000, seconds in 60_i64..730 * DAY_S) {
        let expiry = expiry(100_000_000, seconds);
        let (call, put) = (
            price_floor(&expiry, PriceE6(strike), Kind::Call).unwrap().0,
            price_floor(&expiry, PriceE6(strike), Kind::Put).unwrap().0,
        );
        prop_assert!((call + strike).abs_diff(put + 100_000_000) <= 1);
    }

    #[test]
    fn arbitrary_inputs_never_panic(spot: u64, rate: i64, seconds: i64, strike: u64, values: [i64; 5], reference_s: u64) {
        let _ = forward_floor(PriceE6(spot), rate, seconds);
        let [a_e9, b_e9, rho_e9, m_e9, sigma_e9] = values;
        let svi = Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 };
        let expiry = Expiry { forward: PriceE6(spot), seconds, svi, reference_s, average: RunningAverage::NOT_BEGUN };
        let _ = price_floor(&expiry, PriceE6(strike), Kind::Put);
    }
}
