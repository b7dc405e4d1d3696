#![allow(clippy::float_arithmetic, reason = "the expected figures are floating-point ones")]

use super::*;
use crate::mark::RATE_MAX_E9;
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
const WEEK_S: u64 = 604_800;
const EXPIRY: UnixSeconds = UnixSeconds(NOW.0 + 604_800);
const SPOT: PriceE6 = PriceE6(150_000_000);
/// About 50 % a year at the forward.
const SVI: Svi =
    Svi { a_e9: 1_000_000, b_e9: 20_000_000, rho_e9: -300_000_000, m_e9: 10_000_000, sigma_e9: 200_000_000 };
const FIT: Fit = Fit { svi: SVI, reference_s: WEEK_S, rate_e9: 50_000_000 };

fn strikes() -> [PriceE6; 16] {
    core::array::from_fn(|at| PriceE6(110_000_000 + at as u64 * 5_000_000))
}

fn setting(strikes: &[PriceE6]) -> Setting<'_> {
    Setting {
        now: NOW,
        expiry: EXPIRY,
        bucket_s: 60,
        spot: SPOT,
        strikes,
        previous: None,
        earlier: None,
        later: None,
        move_bps: 1_000,
        realised: (0, 0),
    }
}

fn raised(parts: i64) -> Fit {
    Fit { svi: Svi { a_e9: SVI.a_e9 + SVI.a_e9 * parts / 100, b_e9: SVI.b_e9 + SVI.b_e9 * parts / 100, ..SVI }, ..FIT }
}

fn standing(fit: Fit, seconds_ago: i64) -> Option<Standing> {
    Some(Standing { fit, posted: UnixSeconds(NOW.0 - seconds_ago) })
}

#[test]
fn check_takes_a_sound_first_post() {
    assert_eq!(check(&FIT, &setting(&strikes()), (0, 0)), Ok(()));
}

#[test]
fn check_names_what_is_wrong_with_times_and_rates() {
    let strikes = strikes();
    let base = setting(&strikes);
    let of = |fit: Fit, setting: Setting<'_>| check(&fit, &setting, (0, 0));
    for now in [EXPIRY.0, EXPIRY.0 + 1, i64::MAX] {
        assert_eq!(of(FIT, Setting { now: UnixSeconds(now), ..base }), Err(SurfaceError::Expired));
    }
    for reference_s in [WEEK_S - 61, WEEK_S + 61, 0, u64::MAX] {
        assert_eq!(of(Fit { reference_s, ..FIT }, base), Err(SurfaceError::ReferenceOff));
    }
    for rate_e9 in [RATE_MAX_E9 + 1, -RATE_MAX_E9 - 1, i64::MIN, i64::MAX] {
        assert_eq!(of(Fit { rate_e9, ..FIT }, base), Err(SurfaceError::RateOutOfRange));
    }
    for spot in [PriceE6(0), PriceE6(99), PriceE6(u64::MAX)] {
        assert_eq!(of(FIT, Setting { spot, ..base }), Err(SurfaceError::SpotOutOfRange));
    }
    assert_eq!(of(FIT, Setting { spot: PriceE6::MAX, ..base }), Err(SurfaceError::RateOutOfRange));
    // One percent a minute.
    let after_a_minute = Setting { previous: standing(FIT, 60), ..base };
    assert_eq!(of(Fit { rate_e9: FIT.rate_e9 + RATE_STEP_E9, ..FIT }, after_a_minute), Ok(()));
    for rate_e9 in [FIT.rate_e9 + RATE_STEP_E9 + 1, FIT.rate_e9 - RATE_STEP_E9 - 1, i64::MIN] {
        assert_eq!(of(Fit { rate_e9, ..FIT }, after_a_minute), Err(SurfaceError::RateMovesTooFast));
    }
}

#[test]
fn check_names_arbitrage_and_bad_parameters() {
    let strikes = strikes();
    let base = setting(&strikes);
    let with = |svi: Svi| check(&Fit { svi, ..FIT }, &base, (0, 0));
    let cases = [
        (Svi { b_e9: -1, ..SVI }, PricingError::SviSlopeOutOfRange),
        (Svi { rho_e9: 1_000_000_000, ..SVI }, PricingError::SviCorrelationOutOfRange),
        (Svi { sigma_e9: 0, ..SVI }, PricingError::SviWidthOutOfRange),
        (Svi { m_e9: i64::MAX, ..SVI }, PricingError::SviLevelOutOfRange),
        (Svi { a_e9: -10_000_000, ..SVI }, PricingError::SviNegativeVariance),
        (Svi { b_e9: 1_900_000_000, ..SVI }, PricingError::SviWingTooSteep),
    ];
    for (svi, error) in cases {
        assert_eq!(with(svi), Err(SurfaceError::Pricing(error)));
    }
    // A bend so sharp that the density turns negative beside it.
    let kinked = Svi { a_e9: 0, b_e9: 800_000_000, rho_e9: 0, m_e9: 200_000_000, sigma_e9: 1_000_000 };
    assert_eq!(with(kinked), Err(SurfaceError::Pricing(PricingError::SviButterfly)));
    assert_eq!(check(&FIT, &setting(&[]), (0, 0)), Err(SurfaceError::Pricing(PricingError::StrikesMissing)));
}

