use super::*;
use abi::chainlink::{Round, round_bytes};
use abi::pyth::{PriceUpdate, price_update_bytes};
use abi::switchboard::{PullFeed, pull_feed_bytes};
use proptest::prelude::*;

const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
const SLOT: Slot = Slot(1_000_000);
const MOMENT: Moment = Moment { now: NOW, slot: SLOT };
const BUCKET_S: u32 = 60;

fn sample_of(price: i128, decimals: i32, half_width_hundredths: u128) -> Sample {
    Sample { price, decimals, half_width_hundredths, published: NOW, slot: SLOT }
}

fn quote(price: u64, half_width: u64) -> Quote {
    Quote { price: PriceE6(price), half_width: PriceE6(half_width) }
}

/// A source's reading, fit for new risk.
fn says(price: u64, half_width: u64) -> Reading {
    quote(price, half_width).fresh(NOW, SLOT, MOMENT)
}

const NONE: Reading = Err(Refusal::Absent);

#[test]
fn sample_reads_each_kind_in_its_own_unit() {
    let update = PriceUpdate {
        write_authority: [1; 32],
        feed_id: [2; 32],
        price: 15_679_769_099,
        confidence: 16_197_271,
        exponent: -8,
        published_unix_s: 1_721_133_402,
        previous_published_unix_s: 0,
        ema_price: 0,
        ema_confidence: 0,
        posted_slot: 7,
    };
    let (pin, read) = sample(abi::oracle::SOURCE_PYTH, &price_update_bytes(&update)).unwrap();
    assert_eq!(
        (pin.feed_id, pin.scope, read.published, read.slot),
        ([2; 32], [0; 32], UnixSeconds(1_721_133_402), Slot(7))
    );
    // 2.12 x 0.16197271 = 0.343382145...
    assert_eq!(read.normalise(), Ok(quote(156_797_690, 343_383)));
    let feed = PullFeed {
        queue: [3; 32],
        feed_hash: [4; 32],
        updated_unix_s: 1_723_244_190,
        value: 155_594_045_270_000_000_000,
        deviation: 240_161_790_000_000_000,
        range: 480_323_580_000_000_000,
        samples: 2,
        slot: 9,
        min_slot: 8,
        max_staleness_slots: 250,
    };
    let (pin, read) = sample(abi::oracle::SOURCE_SWITCHBOARD, &pull_feed_bytes(&feed)).unwrap();
    assert_eq!((pin.feed_id, pin.scope, read.slot), ([4; 32], [3; 32], Slot(9)));
    // 1.96 x 0.24016179 = 0.4707171..., more than half the range.
    assert_eq!(read.normalise(), Ok(quote(155_594_045, 470_718)));
    let round =
        Round { description: [5; 32], decimals: 8, slot: 11, timestamp_unix_s: 1_723_244_190, answer: 15_559_404_527 };
    let (pin, read) = sample(abi::oracle::SOURCE_CHAINLINK, &round_bytes(&round)).unwrap();
    assert_eq!((pin.feed_id, pin.scope[0], pin.scope[1], read.slot), ([5; 32], 8, 0, Slot(11)));
    // Half a percent of 155.59404527 is 0.77797022635.
    assert_eq!(read.normalise(), Ok(quote(155_594_045, 777_971)));
    assert_eq!(sample(0, &round_bytes(&round)).unwrap_err(), Refusal::Absent);
}

#[test]
fn normalise_scales_by_every_count_of_decimals() {
    for decimals in 0..=18 {
        let price = 10_i128.pow(u32::try_from(decimals).unwrap()) * 7;
        assert_eq!(sample_of(price, decimals, 0).normalise(), Ok(quote(7_000_000, 0)));
        // The largest and the smallest price there are.
        let unit = 10_i128.pow(u32::try_from(decimals).unwrap());
        assert_eq!(sample_of(10_000_000 * unit, decimals, 0).normalise(), Ok(quote(10_000_000_000_000, 0)));
        assert_eq!(sample_of(10_000_001 * unit, decimals, 0).normalise(), Err(Refusal::PriceOutOfBounds));
    }
    assert_eq!(sample_of(100_000, 9, 1).normalise(), Ok(quote(100, 1)));
    assert_eq!(sample_of(99_999, 9, 0).normalise(), Err(Refusal::PriceOutOfBounds));
}

