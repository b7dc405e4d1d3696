//! O-1 to O-5 and the weight of time over random runs of the built program.

use crate::fixture::Fixture;
use abi::oracle::{Feed, Settlement};
use proptest::prelude::*;
use std::array::from_fn;
use testkit::{Publication, START_UNIX_S, SourceAccount, key};

const EXPIRY: i64 = START_UNIX_S + 32 * 60;

/// Places among the pinned sources, those of another feed and twins of the pinned ones; now and then the right three.
fn passed() -> impl Strategy<Value = Vec<usize>> {
    let changed = (0_usize..3, 0_usize..9).prop_map(|(place, other)| {
        let mut passed = vec![0, 1, 2];
        passed[place] = other;
        passed
    });
    prop_oneof![Just(vec![0, 1, 2]), changed, prop::collection::vec(0_usize..9, 0..6)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever sources say, each at its own time and in whatever order: no publish time goes back, a source's price changes only with
    /// it, the output lies within the accepted sources' bounds, and no bucket is credited with more time than it has.
    #[test]
    fn feed_never_goes_back_and_stays_within_its_sources(
        shown in prop::collection::vec((0_i64..45, prop::array::uniform3((-5_i64..70, 95_000_000_u64..105_000_000))), 40)
    ) {
        let mut fixture = Fixture::lite();
        let mut before = fixture.feed_state();
        for (wait_s, said) in shown {
            fixture.world.advance_s(wait_s);
            for (source, (age_s, price_e6)) in fixture.sources.into_iter().zip(said) {
                let now = fixture.publication(price_e6);
                source.publish(&mut fixture.world, &Publication { published_unix_s: now.published_unix_s - age_s, ..now });
            }
            fixture.refresh();
            let after = fixture.feed_state();
            for (after, before) in after.sources.iter().zip(&before.sources) {
                // INVARIANT(O-1)
                prop_assert!(after.published_unix_s.get() >= before.published_unix_s.get());
                prop_assert!(after.published_unix_s != before.published_unix_s || after.price_e6 == before.price_e6);
            }
            let accepted = || after.sources.iter().filter(|source| source.refusal == 0);
            prop_assert_eq!(accepted().count(), usize::from(after.accepted));
            if after.severity < 2 {
                // INVARIANT(O-2)
                let low = accepted().map(|source| source.price_e6.get() - source.half_width_e6.get()).min();
                let high = accepted().map(|source| source.price_e6.get() + source.half_width_e6.get()).max();
                prop_assert!(low.is_some_and(|low| low <= after.price_e6.get()));
                prop_assert!(high.is_some_and(|high| after.price_e6.get() <= high));
            } else {
                prop_assert_eq!(after.price_e6, before.price_e6);
            }
            prop_assert!(after.buckets.iter().all(|bucket| bucket.weight_s.get() <= 60));
            before = after;
        }
    }

    /// One liar among three, whatever it says: the price lies between what the other two say.
    #[test]
    fn one_liar_of_three_leaves_the_price_between_the_honest(
        shown in prop::collection::vec((1_i64..10, 0_usize..3, 101_u64..10_000_000_000_000, -30_i64..=30), 40)
    ) {
        let mut fixture = Fixture::lite();
        let mut truth = 100_000_000_u64;
        for (wait_s, liar, lie, drift) in shown {
            fixture.world.advance_s(wait_s);
            truth = truth.saturating_add_signed(drift * 10_000);
            let mut prices = [truth - 40_000, truth, truth + 40_000];
            prices[liar] = lie;
            fixture.publish_each(prices);
            fixture.refresh();
            let feed = fixture.feed_state();
            // INVARIANT(O-3)
            prop_assert!((truth - 40_000..=truth + 40_000).contains(&feed.price_e6.get()));
            prop_assert!(feed.severity <= 1);
        }
    }

    /// Whatever accounts of whatever kind are passed: the pinned ones, each once and in their order, or the refresh fails and changes
    /// nothing. What the others say, among them genuine updates of the same feeds at other addresses, leaves no trace.
    #[test]
    fn no_other_account_influences_a_feed(
        tries in prop::collection::vec((passed(), 99_000_000_u64..101_000_000, 80_000_000_u64..120_000_000), 40)
    ) {
        let mut fixture = Fixture::lite();
        let (_, strangers) = fixture.other_feed();
        let pinned = fixture.sources;
        let twins: [SourceAccount; 3] =
            from_fn(|at| SourceAccount { address: key(&format!("twin {at}")), ..pinned[at] });
        for (passed, truth, lie) in tries {
            fixture.world.advance_s(1);
            fixture.publish(truth);
            let now = fixture.publication(truth);
            for other in strangers.iter().chain(&twins) {
                other.publish(&mut fixture.world, &Publication { price_e6: lie, ..now });
            }
            let before = fixture.feed_state();
            let all = [pinned, strangers, twins].concat();
            let accounts: Vec<_> = passed.iter().map(|at| all[*at].address).collect();
            let refresh = fixture.feed_refresh_of(&accounts);
            let landed = fixture.world.send(&[refresh], &[]).is_ok();
            let after = fixture.feed_state();
            // INVARIANT(O-5)
            prop_assert_eq!(landed, passed == [0, 1, 2]);
            if landed {
                prop_assert_eq!((after.price_e6.get(), after.sources.map(|source| source.price_e6.get())), (truth, [truth; 3]));
            } else {
                prop_assert_eq!(after, before);
            }
        }
    }

    /// Once an expiry can be settled, everyone who asks gets the same price, and the first answer stays.
    #[test]
    fn settlement_final_is_final(shown in prop::collection::vec((5_i64..62, 90_000_000_u64..110_000_000), 80)) {
        let mut fixture = Fixture::lite();
        let address = fixture.settlement(EXPIRY);
        let mut first: Option<Settlement> = None;
        for (wait_s, price_e6) in shown {
            fixture.world.advance_s(wait_s);
            fixture.price(price_e6);
            let feed: Feed = fixture.feed_state();
            let now = fixture.world.unix_s();
            let landed = fixture.world.send(&[fixture.settlement_finalise(EXPIRY)], &[]).is_ok();
            prop_assert!(!landed || (first.is_none() && now >= EXPIRY));
            if fixture.world.account(&address).is_some() {
                let settlement: Settlement = fixture.world.read(abi::ids::ORACLE, &address);
                // INVARIANT(O-4)
                prop_assert_eq!(*first.get_or_insert(settlement), settlement);
                prop_assert!((90_000_000..110_000_000).contains(&settlement.price_e6.get()));
                prop_assert_eq!(settlement.feed, fixture.feed.to_bytes());
            }
            prop_assert_eq!(feed.checked_unix_s.get(), now);
        }
    }
}
