use super::*;
use proptest::prelude::*;

/// A minute boundary.
const EXPIRY: i64 = 1_800_000_000;
const WINDOW_START: i64 = EXPIRY - 30 * 60;

/// What the program keeps of a feed, and nothing else.
#[derive(Clone)]
struct Feed {
    price: PriceE6,
    refreshed: i64,
    bucket_s: u32,
    ring: [Bucket; RING as usize],
}

impl Feed {
    fn new(price: u64, at: i64) -> Self {
        Self { price: PriceE6(price), refreshed: at, bucket_s: BUCKET_S, ring: [Bucket::default(); RING as usize] }
    }

    fn refresh(&mut self, price: u64, at: i64) {
        for credit in credits(UnixSeconds(self.refreshed), UnixSeconds(at), self.bucket_s) {
            let place = &mut self.ring[(credit.number % RING) as usize];
            *place = place.credited(credit, self.price).unwrap();
        }
        (self.price, self.refreshed) = (PriceE6(price), at);
    }

    fn refresh_every(&mut self, seconds: i64, until: i64, price: impl Fn(i64) -> u64) {
        while self.refreshed < until {
            let at = self.refreshed + seconds;
            self.refresh(price(at), at);
        }
    }

    fn settle(&self, expiry: i64, now: i64) -> Result<Settled, Unsettled> {
        let place = |place: u32| self.ring[place as usize];
        settle(UnixSeconds(expiry), UnixSeconds(self.refreshed), UnixSeconds(now), self.bucket_s, place)
    }
}

#[test]
fn credits_split_at_bucket_bounds_and_skip_long_gaps() {
    let split = |from, to| {
        credits(UnixSeconds(from), UnixSeconds(to), 60)
            .map(|credit| (credit.number, credit.seconds))
            .collect::<Vec<_>>()
    };
    assert_eq!(split(100, 150), [(1, 20), (2, 30)]);
    assert_eq!(split(60, 120), [(1, 60)]);
    assert_eq!(split(90, 150), [(1, 30), (2, 30)]);
    for nothing in [(100, 100), (100, 99), (100, 161), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN)] {
        assert_eq!(split(nothing.0, nothing.1), []);
    }
    let seconds = credits(UnixSeconds(5), UnixSeconds(65), 1).map(|credit| credit.seconds).collect::<Vec<_>>();
    assert_eq!(seconds, [1; 60]);
    assert_eq!(credits(UnixSeconds(5), UnixSeconds(65), 0).count(), 0);
}

#[test]
fn a_credit_names_what_is_wrong() {
    let (price, credit) = (PriceE6(1_000), Credit { number: 7, seconds: 60 });
    let held = Bucket { number: 7, weight_s: 30, weighted_price_e6_s: 30_000 };
    for (bucket, credit, price, error) in [
        (held, credit, PriceE6(0), CreditError::PriceOutOfRange),
        (held, credit, PriceE6(99), CreditError::PriceOutOfRange),
        (held, credit, PriceE6(PriceE6::MAX.0 + 1), CreditError::PriceOutOfRange),
        (Bucket { weight_s: u32::MAX, ..held }, credit, price, CreditError::SecondsTooMany),
        (held, Credit { seconds: u32::MAX - 30, ..credit }, PriceE6::MAX, CreditError::SumTooLarge),
        (Bucket { weighted_price_e6_s: u64::MAX, ..held }, credit, price, CreditError::SumTooLarge),
    ] {
        assert_eq!(bucket.credited(credit, price), Err(error), "{bucket:?} {credit:?} {price:?}");
    }
    assert_eq!(held.credited(credit, price).map(|bucket| bucket.weight_s), Ok(90));
}