#[test]
fn normalise_of_bad_values_names_each() {
    for price in [0, -1, i128::MIN] {
        assert_eq!(sample_of(price, 8, 0).normalise(), Err(Refusal::PriceNotPositive));
    }
    for decimals in [-1, 19, i32::MIN, i32::MAX] {
        assert_eq!(sample_of(1, decimals, 0).normalise(), Err(Refusal::ExponentOutOfRange));
    }
    assert_eq!(sample_of(i128::MAX, 0, 0).normalise(), Err(Refusal::PriceOutOfBounds));
    assert_eq!(sample_of(1_000_000_000, 8, u128::MAX).normalise(), Err(Refusal::ConfidenceTooWide));
}

#[test]
fn fresh_at_each_bound_and_refused_beyond() {
    let at = |seconds: i64, slots: u64, half_width: u64| {
        quote(1_000_000, half_width)
            .fresh(UnixSeconds(NOW.0 - seconds), Slot(SLOT.0 - slots), MOMENT)
            .map(|fresh| fresh.tier)
    };
    assert_eq!(at(10, 25, 10_000), Ok(Tier::NewRisk));
    for second_tier in [at(11, 25, 10_000), at(10, 26, 10_000), at(10, 25, 10_001), at(60, 150, 20_000)] {
        assert_eq!(second_tier, Ok(Tier::Margin));
    }
    assert_eq!(at(61, 0, 0), Err(Refusal::PublishedTooOld));
    assert_eq!(at(0, 151, 0), Err(Refusal::PublishedTooOld));
    assert_eq!(at(0, 0, 20_001), Err(Refusal::ConfidenceTooWide));
    assert_eq!(at(0, 0, u64::MAX), Err(Refusal::ConfidenceTooWide));
    // A little ahead of the cluster's clock is as good as now.
    assert_eq!(at(-2, 0, 0), Ok(Tier::NewRisk));
}

#[test]
fn check_order_refuses_the_future_and_the_past() {
    let at = |published: i64, slot: u64, held: i64| {
        let sample = Sample { published: UnixSeconds(published), slot: Slot(slot), ..sample_of(1, 0, 0) };
        sample.check_order(UnixSeconds(held), MOMENT)
    };
    assert_eq!(at(NOW.0 + MAX_AHEAD_S, SLOT.0, NOW.0), Ok(()));
    assert_eq!(at(NOW.0 + MAX_AHEAD_S + 1, SLOT.0, 0), Err(Refusal::PublishedInFuture));
    assert_eq!(at(i64::MAX, SLOT.0, 0), Err(Refusal::PublishedInFuture));
    assert_eq!(at(NOW.0, SLOT.0 + 1, 0), Err(Refusal::PublishedInFuture));
    assert_eq!(at(NOW.0, 0, NOW.0), Ok(()));
    assert_eq!(at(NOW.0 - 1, 0, NOW.0), Err(Refusal::PublishedBackwards));
    assert_eq!(at(i64::MIN, 0, 0), Err(Refusal::PublishedBackwards));
}

