//! Half an hour of the simulated day on the built program: at every refresh the feed's account holds what the pure code holds.
//!
//! The market, the sources, the script's words and the rules are those of the whole day, which runs on the pure code alone.

#[path = "../../crates/risk/tests/day/accounts.rs"]
mod accounts;
#[path = "../../crates/risk/tests/day/feed.rs"]
mod feed;
#[path = "../../crates/risk/tests/day/market.rs"]
mod market;
#[path = "../../crates/risk/tests/day/play.rs"]
mod play;
#[path = "../../crates/risk/tests/day/scenario.rs"]
mod scenario;

use crate::fixture::Fixture;
use client::addresses;
use risk::feed::{Held, Moment, State};
use testkit::{START_UNIX_S, SourceAccount, SourceKind, key};

const SCRIPT: &str = include_str!("day.csv");
const SEED: u64 = 20_261_120;

/// A feed of its own over the market's three accounts.
fn fixture() -> Fixture {
    let mut fixture = Fixture::lite();
    fixture.symbol = addresses::symbol("DAY").expect("a short symbol");
    fixture.feed = addresses::feed(&fixture.symbol);
    fixture.sources = std::array::from_fn(|at| SourceAccount {
        kind: SourceKind::ALL[at],
        address: key(&format!("source {at} of the day")),
        feed_id: market::FEED_IDS[at],
        scope: market::scope(at),
    });
    fixture
}

/// Brings the cluster to `moment` and the accounts to what the market has in them.
fn follow(fixture: &mut Fixture, market: &market::Market, moment: Moment) {
    fixture.world.set_unix_s(moment.now.0);
    let slot = fixture.world.clock().slot;
    fixture.world.advance_slots(moment.slot.0 - slot);
    for (source, account) in fixture.sources.into_iter().zip(&market.sources) {
        source.publish_bytes(&mut fixture.world, account.bytes.clone());
    }
}

#[test]
fn day_on_the_program_is_the_day_of_the_pure_code() {
    assert_eq!(play::START_UNIX_S, START_UNIX_S);
    let mut fixture = fixture();
    let mut created = false;
    let day = play::play(SEED, &scenario::read(SCRIPT), |market, pure, refresh, moment| {
        follow(&mut fixture, market, moment);
        if !created {
            let create = fixture.feed_create();
            fixture.world.ok(&[create], &[&fixture.authority]);
            created = true;
        }
        fixture.refresh();
        let account = fixture.feed_state();
        assert_eq!(State::from(&account), pure.state, "{moment:?}");
        for ((source, held), place) in account.sources.iter().zip(&pure.held).zip(&refresh.found.places) {
            assert_eq!(Held::from(source), *held, "{moment:?}");
            let stored = (source.refusal, source.weight_bps.get());
            assert_eq!(stored, (place.refusal.map_or(0, |refusal| refusal as u8), place.weight_bps), "{moment:?}");
        }
        let buckets = account.buckets.iter().map(|bucket| (bucket.number.get(), bucket.weight_s.get()));
        assert!(buckets.eq(pure.buckets.iter().map(|bucket| (bucket.number, bucket.weight_s))), "{moment:?}");
    });
    print!("{}", day.table());
    day.check();
    assert!(day.refreshes > 1_300, "{} refreshes", day.refreshes);
}
