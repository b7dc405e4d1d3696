use super::*;
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
const LIMITS: Limits = Limits { max_age_s: 30, max_confidence_bps: 100 };

fn sample() -> Sample {
    Sample { price: 15_679_769_099, confidence: 16_197_271, exponent: -8, published: NOW }
}

fn accept_now(sample: Sample) -> Result<Quote, Refusal> {
    accept(&sample, LIMITS, UnixSeconds(0), NOW)
}

#[test]
fn normalise_of_a_real_sample_rounds_price_down_and_half_width_up() {
    let quote = normalise(&sample()).unwrap();
    // 156.79769099 and 2.12 x 0.16197271 = 0.343382145...
    assert_eq!(quote, Quote { price: PriceE6(156_797_690), half_width: PriceE6(343_383) });
}

#[test]
fn normalise_scales_by_every_exponent() {
    for exponent in EXPONENT_MIN..=EXPONENT_MAX {
        let price = 10_i64.pow(u32::try_from(-exponent).unwrap()) * 7;
        let quote = normalise(&Sample { price, confidence: 0, exponent, ..sample() }).unwrap();
        assert_eq!(quote, Quote { price: PriceE6(7_000_000), half_width: PriceE6(0) });
    }
}

#[test]
fn accept_at_each_bound_and_refuse_beyond() {
    let at = |published: i64| accept_now(Sample { published: UnixSeconds(published), ..sample() });
    assert!(at(NOW.0 + MAX_AHEAD_S).is_ok());
    assert_eq!(at(NOW.0 + MAX_AHEAD_S + 1), Err(Refusal::PublishedInFuture));
    assert!(at(NOW.0 - 30).is_ok());
    assert_eq!(at(NOW.0 - 31), Err(Refusal::PublishedTooOld));
    assert_eq!(at(i64::MIN), Err(Refusal::PublishedTooOld));
    assert_eq!(at(i64::MAX), Err(Refusal::PublishedInFuture));
}

#[test]
fn accept_of_bad_values_names_each() {
    for price in [0, -1, i64::MIN] {
        assert_eq!(accept_now(Sample { price, ..sample() }), Err(Refusal::PriceNotPositive));
    }
    for exponent in [i32::MIN, -13, 1, i32::MAX] {
        assert_eq!(accept_now(Sample { exponent, ..sample() }), Err(Refusal::ExponentOutOfRange));
    }
    assert_eq!(accept_now(Sample { price: i64::MAX, exponent: 0, ..sample() }), Err(Refusal::PriceOutOfBounds));
    assert_eq!(accept_now(Sample { price: 99, exponent: -6, ..sample() }), Err(Refusal::PriceOutOfBounds));
    for confidence in [sample().price.unsigned_abs() + 1, u64::MAX] {
        assert_eq!(accept_now(Sample { confidence, ..sample() }), Err(Refusal::ConfidenceTooWide));
    }
}

#[test]
fn accept_measures_the_half_width_not_the_published_confidence() {
    // 1 % of a price of 1,000,000 is 10,000: a published 4,716 widens to 9,998, 4,717 to 10,001.
    let at = |confidence| accept_now(Sample { price: 1_000_000, confidence, exponent: -6, ..sample() });
    assert_eq!(at(4_716).unwrap().half_width, PriceE6(9_998));
    assert_eq!(at(4_717), Err(Refusal::ConfidenceTooWide));
}

#[test]
fn accept_of_the_held_second_passes_and_earlier_fails_published_backwards() {
    let held = |held| accept(&sample(), LIMITS, held, NOW);
    assert!(held(NOW).is_ok());
    assert_eq!(held(UnixSeconds(NOW.0 + 1)), Err(Refusal::PublishedBackwards));
}

#[test]
fn limits_outside_their_bounds_are_named() {
    let check = |max_age_s, max_confidence_bps| Limits { max_age_s, max_confidence_bps }.check();
    assert_eq!(check(1, 1), Ok(()));
    assert_eq!(check(60, 200), Ok(()));
    assert_eq!(check(0, 100), Err(LimitsError::MaxAge));
    assert_eq!(check(61, 100), Err(LimitsError::MaxAge));
    assert_eq!(check(30, 0), Err(LimitsError::MaxConfidence));
    assert_eq!(check(30, 201), Err(LimitsError::MaxConfidence));
}

#[test]
fn is_fresh_for_a_minute_after_a_normal_refresh_only() {
    let at = |seconds| is_fresh(SEVERITY_NORMAL, NOW, UnixSeconds(NOW.0 + seconds));
    assert!(at(0) && at(60));
    assert!(!at(61) && !at(-1));
    assert!(!is_fresh(SEVERITY_DOWN, NOW, NOW));
    assert!(!is_fresh(SEVERITY_NORMAL, UnixSeconds(i64::MIN), UnixSeconds(i64::MAX)));
}

proptest! {
    /// O-2 for one source: the unit's rounding aside, the output is the source's price, and the half width never understates.
    #[test]
    fn output_is_the_source_rounded_in_its_own_favour(price in 1_i64.., confidence: u64, exponent in EXPONENT_MIN..=EXPONENT_MAX) {
        if let Ok(quote) = normalise(&Sample { price, confidence, exponent, published: NOW }) {
            let (up, down) = scale(exponent);
            let exact = i128::from(price) * i128::from(up);
            let unit = i128::from(down);
            prop_assert!(i128::from(quote.price.0) * unit <= exact && exact < (i128::from(quote.price.0) + 1) * unit);
            let width = i128::from(confidence) * i128::from(up) * 212;
            prop_assert!(i128::from(quote.half_width.0) * unit * 100 >= width);
            prop_assert!(quote.price.in_bounds());
        }
    }

    /// INVARIANT(O-1): whatever is published and whenever it is shown, the held publish time never goes back and the price changes only with it.
    #[test]
    fn published_time_never_goes_back(shown in prop::collection::vec((0_i64..200, 1_i64..1_000_000_000, 0_i64..10), 1..60)) {
        let (mut held, mut price, mut now) = (UnixSeconds(0), PriceE6(0), NOW);
        for (age, raw, wait) in shown {
            now = UnixSeconds(now.0 + wait);
            let shown = Sample { price: raw, confidence: 0, exponent: -6, published: UnixSeconds(now.0 + 50 - age) };
            if let Ok(quote) = accept(&shown, LIMITS, held, now) {
                prop_assert!(shown.published >= held);
                prop_assert!(shown.published.0 <= now.0 + MAX_AHEAD_S && shown.published.0 >= now.0 - 30);
                if shown.published > held {
                    (held, price) = (shown.published, quote.price);
                }
            }
            prop_assert!(price == PriceE6(0) || price.in_bounds());
        }
    }
}