#[test]
fn aggregate_of_none_or_one_needs_the_average() {
    let none = aggregate(&[NONE; 3], Some(PriceE6(100)), 2);
    assert_eq!((none.severity, none.price, none.accepted, none.flags), (Severity::Stale, None, 0, flag::FEW));
    let one = |price: u64, average: Option<u64>, min_sources: u8| {
        aggregate(&[says(price, 10), NONE, NONE], average.map(PriceE6), min_sources)
    };
    let near = one(105_000, Some(100_000), 2);
    assert_eq!((near.severity, near.price, near.sample), (Severity::Degraded, Some(quote(105_000, 10)), None));
    for alone in [one(105_001, Some(100_000), 2), one(100_000, None, 2)] {
        assert_eq!((alone.severity, alone.price, alone.accepted), (Severity::Stale, None, 0));
        assert_eq!(alone.places[0].refusal, Some(Refusal::Alone));
    }
    // Where a feed asks for one, one is enough; far from the average it is degraded all the same.
    assert_eq!(one(100_000, None, 1).severity, Severity::Normal);
    let far = one(110_001, Some(100_000), 1);
    assert_eq!((far.severity, far.flags, far.sample), (Severity::Degraded, flag::FAR, Some(PriceE6(110_001))));
}

#[test]
fn aggregate_of_two_is_their_mean_while_they_agree() {
    let two = |a: Reading, b: Reading, average: Option<u64>| aggregate(&[a, NONE, b], average.map(PriceE6), 2);
    let agreed = two(says(100_000, 500), says(101_000, 300), None);
    assert_eq!((agreed.severity, agreed.accepted, agreed.flags), (Severity::Normal, 2, 0));
    // Half the range of 1,000 is more than their mean width of 400.
    assert_eq!(agreed.price, Some(quote(100_500, 500)));
    assert_eq!([agreed.places[0].weight_bps, agreed.places[2].weight_bps], [5_000, 5_000]);
    let wide = two(says(100_000, 900), says(101_700, 900), None);
    assert_eq!((wide.severity, wide.price), (Severity::Normal, Some(quote(100_850, 900))));
    // 1.2 % apart and narrower than that.
    let apart = two(says(100_000, 100), says(101_200, 100), Some(99_000));
    assert_eq!((apart.severity, apart.flags, apart.sample), (Severity::Degraded, flag::FEW | flag::DIVERGED, None));
    assert_eq!((apart.price, apart.accepted), (Some(quote(100_000, 1_200)), 1));
    for lost in [two(says(100_000, 0), says(101_200, 0), None), two(says(100_000, 0), says(200_000, 0), Some(150_000))]
    {
        assert_eq!((lost.severity, lost.price, lost.accepted), (Severity::Stale, None, 0));
        assert_eq!(lost.places[0].refusal, Some(Refusal::Diverged));
    }
}

#[test]
fn aggregate_of_three_is_the_middle_and_drops_one_that_stands_apart() {
    let three = |prices: [u64; 3], average: Option<u64>| {
        aggregate(&prices.map(|price| says(price, 100)), average.map(PriceE6), 2)
    };
    let agreed = three([100_300, 100_000, 99_900], None);
    assert_eq!((agreed.severity, agreed.price, agreed.accepted), (Severity::Normal, Some(quote(100_000, 300)), 3));
    let dropped = three([102_000, 100_000, 99_900], None);
    assert_eq!((dropped.severity, dropped.price, dropped.accepted), (Severity::Normal, Some(quote(100_000, 100)), 2));
    assert_eq!(dropped.places[0].refusal, Some(Refusal::Outlier));
    // Each a little apart from the next: nobody is dropped, and the ends are too far apart.
    let chain = three([99_200, 100_000, 100_900], None);
    assert_eq!((chain.severity, chain.flags, chain.accepted), (Severity::Degraded, flag::DIVERGED, 3));
    assert_eq!(chain.price, Some(quote(100_000, 900)));
    // Two against one, far from the average: no price. All three: a price, but none to open at.
    let contested = three([112_000, 112_000, 100_000], Some(100_000));
    assert_eq!((contested.severity, contested.price), (Severity::Stale, None));
    assert_eq!((contested.flags, contested.sample), (flag::FAR | flag::CONTESTED, None));
    let crash = three([88_000, 88_100, 88_200], Some(100_000));
    assert_eq!((crash.severity, crash.price.map(|quote| quote.price)), (Severity::Degraded, Some(PriceE6(88_100))));
}