#[test]
fn check_refuses_a_crossing_with_either_neighbour_while_it_is_fresh() {
    let strikes = strikes();
    // A day before with more total variance; a day later with less.
    let (dear, cheap) =
        (Fit { reference_s: WEEK_S - 86_400, ..raised(20) }, Fit { reference_s: WEEK_S + 86_400, ..raised(-20) });
    let crossed = Err(SurfaceError::Pricing(PricingError::SviCalendar));
    for (seconds_ago, outcome) in [(0, crossed), (1_200, crossed), (1_201, Ok(()))] {
        let earlier = Setting { earlier: standing(dear, seconds_ago), ..setting(&strikes) };
        assert_eq!(check(&FIT, &earlier, (86_400, 0)), outcome);
        let later = Setting { later: standing(cheap, seconds_ago), ..setting(&strikes) };
        assert_eq!(check(&FIT, &later, (0, 86_400)), outcome);
    }
    let sound =
        Setting { earlier: standing(Fit { reference_s: WEEK_S - 86_400, ..raised(-20) }, 0), ..setting(&strikes) };
    assert_eq!(check(&FIT, &sound, (86_400, 0)), Ok(()));
}

#[test]
fn check_limits_moves_at_every_strike() {
    let strikes = strikes();
    // 20 % more variance is 9.5 % more volatility: within 10 % after a minute, beyond it after 57 seconds.
    for (seconds_ago, parts, outcome) in [
        (60, 20, Ok(())),
        (56, 20, Err(SurfaceError::VolMovesTooFast)),
        (60, 22, Err(SurfaceError::VolMovesTooFast)),
        (60, -20, Err(SurfaceError::VolMovesTooFast)),
        (60, -18, Ok(())),
        (0, 1, Err(SurfaceError::VolMovesTooFast)),
        (0, 0, Ok(())),
    ] {
        let moved = Setting { previous: standing(FIT, seconds_ago), ..setting(&strikes) };
        assert_eq!(check(&raised(parts), &moved, (0, 0)), outcome, "{parts} % after {seconds_ago} s");
    }
}

#[test]
fn check_holds_to_the_band_of_realised_variance() {
    let strikes = strikes();
    let slice = Slice::new(&SVI, WEEK_S, WEEK_S).unwrap();
    let annual = slice.variance_q56(0) as f64 / 2_f64.powi(56) * (SECONDS_PER_YEAR / WEEK_S) as f64 * 1e12;
    let at = |realised: f64, samples| {
        check(&FIT, &Setting { realised: (realised as u64, samples), ..setting(&strikes) }, (0, 0))
    };
    assert_eq!(at(annual, 60), Ok(()));
    assert_eq!(at(annual * 15.5, 60), Ok(()));
    assert_eq!(at(annual * 16.5, 60), Err(SurfaceError::VolOutsideBand));
    assert_eq!(at(annual * 16.5, 59), Ok(()));
    // Below 100 % a quiet market sets no upper limit.
    assert_eq!(at(0.0, 60), Ok(()));
    let wild = Fit { svi: Svi { a_e9: 60_000_000, ..SVI }, ..FIT };
    let quiet = Setting { realised: (0, 60), ..setting(&strikes) };
    assert_eq!(check(&wild, &quiet, (0, 0)), Err(SurfaceError::VolOutsideBand));
}

proptest! {
    /// Whatever is posted, one post after another, no total volatility at a strike outruns the bound.
    #[test]
    fn posts_cannot_outrun_the_bound(steps in prop::collection::vec((-30_i64..30, 0_i64..180), 1..20)) {
        let strikes = strikes();
        let vols = |fit: &Fit| {
            let slice = Slice::new(&fit.svi, WEEK_S, WEEK_S).unwrap();
            strikes.map(|strike| slice.total_vol(Row::new(SPOT, strike).unwrap().moneyness_q38()).q38() as f64)
        };
        let (mut fit, first) = (Fit { rate_e9: 0, ..FIT }, vols(&FIT));
        let mut reach = 1.0_f64;
        for (parts, seconds) in steps {
            let next = Fit { svi: Svi { a_e9: fit.svi.a_e9 * (100 + parts) / 100, b_e9: fit.svi.b_e9 * (100 + parts) / 100, ..SVI }, ..fit };
            let step = Setting { previous: standing(fit, seconds), ..setting(&strikes) };
            if check(&next, &step, (0, 0)).is_ok() {
                fit = next;
                reach *= 1.0 + seconds as f64 / 600.0;
            }
        }
        for (was, is) in first.iter().zip(vols(&fit)) {
            prop_assert!(is <= was * reach * 1.000_001);
        }
    }
}