#[test]
fn settle_of_a_steady_price_is_that_price() {
    let mut feed = Feed::new(150_000_000, WINDOW_START);
    feed.refresh_every(20, EXPIRY, |_| 150_000_000);
    let settled = feed.settle(EXPIRY, EXPIRY).unwrap();
    assert_eq!(settled, Settled { price: PriceE6(150_000_000), buckets_used: 30, window_end: UnixSeconds(EXPIRY) });
}

#[test]
fn settle_before_expiry_fails_not_expired() {
    let mut feed = Feed::new(150_000_000, WINDOW_START);
    feed.refresh_every(20, EXPIRY - 20, |_| 150_000_000);
    assert_eq!(feed.settle(EXPIRY, EXPIRY - 1), Err(Unsettled::NotExpired));
    // Six more seconds could still be credited to the last bucket: the moment of asking must not matter.
    assert_eq!(feed.settle(EXPIRY, EXPIRY), Err(Unsettled::Pending));
}

#[test]
fn settle_counts_24_buckets_and_not_23() {
    for (missing, expected) in [(6, Ok(24)), (7, Err(Unsettled::Pending))] {
        let mut feed = Feed::new(150_000_000, WINDOW_START + missing * 60);
        feed.refresh_every(30, EXPIRY, |_| 150_000_000);
        assert_eq!(feed.settle(EXPIRY, EXPIRY).map(|settled| settled.buckets_used), expected);
    }
}

#[test]
fn bucket_counts_from_half_its_length() {
    for (bucket_s, covered_s, counts) in
        [(60, 29, false), (60, 30, true), (1, 0, false), (1, 1, true), (5, 2, false), (5, 3, true)]
    {
        let bucket = Bucket { number: 7, weight_s: covered_s, weighted_price_e6_s: 1_000 * u64::from(covered_s) };
        assert_eq!(bucket.mean_floor(bucket_s), counts.then_some(1_000), "{covered_s} of {bucket_s} s");
    }
}

#[test]
fn outage_across_expiry_moves_the_window_to_the_first_that_has_24() {
    let mut feed = Feed::new(100_000_000, WINDOW_START);
    feed.refresh_every(20, EXPIRY - 10 * 60, |_| 100_000_000);
    // Twenty buckets, then ten minutes of outage before expiry and five after.
    assert_eq!(feed.settle(EXPIRY, EXPIRY), Err(Unsettled::Pending));
    let back = EXPIRY + 5 * 60;
    feed.refresh(200_000_000, back);
    feed.refresh_every(20, back + 60 * 60, |_| 200_000_000);
    let settled = feed.settle(EXPIRY, back + 60 * 60).unwrap();
    // Each later minute loses an old bucket until 24 new ones stand alone: 5 + 24 minutes after expiry.
    assert_eq!(
        settled,
        Settled { price: PriceE6(200_000_000), buckets_used: 24, window_end: UnixSeconds(back + 24 * 60) }
    );
}

#[test]
fn outage_of_days_leaves_an_expiry_that_had_its_buckets_settled_by_them() {
    let mut feed = Feed::new(100_000_000, WINDOW_START);
    feed.refresh_every(20, EXPIRY - 6 * 60, |_| 100_000_000);
    let settled = feed.settle(EXPIRY, EXPIRY + 3 * 86_400).unwrap();
    assert_eq!(settled, Settled { price: PriceE6(100_000_000), buckets_used: 24, window_end: UnixSeconds(EXPIRY) });
}

#[test]
fn one_wild_minute_moves_the_price_by_its_thirtieth() {
    let mut feed = Feed::new(100_000_000, WINDOW_START);
    feed.refresh_every(
        20,
        EXPIRY,
        |at| {
            if (EXPIRY - 120..EXPIRY - 60).contains(&at) { 400_000_000 } else { 100_000_000 }
        },
    );
    assert_eq!(feed.settle(EXPIRY, EXPIRY).unwrap().price, PriceE6(110_000_000));
}