#[test]
fn aggregate_weighs_by_inverse_width_and_no_source_more_than_half() {
    let weights = |widths: [u64; 3]| {
        aggregate(&widths.map(|width| says(1_000_000, width)), None, 2).places.map(|place| place.weight_bps)
    };
    assert_eq!(weights([1_000, 2_000, 2_000]), [5_000, 2_500, 2_500]);
    assert_eq!(weights([500, 10_000, 10_000]), [5_000, 2_500, 2_500]);
    // Narrower than five basis points counts as five.
    assert_eq!(weights([0, 500, 500]), [3_333, 3_333, 3_333]);
}

#[test]
fn reliance_loses_with_severity_what_it_had() {
    let rank = |reliance| match reliance {
        Reliance::Price | Reliance::NoPriceNeeded => 2,
        Reliance::AdverseBound => 1,
        Reliance::Refused => 0,
    };
    for purpose in Purpose::ALL {
        for worse in Severity::ALL.windows(2) {
            assert!(rank(reliance(worse[0], purpose)) >= rank(reliance(worse[1], purpose)), "{purpose:?}");
        }
        assert_ne!(reliance(Severity::Normal, purpose), Reliance::Refused);
    }
    for severity in Severity::ALL {
        assert_eq!(Severity::from_byte(severity.byte()), severity);
        assert_eq!(reliance(severity, Purpose::None), Reliance::NoPriceNeeded);
    }
    assert_eq!(Severity::from_byte(4), Severity::Down);
}

#[test]
fn reliance_is_the_table_in_the_documents() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../ARCHITECTURE.md")).unwrap();
    let purposes = ["open risk", "withdraw", "reduce risk", "liquidate", "cancel, deposit, wait for settlement"];
    for (purpose, name) in Purpose::ALL.into_iter().zip(purposes) {
        let cells = Severity::ALL.map(|severity| match reliance(severity, purpose) {
            Reliance::Price => "price",
            Reliance::AdverseBound => "adverse bound",
            Reliance::NoPriceNeeded => "yes",
            Reliance::Refused => "no",
        });
        let row = format!("| {name} | {} |", cells.join(" | "));
        assert!(document.contains(&row), "ARCHITECTURE.md must hold {row}");
    }
}

#[test]
fn rely_asks_severity_then_age_then_bounds() {
    let published = |severity| Published { severity, quote: quote(100_000, 500), refreshed: NOW, refreshed_slot: SLOT };
    let after = |seconds: i64, slots: u64| (UnixSeconds(NOW.0 + seconds), Slot(SLOT.0 + slots));
    let normal = published(Severity::Normal);
    let asks = |feed: &Published, purpose, (now, slot): (UnixSeconds, Slot)| feed.rely(purpose, now, slot);
    let exact = Ok((PriceE6(100_000), PriceE6(100_000)));
    assert_eq!(asks(&normal, Purpose::NewRisk, after(10, 25)), exact);
    assert_eq!(asks(&normal, Purpose::NewRisk, after(11, 0)), Err(Unreliable::Age));
    assert_eq!(asks(&normal, Purpose::NewRisk, after(0, 26)), Err(Unreliable::Age));
    assert_eq!(asks(&normal, Purpose::Liquidate, after(60, 150)), exact);
    assert_eq!(asks(&normal, Purpose::Liquidate, after(61, 0)), Err(Unreliable::Age));
    assert_eq!(asks(&normal, Purpose::Liquidate, after(-1, 0)), Err(Unreliable::Age));
    let degraded = published(Severity::Degraded);
    assert_eq!(asks(&degraded, Purpose::NewRisk, after(0, 0)), Err(Unreliable::Severity));
    assert_eq!(asks(&degraded, Purpose::Withdraw, after(0, 0)), Ok((PriceE6(99_500), PriceE6(100_500))));
    assert_eq!(asks(&published(Severity::Stale), Purpose::ReduceRisk, after(0, 0)), Err(Unreliable::Severity));
    assert!(asks(&published(Severity::Down), Purpose::None, after(9_999, 0)).is_ok());
    let empty = Published { quote: quote(0, 0), ..normal };
    assert_eq!(asks(&empty, Purpose::Liquidate, after(0, 0)), Err(Unreliable::Price));
}

