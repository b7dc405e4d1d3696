//! The surface fitter: what it recovers, and that nothing leaves it that the oracle would not take.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::integer_division,
    clippy::unwrap_used,
    reason = "a test compares with real numbers and panics to fail"
)]

use pricing::fit::{FIT_POINTS_MAX, Fit, FitError, Fitted, Quote, fit};
use pricing::{Neighbours, PricingError, Row, SECONDS_PER_YEAR, Slice, Svi};
use proptest::prelude::*;
use units::{PriceE6, VolE9};

const FORWARD: PriceE6 = PriceE6(150_000_000);
const MONTH_S: u64 = 30 * 86_400;

fn config() -> ProptestConfig {
    ProptestConfig { max_global_rejects: 65_536, failure_persistence: None, ..ProptestConfig::default() }
}

fn years(seconds: u64) -> f64 {
    seconds as f64 / SECONDS_PER_YEAR as f64
}

fn neither<'a>() -> Neighbours<'a> {
    Neighbours::default()
}

fn k_q38(strike: PriceE6) -> i64 {
    Row::new(FORWARD, strike).unwrap().moneyness_q38()
}

/// A quote of a slice, its volatility off by `noise` parts in a million.
fn quote(slice: &Slice, seconds: u64, strike: PriceE6, noise: i32) -> Quote {
    let w = slice.variance_q56(k_q38(strike)) as f64 / (1u64 << 56) as f64;
    let vol = (w / years(seconds)).sqrt() * (1.0 + f64::from(noise) / 1e6);
    Quote { strike, vol: VolE9((vol * 1e9).round() as u64), weight: 1 }
}

/// A slice as markets have them, and the time it is for: volatility `vol` at the money, wings to match.
fn market() -> impl Strategy<Value = (Svi, u64)> {
    let parts = (0.2..1.5, 3_600u64..63_072_000, 0.05..0.8, -0.8..0.6, -0.1..0.1, 0.05..0.5);
    parts
        .prop_map(|(vol, seconds, share, rho, m, sigma): (f64, u64, f64, f64, f64, f64)| {
            let w = vol * vol * years(seconds);
            // Shapes narrow with the root of time.
            let (m, sigma) = (m * years(seconds).sqrt(), (sigma * years(seconds).sqrt()).max(2e-4));
            let b = (w * share * 0.5 / sigma).min(1.9 / (1.0 + rho.abs()));
            let a = w - b * (rho * -m + (m * m + sigma * sigma).sqrt());
            let e9 = |x: f64| (x * 1e9).round() as i64;
            (Svi { a_e9: e9(a), b_e9: e9(b), rho_e9: e9(rho), m_e9: e9(m), sigma_e9: e9(sigma) }, seconds)
        })
        .prop_filter("least variance", |(svi, _)| svi.validate().is_ok())
}

/// Strikes over `deviations` standard deviations on either side, `count` of them.
fn ladder(slice: &Slice, count: u32, deviations: f64) -> Vec<PriceE6> {
    let total = slice.total_vol(0).q38() as f64 / (1u64 << 38) as f64;
    let width = (deviations * total).clamp(0.01, 2.0);
    let at = |i: u32| (FORWARD.0 as f64 * (width * (2.0 * f64::from(i) / f64::from(count - 1) - 1.0)).exp()) as u64;
    (0..count).map(|i| PriceE6(at(i))).collect()
}

/// What the posted integers resolve: 4e-9 of total variance, in volatility.
fn resolution_e9(quotes: &[Quote], seconds: u64) -> u64 {
    let least = quotes.iter().map(|quote| quote.vol.0).min().unwrap() as f64 / 1e9;
    (4.0 / (2.0 * least * years(seconds))).ceil() as u64
}

fn passes(fitted: &Fitted, seconds: u64, strikes: &[PriceE6], neighbours: &Neighbours<'_>) -> Result<(), PricingError> {
    Slice::new(&fitted.svi, seconds, seconds)?.check_listed(FORWARD, strikes, neighbours)
}

