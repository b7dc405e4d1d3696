//! O-1, O-4 and the weight of time over random runs of the built program.

use crate::fixture::Fixture;
use abi::oracle::{Feed, Settlement};
use abi::pyth::PriceUpdate;
use proptest::prelude::*;
use testkit::START_UNIX_S;

const EXPIRY: i64 = START_UNIX_S + 32 * 60;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is shown to a feed and in whatever order, its publish time never goes back, its price changes only with it, and no
    /// bucket is credited with more time than it has.
    #[test]
    fn feed_never_goes_back(shown in prop::collection::vec((0_i64..45, -5_i64..40, 1_000_000_i64..1_000_000_000), 40)) {
        let mut fixture = Fixture::lite();
        let mut before = fixture.feed_state();
        for (wait_s, age_s, price) in shown {
            fixture.world.advance_s(wait_s);
            let update = fixture.update();
            let published_unix_s = update.published_unix_s - age_s;
            fixture.publish(&PriceUpdate { published_unix_s, price, confidence: 0, exponent: -6, ..update });
            let landed = fixture.world.send(&[fixture.feed_refresh()], &[]).is_ok();
            let after = fixture.feed_state();
            if landed {
                // INVARIANT(O-1)
                prop_assert!(after.sources[0].published_unix_s.get() >= before.sources[0].published_unix_s.get());
                let moved = after.sources[0].published_unix_s != before.sources[0].published_unix_s;
                prop_assert!(moved || after.price_e6 == before.price_e6);
                prop_assert!(after.buckets.iter().all(|bucket| bucket.weight_s.get() <= 60));
            } else {
                prop_assert_eq!(after, before);
            }
            before = after;
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
            prop_assert_eq!(feed.refreshed_unix_s.get(), now);
        }
    }
}