/// A feed that takes one price a step, agreed by all three sources.
fn stepped(state: &mut State, price: u64, seconds: i64) {
    let now = UnixSeconds(state.checked.0 + seconds);
    state.stand(now, BUCKET_S);
    let found = aggregate(&[says(price, 0); 3], state.average_at(now, BUCKET_S), 2);
    state.take(&found, Moment { now, slot: SLOT }, true, BUCKET_S);
}

fn born(price: u64) -> State {
    let mut state = State { checked: NOW, ..State::default() };
    stepped(&mut state, price, 0);
    state
}

#[test]
fn state_average_follows_in_five_minutes_and_stable_at_three_basis_points_a_second() {
    let mut state = born(100_000_000);
    assert_eq!(
        (state.severity, state.average, state.stable),
        (Severity::Normal, PriceE6(100_000_000), PriceE6(100_000_000))
    );
    stepped(&mut state, 105_000_000, 10);
    // What stood until now was 100.
    assert_eq!((state.average, state.stable), (PriceE6(100_000_000), PriceE6(100_000_000)));
    stepped(&mut state, 105_000_000, 60);
    // 5 x 60 / 360, and 60 x 3 bps.
    assert_eq!((state.average, state.stable), (PriceE6(100_833_333), PriceE6(101_800_000)));
    for _ in 0..60 {
        stepped(&mut state, 105_000_000, 60);
    }
    assert!(state.average.0.abs_diff(105_000_000) < 1_000 && state.stable == PriceE6(105_000_000));
}

#[test]
fn state_follows_a_crash_until_it_is_normal_again() {
    let mut state = born(100_000_000);
    let mut seconds = 0;
    stepped(&mut state, 70_000_000, 1);
    while state.severity != Severity::Normal {
        assert_eq!((state.severity, state.flags), (Severity::Degraded, flag::FAR));
        assert_eq!((state.normal_samples, state.standing()), (0, None));
        stepped(&mut state, 70_000_000, 10);
        seconds += 10;
    }
    // Down a tenth in five minutes: 25 % to be within a tenth of 70.
    assert!((700..=900).contains(&seconds), "{seconds}");
    assert_eq!(state.stable, PriceE6(100_000_000));
}

#[test]
fn state_without_a_price_is_stale_then_down_and_forgets_its_average() {
    let mut state = born(100_000_000);
    let lost = aggregate(&[NONE; 3], None, 2);
    for (seconds, severity) in [(30, Severity::Stale), (600, Severity::Stale), (601, Severity::Down)] {
        let now = UnixSeconds(NOW.0 + seconds);
        state.take(&lost, Moment { now, slot: SLOT }, false, BUCKET_S);
        assert_eq!((state.severity, state.quote.price, state.refreshed), (severity, PriceE6(100_000_000), NOW));
    }
    assert_eq!(state.average_at(UnixSeconds(NOW.0 + 900), BUCKET_S), Some(PriceE6(100_000_000)));
    assert_eq!(state.average_at(UnixSeconds(NOW.0 + 901), BUCKET_S), None);
    // Then any price that two agree on is a new beginning.
    stepped(&mut state, 300_000_000, 400);
    assert_eq!(
        (state.severity, state.average, state.stable),
        (Severity::Normal, PriceE6(300_000_000), PriceE6(100_000_000))
    );
    assert_eq!((state.normal_since, state.normal_samples), (UnixSeconds(NOW.0 + 1_001), 1));
}