/// Whether a slice is free of arbitrage well beyond the room that the fitter leaves for the minute until a post: twice as far in time and
/// to either side. The fitter moves a slice that only just passes.
fn has_room(svi: &Svi, seconds: u64, strikes: &[PriceE6]) -> bool {
    let times = [seconds.saturating_sub(120).max(60), seconds, (seconds + 120).min(63_072_000)];
    let between = strikes.iter().zip(strikes.iter().skip(1)).map(|(one, next)| PriceE6(one.0.midpoint(next.0)));
    let places: Vec<i64> = strikes.iter().copied().chain(between).map(k_q38).collect();
    times.into_iter().all(|later| {
        let slice = Slice::new(svi, seconds, later).unwrap();
        let aside = (-4..=4).map(|step| step * ((1i64 << 38) / 2_000));
        aside.into_iter().all(|aside| places.iter().all(|k| slice.check_butterfly(k + aside).is_ok()))
    })
}

fn any_quotes(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Quote>> {
    let one = (50_000_000u64..400_000_000, 50_000_000u64..5_000_000_000, 1u32..100);
    let one = one.prop_map(|(strike, vol, weight)| Quote { strike: PriceE6(strike), vol: VolE9(vol), weight });
    proptest::collection::vec(one, count)
}

fn ascending(quotes: &[Quote]) -> Vec<PriceE6> {
    let mut strikes: Vec<PriceE6> = quotes.iter().map(|quote| quote.strike).collect();
    strikes.sort_unstable();
    strikes.dedup();
    strikes
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_exact_slice_is_recovered((svi, seconds) in market(), count in 9u32..24, deviations in 1.5..4.0) {
        let slice = Slice::new(&svi, seconds, seconds).unwrap();
        let listed = ladder(&slice, count, deviations);
        prop_assume!(slice.check_listed(FORWARD, &listed, &neither()).is_ok() && has_room(&svi, seconds, &listed));
        let quotes: Vec<Quote> = listed.iter().map(|strike| quote(&slice, seconds, *strike, 0)).collect();
        prop_assume!(quotes.iter().all(|quote| quote.vol.in_bounds()));
        let fitted = fit(&Fit { forward: FORWARD, seconds, quotes: &quotes, listed: &listed, neighbours: neither() }).unwrap();
        prop_assert!(fitted.worst_e9 <= 200 + resolution_e9(&quotes, seconds), "{fitted:?}");
    }

    /// The true slice passes and is as far from the quotes as their noise: the fit is no farther.
    #[test]
    fn noise_is_not_made_worse(
        (svi, seconds) in market(), deviations in 1.5..3.0, noise in proptest::collection::vec(-20_000i32..20_000, 9..24),
    ) {
        let slice = Slice::new(&svi, seconds, seconds).unwrap();
        let listed = ladder(&slice, noise.len() as u32, deviations);
        prop_assume!(slice.check_listed(FORWARD, &listed, &neither()).is_ok() && has_room(&svi, seconds, &listed));
        let noisy = listed.iter().zip(&noise);
        let quotes: Vec<Quote> = noisy.map(|(strike, noise)| quote(&slice, seconds, *strike, *noise)).collect();
        prop_assume!(quotes.iter().all(|quote| quote.vol.in_bounds()));
        let fitted = fit(&Fit { forward: FORWARD, seconds, quotes: &quotes, listed: &listed, neighbours: neither() }).unwrap();
        prop_assert_eq!(passes(&fitted, seconds, &listed, &neither()), Ok(()));
        // Relative to the volatility, as the fit weighs.
        let relative = |slice: &Slice| {
            let errors = quotes.iter().map(|noisy| {
                let w = slice.variance_q56(k_q38(noisy.strike)) as f64 / (1u64 << 56) as f64;
                let vol = noisy.vol.0 as f64 / 1e9;
                (w / (vol * vol * years(seconds)) - 1.0).powi(2)
            });
            (errors.sum::<f64>() / quotes.len() as f64).sqrt()
        };
        let (ours, truth) = (relative(&Slice::new(&fitted.svi, seconds, seconds).unwrap()), relative(&slice));
        let least = quotes.iter().map(|quote| quote.vol.0).min().unwrap() as f64 / 1e9;
        prop_assert!(ours <= truth * 1.02 + 2.0 * resolution_e9(&quotes, seconds) as f64 / 1e9 / least, "{ours} {truth} {fitted:?}");
    }

    /// From one to four quotes, or on one side of the forward only: the surface goes through them and is free of arbitrage on both sides.
    #[test]
    fn few_or_one_sided_quotes_are_enough((svi, seconds) in market(), first in 0usize..21, count in 1usize..8) {
        let slice = Slice::new(&svi, seconds, seconds).unwrap();
        let listed = ladder(&slice, 21, 2.5);
        prop_assume!(slice.check_listed(FORWARD, &listed, &neither()).is_ok());
        let shown = listed.iter().skip(first).take(count);
        let quotes: Vec<Quote> = shown.map(|strike| quote(&slice, seconds, *strike, 0)).collect();
        prop_assume!(quotes.iter().all(|quote| quote.vol.in_bounds()));
        let fitted = fit(&Fit { forward: FORWARD, seconds, quotes: &quotes, listed: &listed, neighbours: neither() }).unwrap();
        prop_assert_eq!(passes(&fitted, seconds, &listed, &neither()), Ok(()));
        // The part of the squares that draws towards flat costs up to 1e-4 of the volatility.
        let near = quotes.iter().map(|quote| quote.vol.0).max().unwrap() / 10_000;
        prop_assert!(fitted.projected || fitted.worst_e9 <= near + resolution_e9(&quotes, seconds), "{fitted:?}");
    }

    /// Quotes that no density gives: there is a surface all the same, and it passes.
    #[test]
    fn arbitrage_is_projected_out(quotes in any_quotes(1..24), seconds in 60u64..63_072_000) {
        let listed: Vec<PriceE6> = (5..30).map(|i| PriceE6(i * 10_000_000)).collect();
        let fitted = fit(&Fit { forward: FORWARD, seconds, quotes: &quotes, listed: &listed, neighbours: neither() }).unwrap();
        prop_assert_eq!(passes(&fitted, seconds, &listed, &neither()), Ok(()));
        prop_assert_eq!(passes(&fitted, seconds, &ascending(&quotes), &neither()), Ok(()));
        // Posted within a minute of its time, at the same forward.
        for later in [seconds.saturating_sub(60).max(60), (seconds + 60).min(63_072_000)] {
            let slice = Slice::new(&fitted.svi, seconds, later).unwrap();
            prop_assert_eq!(slice.check_listed(FORWARD, &listed, &neither()), Ok(()));
        }
        let mut turned = quotes.clone();
        turned.reverse();
        prop_assert_eq!(fit(&Fit { forward: FORWARD, seconds, quotes: &turned, listed: &listed, neighbours: neither() }), Ok(fitted));
    }

    /// Between an earlier and a later expiry, quotes on either side of them.
    #[test]
    fn neighbours_are_not_crossed((svi, seconds) in market(), lower in 0.5..1.0, higher in 1.0..2.0, times in 0.3..3.0) {
        prop_assume!(seconds >= 86_400);
        let slice = Slice::new(&svi, seconds, seconds).unwrap();
        let listed = ladder(&slice, 15, 2.0);
        prop_assume!(slice.check_listed(FORWARD, &listed, &neither()).is_ok());
        // Total variance is linear in a and b.
        let of = |times: f64| {
            let part = |x: i64| (x as f64 * times) as i64;
            Slice::new(&Svi { a_e9: part(svi.a_e9), b_e9: part(svi.b_e9), ..svi }, seconds, seconds)
        };
        let (Ok(earlier), Ok(later)) = (of(lower), of(higher)) else { return Ok(()) };
        let mut quotes: Vec<Quote> = listed.iter().map(|strike| quote(&slice, seconds, *strike, 0)).collect();
        for quote in &mut quotes {
            quote.vol = VolE9(((quote.vol.0 as f64 * f64::sqrt(times)) as u64).clamp(VolE9::MIN.0, VolE9::MAX.0));
        }
        let neighbours = Neighbours { earlier: Some(&earlier), later: Some(&later) };
        match fit(&Fit { forward: FORWARD, seconds, quotes: &quotes, listed: &listed, neighbours }) {
            Ok(fitted) => prop_assert_eq!(passes(&fitted, seconds, &listed, &neighbours), Ok(())),
            Err(FitError::NoSlice(error)) => {
                // Hardly any room: nothing to be found in it.
                prop_assert!(higher < lower * 1.01, "{error}, room {lower}..{higher}");
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn nothing_panics(
        raw in proptest::collection::vec((any::<u64>(), 0u32..60, any::<u64>(), 0u32..60, any::<u32>()), 0..12),
        forward: u64, shift in 0u32..60, seconds: u64, tame: bool, listed in proptest::collection::vec(any::<u32>(), 0..6),
    ) {
        let quotes = raw.iter().map(|(strike, by, vol, less, weight)| Quote {
            strike: PriceE6(strike >> by),
            vol: VolE9(if tame { vol % 5_000_000_000 } else { vol >> less }),
            weight: *weight,
        });
        let quotes: Vec<Quote> = quotes.collect();
        let listed: Vec<PriceE6> = listed.into_iter().map(|strike| PriceE6(strike.into())).collect();
        let seconds = if tame { seconds % 63_072_001 } else { seconds };
        let input = Fit { forward: PriceE6(forward >> shift), seconds, quotes: &quotes, listed: &listed, neighbours: neither() };
        if let Err(error) = fit(&input) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn every_bad_input_has_its_own_error() {
    let good = Quote { strike: FORWARD, vol: VolE9(650_000_000), weight: 1 };
    let listed = [PriceE6(140_000_000), PriceE6(160_000_000)];
    let one = [good];
    let base = Fit { forward: FORWARD, seconds: MONTH_S, quotes: &one, listed: &listed, neighbours: neither() };
    let fails = |input: &Fit<'_>, error| assert_eq!(fit(input), Err(error));
    assert_eq!(fit(&base).map(|fitted| fitted.projected), Ok(false));
    fails(&Fit { quotes: &[], ..base }, FitError::QuotesMissing);
    fails(&Fit { quotes: &vec![good; FIT_POINTS_MAX + 1], ..base }, FitError::TooManyQuotes);
    fails(&Fit { listed: &[FORWARD; FIT_POINTS_MAX + 1], ..base }, FitError::TooManyStrikes);
    fails(&Fit { seconds: 59, ..base }, FitError::Terms(PricingError::TimeOutOfRange));
    fails(&Fit { forward: PriceE6(0), ..base }, FitError::Terms(PricingError::ForwardOutOfRange));
    let of = |bad: Quote, error| assert_eq!(fit(&Fit { quotes: &[good, bad], ..base }), Err(error));
    of(Quote { weight: 0, ..good }, FitError::WeightZero(1));
    of(Quote { strike: PriceE6(0), ..good }, FitError::Quote(1, PricingError::StrikeOutOfRange));
    of(Quote { strike: PriceE6(FORWARD.0 * 4_097), ..good }, FitError::Quote(1, PricingError::MoneynessOutOfRange));
    of(Quote { vol: VolE9(0), ..good }, FitError::Quote(1, PricingError::VolOutOfRange));
    fails(&Fit { listed: &[], ..base }, FitError::Listed(PricingError::StrikesMissing));
    fails(&Fit { listed: &[FORWARD, FORWARD], ..base }, FitError::Listed(PricingError::StrikesNotAscending));
    fails(&Fit { listed: &[PriceE6(1)], ..base }, FitError::Listed(PricingError::StrikeOutOfRange));
    let flat =
        |a_e9| Slice::new(&Svi { a_e9, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 100_000_000 }, MONTH_S, MONTH_S).unwrap();
    let (low, high) = (flat(30_000_000), flat(40_000_000));
    let between = |earlier, later| fit(&Fit { neighbours: Neighbours { earlier, later }, ..base });
    assert_eq!(between(Some(&high), Some(&low)), Err(FitError::NeighboursCross));
    assert_eq!(
        between(Some(&low), Some(&high)).map(|fitted| (fitted.projected, fitted.worst_e9 < 10)),
        Ok((false, true))
    );
    // Above the later neighbour: brought down to it.
    assert_eq!(between(None, Some(&low)).map(|fitted| fitted.projected), Ok(true));
}