#[test]
fn times_out_of_range_are_named() {
    let feed = Feed::new(1_000, 0);
    assert_eq!(feed.settle(-1, 0), Err(Unsettled::TimeOutOfRange));
    assert_eq!(feed.settle(i64::MAX, i64::MAX), Err(Unsettled::TimeOutOfRange));
    assert_eq!(Feed { bucket_s: 0, ..feed }.settle(0, 0), Err(Unsettled::TimeOutOfRange));
}

#[test]
fn buckets_of_one_second_serve_a_local_network() {
    let mut feed = Feed { bucket_s: 1, ..Feed::new(100_000_000, EXPIRY - 40) };
    feed.refresh_every(5, EXPIRY, |_| 100_000_000);
    assert_eq!(feed.settle(EXPIRY, EXPIRY).unwrap().buckets_used, 30);
}

/// Seconds to wait and the price then published.
fn history() -> impl Strategy<Value = Vec<(i64, u64)>> {
    let wait = prop_oneof![8 => 0_i64..60, 1 => 60_i64..63, 1 => 60_i64..2_000];
    prop::collection::vec((wait, 90_000_000_u64..110_000_000), 1..250)
}

proptest! {
    /// No bucket is ever credited with more seconds than it has, and its mean lies within the prices that stood.
    #[test]
    fn weights_never_exceed_time(history in history()) {
        let mut feed = Feed::new(100_000_000, WINDOW_START);
        for (wait, price) in history {
            feed.refresh(price, feed.refreshed + wait);
            for bucket in feed.ring {
                prop_assert!(bucket.weight_s <= BUCKET_S);
                if let Some(mean) = bucket.mean_floor(BUCKET_S) {
                    prop_assert!((90_000_000..110_000_000).contains(&mean));
                }
            }
        }
    }

    /// A burst of refreshes within one second moves nothing but the price that stands from then on.
    #[test]
    fn bursts_move_no_bucket(history in history(), burst in prop::collection::vec(1_u64..1_000_000_000_000, 1..50)) {
        let (mut calm, mut burst_feed) = (Feed::new(100_000_000, WINDOW_START), Feed::new(100_000_000, WINDOW_START));
        for (wait, price) in history {
            calm.refresh(price, calm.refreshed + wait);
            for wild in &burst {
                burst_feed.refresh(*wild, calm.refreshed);
            }
            burst_feed.refresh(price, calm.refreshed);
        }
        prop_assert_eq!(calm.ring, burst_feed.ring);
    }

    /// A refresher who picks a moment, at whatever price, moves each bucket by no more than the seconds that price then stands times its
    /// distance from the price that stood, and no bucket behind the next refresh at all.
    #[test]
    fn picked_moments_move_no_bucket_by_more_than_their_time_weight(
        history in prop::collection::vec((1_i64..=60, 90_000_000_u64..110_000_000), 2..120),
        picked in prop::collection::vec((any::<prop::sample::Index>(), 0_i64..60, 100_u64..1_000_000_000_000), 1..6),
    ) {
        let mut honest = Feed::new(100_000_000, WINDOW_START);
        let mut bent = honest.clone();
        let mut allowed = [0_u64; RING as usize];
        let mut picks: Vec<Vec<(i64, u64)>> = vec![Vec::new(); history.len()];
        for (step, after_s, price) in picked {
            let step = step.index(history.len());
            picks[step].push((after_s % history[step].0, price));
        }
        for ((wait, price), mut picks) in history.into_iter().zip(picks) {
            let (start, stood) = (honest.refreshed, honest.price.0);
            picks.sort_unstable();
            for (at, (after_s, price)) in picks.iter().enumerate() {
                bent.refresh(*price, start + after_s);
                let until = picks.get(at + 1).map_or(start + wait, |(next, _)| start + next);
                for credit in credits(UnixSeconds(start + after_s), UnixSeconds(until), BUCKET_S) {
                    allowed[(credit.number % RING) as usize] += u64::from(credit.seconds) * price.abs_diff(stood);
                }
            }
            honest.refresh(price, start + wait);
            bent.refresh(price, start + wait);
        }
        for ((honest, bent), allowed) in honest.ring.iter().zip(&bent.ring).zip(allowed) {
            prop_assert_eq!((honest.number, honest.weight_s), (bent.number, bent.weight_s));
            prop_assert!(honest.weighted_price_e6_s.abs_diff(bent.weighted_price_e6_s) <= allowed);
        }
    }

    /// INVARIANT(O-4): once there is an answer, neither later refreshes nor a later question changes it, while the window is in the ring.
    #[test]
    fn answer_does_not_depend_on_when_it_is_asked(history in history(), offset in 0_i64..1_800) {
        let mut feed = Feed::new(100_000_000, WINDOW_START);
        let expiry = EXPIRY - offset;
        let mut answer: Option<Settled> = None;
        for (wait, price) in history {
            // Asked just before a refresh, and just after it.
            for refresh in [false, true] {
                let now = feed.refreshed + if refresh { 0 } else { wait };
                let asked = feed.settle(expiry, now);
                // While the window before the expiry is still in the ring.
                let kept = feed.refreshed.div_euclid(60) - (expiry.div_euclid(60) - i64::from(WINDOW_BUCKETS)) < i64::from(RING);
                match answer {
                    None if kept => answer = asked.ok(),
                    None => {}
                    Some(settled) if kept => prop_assert_eq!(asked, Ok(settled)),
                    Some(_) => {}
                }
                if let Ok(settled) = asked {
                    prop_assert!(settled.buckets_used >= MIN_BUCKETS && settled.window_end.0 > expiry - 60);
                }
                if !refresh {
                    feed.refresh(price, now);
                }
            }
        }
    }

    /// The search by candidates finds what a look at every window in turn finds.
    #[test]
    fn search_agrees_with_every_window_in_turn(history in history(), offset in 0_i64..3_600) {
        let mut feed = Feed::new(100_000_000, WINDOW_START);
        for (wait, price) in history {
            feed.refresh(price, feed.refreshed + wait);
        }
        let (expiry, now) = (EXPIRY - offset, feed.refreshed);
        let place = |place: u32| feed.ring[place as usize];
        let window = Window { bucket_s: BUCKET_S, place: &place };
        let number = |at: i64| u32::try_from(at / 60).unwrap();
        let first = (number(expiry)..=number(now)).find(|end| window.used(*end) >= MIN_BUCKETS);
        if now >= expiry && number(now) - (number(expiry) - WINDOW_BUCKETS) < RING {
            prop_assert_eq!(feed.settle(expiry, now).ok().map(|settled| settled.window_end.0), first.map(|end| i64::from(end) * 60));
        }
    }

    /// Asked too late for the first window, whoever asks gets the window of a whole number of six hours after the expiry.
    #[test]
    fn late_answers_come_in_steps_of_six_hours(late_s in (513_i64 - 30) * 60..3_000 * 60, prices in prop::collection::vec(90_000_000_u64..110_000_000, 8)) {
        let mut feed = Feed::new(100_000_000, WINDOW_START);
        let price = |at: i64| prices[usize::try_from(at / 600).unwrap() % prices.len()];
        feed.refresh_every(60, EXPIRY + late_s, price);
        let settled = feed.settle(EXPIRY, feed.refreshed).unwrap();
        let step_s = i64::from(LATE_BUCKETS * BUCKET_S);
        let since = settled.window_end.0 - EXPIRY;
        prop_assert!(since > 0 && since % step_s == 0 && settled.buckets_used == 30, "{since}");
        // The first of them that is still kept whole.
        let kept_from = feed.refreshed / 60 - i64::from(RING) + i64::from(WINDOW_BUCKETS);
        prop_assert!(settled.window_end.0 / 60 > kept_from && settled.window_end.0 / 60 - i64::from(LATE_BUCKETS) <= kept_from);
    }
}