#[test]
fn state_counts_normal_samples_while_none_is_missing() {
    let mut state = born(100_000_000);
    for _ in 0..5 {
        stepped(&mut state, 100_000_000, 60);
    }
    assert_eq!((state.normal_since, state.normal_samples), (NOW, 6));
    stepped(&mut state, 100_000_000, 61);
    assert_eq!((state.normal_since, state.normal_samples), (UnixSeconds(NOW.0 + 361), 1));
}

#[test]
fn variance_of_equal_moves_is_theirs_over_a_year() {
    let mut variance = Variance::default();
    // Means that alternate by 0.1 %: ln(1.001)^2 x 788,400 = 0.787612...
    for bucket in 2..200 {
        variance.advance(bucket, |number| Some(if number % 2 == 0 { 100_000_000 } else { 100_100_000 }));
    }
    assert_eq!(variance.samples, 198);
    for found in [variance.short_e12, variance.long_e12] {
        assert!(found.abs_diff(787_612_000_000) < 1_000_000, "{found}");
    }
    // Seen once, a bucket counts once; without both means it counts nothing.
    let before = variance;
    variance.advance(199, |_| Some(1));
    assert_eq!(variance, before);
    variance.advance(205, |_| None);
    assert_eq!(variance, Variance { bucket: 205, ..before });
    // A jump is limited to a factor of e.
    variance.advance(206, |number| Some(if number == 205 { 10_000_000_000_000 } else { 100 }));
    assert!(variance.short_e12 < 100_000_000_000_000);
}

fn reading() -> impl Strategy<Value = Reading> {
    let fresh = (90_000_000_u64..110_000_000, 0_u64..2_000_000, 0_i64..60).prop_map(|(price, half_width, age_s)| {
        quote(price, half_width).fresh(UnixSeconds(NOW.0 - age_s), SLOT, MOMENT)
    });
    prop_oneof![4 => fresh, 1 => Just(NONE)]
}

proptest! {
    /// INVARIANT(O-2): the price lies within the bounds of the accepted sources, its width covers their prices, and the weights are shares.
    #[test]
    fn price_lies_within_the_accepted(readings in prop::array::uniform3(reading()), average in prop::option::of(80_000_000_u64..120_000_000), min in 1_u8..=3) {
        let found = aggregate(&readings, average.map(PriceE6), min);
        let accepted = || readings.iter().zip(&found.places).filter(|(_, place)| place.refusal.is_none());
        prop_assert_eq!(accepted().count(), usize::from(found.accepted));
        if let Some(quote) = found.price {
            let quotes = || accepted().filter_map(|(reading, _)| reading.ok()).map(|fresh| fresh.quote);
            let low = quotes().map(|one| one.price.0 - one.half_width.0).min();
            let high = quotes().map(|one| one.price.0 + one.half_width.0).max();
            prop_assert!(low.is_some_and(|low| low <= quote.price.0) && high.is_some_and(|high| quote.price.0 <= high));
            prop_assert!(quotes().all(|one| one.price.0.abs_diff(quote.price.0) <= quote.half_width.0));
            let weights = accepted().map(|(_, place)| u64::from(place.weight_bps));
            prop_assert!(found.accepted < 2 || weights.clone().all(|weight| weight <= 5_000));
            prop_assert!((9_997..=10_000).contains(&weights.sum::<u64>()));
        }
        prop_assert_eq!(found.severity == Severity::Stale, found.price.is_none());
        prop_assert!(found.severity != Severity::Normal || (found.accepted >= min && found.flags == 0));
    }

    /// INVARIANT(O-3): whatever one of three says, the price lies between what the other two say, and is there.
    #[test]
    fn one_liar_of_three_stays_between_the_honest(
        honest in [99_000_000_u64..101_000_000, 99_000_000_u64..101_000_000], widths in prop::array::uniform3(0_u64..900_000),
        lie in 100_u64..10_000_000_000_000, liar in 0_usize..3,
    ) {
        let mut prices = [honest[0], honest[0], honest[1]];
        prices.swap(0, liar);
        prices[liar] = lie;
        let mut readings = [NONE; 3];
        for (at, reading) in readings.iter_mut().enumerate() {
            *reading = says(prices[at], widths[at].min(prices[at] / 100));
        }
        let others: Vec<u64> = (0..3).filter(|at| *at != liar).map(|at| prices[at]).collect();
        let found = aggregate(&readings, Some(PriceE6(100_000_000)), 2);
        let price = found.price.unwrap().price.0;
        prop_assert!(others.iter().min().unwrap() <= &price && &price <= others.iter().max().unwrap());
    }

    /// Two colluders of three cannot make a normal price more than a tenth from the feed's average, and none at all while the third
    /// says otherwise.
    #[test]
    fn two_colluders_cannot_pass_the_average(lie in 100_u64..10_000_000_000_000, honest in 95_000_000_u64..105_000_000) {
        let average = PriceE6(100_000_000);
        let found = aggregate(&[says(lie, 0), says(lie, 0), says(honest, 0)], Some(average), 2);
        if is_far(PriceE6(lie), average) {
            prop_assert!(found.severity != Severity::Normal);
            prop_assert_eq!(found.price, None);
        } else {
            prop_assert!(found.price.is_some());
        }
    }

    /// Two colluders cannot rush past a third that is merely slow or unsure: as long as it is fit for margin, it is heard.
    #[test]
    fn two_colluders_cannot_pass_a_slow_third(lie in 100_u64..10_000_000_000_000, honest in 95_000_000_u64..105_000_000, age_s in 11_i64..=60) {
        let average = PriceE6(100_000_000);
        prop_assume!(is_far(PriceE6(lie), average));
        let slow = quote(honest, 0).fresh(UnixSeconds(NOW.0 - age_s), SLOT, MOMENT);
        let found = aggregate(&[says(lie, 0), says(lie, 0), slow], Some(average), 2);
        prop_assert_eq!((found.price, found.sample, found.severity), (None, None, Severity::Stale));
        prop_assert_eq!(found.flags, flag::FAR | flag::CONTESTED);
        // Once it is too old even for that, they are believed, but nothing is opened at their price.
        let found = aggregate(&[says(lie, 0), says(lie, 0), Err(Refusal::PublishedTooOld)], Some(average), 2);
        prop_assert_eq!((found.severity, found.flags), (Severity::Degraded, flag::FAR));
    }

    /// The average never moves further than its clamp allows, nor past the price; the stable price no faster than its speed.
    #[test]
    fn averages_move_no_faster_than_they_may(steps in prop::collection::vec((1_u64..1_000_000_000, 1_i64..=60), 1..100)) {
        let mut state = born(100_000_000);
        for (price, seconds) in steps {
            let before = state;
            stepped(&mut state, price, seconds);
            prop_assert!(state.average.0.abs_diff(before.average.0) * 10 <= before.average.0);
            let span = before.average.min(before.sampled)..=before.average.max(before.sampled);
            prop_assert!(span.contains(&state.average));
            let speed = before.stable.0 * 3 * seconds.unsigned_abs() / 10_000;
            prop_assert!(state.stable.0.abs_diff(before.stable.0) <= speed);
        }
    }

    /// No bytes whatever make a parser panic, and what is read of noise is refused or in bounds.
    #[test]
    fn any_bytes_are_read_or_refused(kind in 0_u8..5, len in 0_usize..4_000, seed: u64) {
        let mut word = seed | 1;
        let data: Vec<u8> = (0..len).map(|_| {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            word as u8
        }).collect();
        if let Ok((_, read)) = sample(kind, &data) {
            prop_assert!(read.normalise().is_err_and(|_| true) || read.normalise().unwrap().price.in_bounds());
        }
    }
}
