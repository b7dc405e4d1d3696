use crate::bad_inputs::{bad_inputs, moved_scope};
use crate::fixture::{Fixture, PRICE_E6, error};
use abi::oracle::Feed;
use abi::pyth::price_update;
use abi::switchboard::pull_feed;
use client::oracle as calls;
use solana_account::Account;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use std::path::Path;
use testkit::{Publication, SourceAccount, SourceKind, Substitutions, key};

const NORMAL: u8 = 0;
const DEGRADED: u8 = 1;
const STALE: u8 = 2;
const DOWN: u8 = 3;
/// `Source::refusal`.
const OWNER_MISMATCH: u8 = 1;
const SCOPE_MISMATCH: u8 = 6;
const PUBLISHED_TOO_OLD: u8 = 16;
const PUBLISHED_BACKWARDS: u8 = 17;
const OUTLIER: u8 = 18;
const OUTRANKED: u8 = 19;
const DIVERGED: u8 = 20;
const ALONE: u8 = 21;

fn refusals(feed: &Feed) -> [u8; 3] {
    feed.sources.map(|source| source.refusal)
}

/// Refreshes, and returns the feed after.
fn refreshed(fixture: &mut Fixture) -> Feed {
    fixture.refresh();
    fixture.feed_state()
}

#[test]
fn feed_refresh_takes_the_middle_of_three_in_its_unit() {
    let mut fixture = Fixture::new();
    fixture.publish_each([PRICE_E6 + 3_000, PRICE_E6, PRICE_E6 - 7_000]);
    let refresh = fixture.feed_refresh();
    let outcome = fixture.world.ok(&[refresh], &[]);
    let (clock, feed) = (fixture.world.clock(), fixture.feed_state());
    assert_eq!((feed.price_e6.get(), feed.severity, feed.flags, feed.accepted), (PRICE_E6, NORMAL, 0, 3));
    // 2.12 x confidence, 1.96 x deviation, half a percent, each rounded up.
    assert_eq!(feed.sources.map(|source| source.half_width_e6.get()), [332_416, 307_323, 783_954]);
    assert_eq!(feed.sources.map(|source| source.weight_bps.get()), [3_991, 4_316, 1_692]);
    // Their mean, weighted by the inverse: three over the sum of the inverses.
    assert_eq!(feed.confidence_e6.get(), 397_953);
    assert_eq!((feed.refreshed_unix_s.get(), feed.refreshed_slot.get()), (clock.unix_timestamp, clock.slot));
    assert_eq!(feed.sources.map(|source| source.published_unix_s.get()), [clock.unix_timestamp; 3]);
    assert_eq!((feed.ema_e6.get(), feed.stable_e6.get(), feed.sampled_e6.get()), (PRICE_E6, PRICE_E6, PRICE_E6));
    assert_eq!((feed.normal_since_unix_s.get(), feed.normal_samples.get()), (clock.unix_timestamp, 1));
    assert_eq!((feed.seq.get(), refusals(&feed)), (2, [0; 3]));
    assert!(outcome.units_of(&calls::ID) <= 12_000, "{} units", outcome.units_of(&calls::ID));
}

/// The dearest refresh there is: three changed sources, two buckets credited, a return taken into the variances.
#[test]
fn feed_refresh_across_a_bucket_stays_within_its_units() {
    let mut fixture = Fixture::new();
    for (seconds, price_e6) in
        [(0, PRICE_E6), (50, PRICE_E6 + 90_000), (50, PRICE_E6 + 10_000), (50, PRICE_E6 - 50_000)]
    {
        fixture.world.advance_s(seconds);
        fixture.publish_each([price_e6 + 1_000, price_e6, price_e6 - 1_000]);
        let refresh = fixture.feed_refresh();
        let outcome = fixture.world.ok(&[refresh], &[]);
        assert!(outcome.units_of(&calls::ID) <= 12_000, "{} units", outcome.units_of(&calls::ID));
    }
    let feed = fixture.feed_state();
    assert_eq!((feed.variance_samples.get(), feed.severity), (1, NORMAL));
    assert!(feed.variance_1h_e12.get() > 0 && feed.variance_1h_e12 == feed.variance_24h_e12);
}

/// Every way for a pinned source to be unusable: the refusal that the feed must keep, its bytes, and the account's owner.
fn unusable(source: &SourceAccount, now: &Publication) -> Vec<(u8, Vec<u8>, Pubkey)> {
    let bad = bad_inputs(source, now).into_iter().map(|input| (input.refusal, input.bytes, source.owner()));
    let mut inputs: Vec<_> = bad.collect();
    if source.kind != SourceKind::Pyth {
        inputs.push((SCOPE_MISMATCH, moved_scope(source, now), source.owner()));
    }
    inputs.push((OWNER_MISMATCH, source.bytes(now), key("a program")));
    inputs
}

#[test]
fn feed_refresh_passes_over_each_bad_input_of_each_kind_with_its_reason() {
    let mut fixture = Fixture::new();
    fixture.world.advance_slots(1_000);
    for at in 0..3 {
        let source = fixture.sources[at];
        let now = fixture.publication(PRICE_E6);
        for input in 0..unusable(&source, &now).len() {
            // All is well; a second later this source goes bad.
            fixture.world.advance_s(1);
            fixture.price(PRICE_E6);
            let before = fixture.feed_state();
            assert_eq!((before.severity, refusals(&before)), (NORMAL, [0; 3]));
            fixture.world.advance_s(1);
            let now = fixture.publication(PRICE_E6 * 2);
            let (refusal, data, owner) = unusable(&source, &now).swap_remove(input);
            fixture
                .world
                .set_account(&source.address, Account { lamports: 1_000_000_000, data, owner, ..Account::default() });
            let after = refreshed(&mut fixture);
            assert_eq!(
                (refusals(&after)[at], after.accepted, after.severity),
                (refusal, 2, NORMAL),
                "{:?}",
                source.kind
            );
            // Nothing of it was taken in.
            assert_eq!(
                (after.sources[at].published_unix_s, after.price_e6),
                (before.sources[at].published_unix_s, before.price_e6)
            );
            assert_eq!(after.sources[at].price_e6, before.sources[at].price_e6);
        }
    }
}

#[test]
fn feed_refresh_without_any_usable_source_keeps_the_price_and_says_stale_then_down() {
    let mut fixture = Fixture::new();
    let never = {
        fixture.world.advance_s(61);
        refreshed(&mut fixture)
    };
    assert_eq!((never.severity, never.price_e6.get(), refusals(&never)), (DOWN, 0, [PUBLISHED_TOO_OLD; 3]));
    fixture.price(PRICE_E6);
    let before = fixture.feed_state();
    fixture.world.advance_s(61);
    let stale = refreshed(&mut fixture);
    assert_eq!((stale.severity, stale.accepted, refusals(&stale)), (STALE, 0, [PUBLISHED_TOO_OLD; 3]));
    assert_eq!((stale.price_e6, stale.confidence_e6), (before.price_e6, before.confidence_e6));
    assert_eq!((stale.refreshed_unix_s, stale.refreshed_slot), (before.refreshed_unix_s, before.refreshed_slot));
    assert_eq!((stale.normal_since_unix_s.get(), stale.normal_samples.get(), stale.sampled_e6.get()), (0, 0, 0));
    assert_eq!((stale.ema_e6, stale.stable_e6, stale.buckets), (before.ema_e6, before.stable_e6, before.buckets));
    fixture.world.advance_s(600);
    assert_eq!(refreshed(&mut fixture).severity, DOWN);
    fixture.price(PRICE_E6);
    assert_eq!(fixture.feed_state().severity, NORMAL);
}

#[test]
fn feed_refresh_with_one_source_left_is_degraded_near_the_average_and_stale_beyond() {
    for (price_e6, severity, refusal) in
        [(104_900_000, DEGRADED, 0), (105_100_000, STALE, ALONE), (94_900_000, STALE, ALONE)]
    {
        let mut fixture = Fixture::new();
        fixture.price(100_000_000);
        fixture.world.advance_s(59);
        fixture.refresh();
        fixture.world.advance_s(2);
        let publication = fixture.publication(price_e6);
        fixture.sources[1].publish(&mut fixture.world, &publication);
        let feed = refreshed(&mut fixture);
        assert_eq!((feed.severity, refusals(&feed)), (severity, [PUBLISHED_TOO_OLD, refusal, PUBLISHED_TOO_OLD]));
        let expected = if severity == DEGRADED { price_e6 } else { 100_000_000 };
        assert_eq!((feed.price_e6.get(), feed.sampled_e6.get()), (expected, 0));
    }
}

#[test]
fn feed_refresh_prefers_sources_fit_for_new_risk() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    fixture.world.advance_s(11);
    // The third is 11 s old by now.
    for at in [0, 1] {
        let publication = fixture.publication(100_200_000);
        fixture.sources[at].publish(&mut fixture.world, &publication);
    }
    let feed = refreshed(&mut fixture);
    assert_eq!((feed.price_e6.get(), feed.severity, refusals(&feed)), (100_200_000, NORMAL, [0, 0, OUTRANKED]));
    // With one only, the older ones count again, and the feed is good enough for margin alone.
    fixture.world.advance_s(11);
    let publication = fixture.publication(100_300_000);
    fixture.sources[0].publish(&mut fixture.world, &publication);
    let feed = refreshed(&mut fixture);
    assert_eq!((feed.price_e6.get(), feed.severity, feed.accepted), (100_200_000, DEGRADED, 3));
    // The same by slots.
    fixture.price(100_000_000);
    fixture.world.advance_slots(26);
    assert_eq!(refreshed(&mut fixture).severity, DEGRADED);
    fixture.world.advance_slots(125);
    assert_eq!(refusals(&refreshed(&mut fixture)), [PUBLISHED_TOO_OLD; 3]);
}

#[test]
fn feed_refresh_drops_one_liar_and_stays_between_the_honest() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    for lie in [1_000, 50_000_000, 98_700_000, 101_500_000, 1_000_000_000] {
        fixture.world.advance_s(1);
        fixture.publish_each([lie, 100_100_000, 99_900_000]);
        let feed = refreshed(&mut fixture);
        assert_eq!((feed.severity, refusals(&feed)), (NORMAL, [OUTLIER, 0, 0]));
        assert!((99_900_000..=100_100_000).contains(&feed.price_e6.get()));
    }
}

#[test]
fn feed_refresh_of_two_colluders_far_from_the_average_takes_no_price() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    fixture.world.advance_s(1);
    fixture.publish_each([111_000_000, 111_000_000, 100_000_000]);
    let feed = refreshed(&mut fixture);
    // Far from the average (4), and contested (8).
    assert_eq!((feed.severity, feed.flags, feed.price_e6.get()), (STALE, 4 | 8, 100_000_000));
    // When all agree it is a crash: a price to liquidate at, none to open at.
    fixture.world.advance_s(1);
    fixture.publish(88_000_000);
    let feed = refreshed(&mut fixture);
    assert_eq!((feed.severity, feed.flags, feed.price_e6.get()), (DEGRADED, 4, 88_000_000));
    // The average follows, a tenth in five minutes, and the feed is normal again.
    let start = fixture.world.unix_s();
    while fixture.feed_state().severity != NORMAL {
        fixture.world.advance_s(10);
        fixture.publish(88_000_000);
        fixture.refresh();
    }
    assert!((60..=120).contains(&(fixture.world.unix_s() - start)), "{}", fixture.world.unix_s() - start);
}

#[test]
fn feed_refresh_of_two_that_diverge_takes_the_one_near_the_average() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    fixture.world.advance_s(61);
    for (at, price_e6) in [(0, 103_000_000), (1, 100_000_000)] {
        let publication = fixture.publication(price_e6);
        fixture.sources[at].publish(&mut fixture.world, &publication);
    }
    let feed = refreshed(&mut fixture);
    assert_eq!((feed.severity, feed.flags, feed.price_e6.get()), (DEGRADED, 1 | 2, 100_000_000));
    // As wide as they are apart.
    assert_eq!((feed.confidence_e6.get(), refusals(&feed)), (3_000_000, [DIVERGED, 0, PUBLISHED_TOO_OLD]));
}

#[test]
fn feed_refresh_credits_the_price_that_stood() {
    let mut fixture = Fixture::new();
    let start = fixture.world.unix_s();
    fixture.price(100_000_000);
    for (seconds, price_e6) in [(40, 200_000_000), (40, 300_000_000), (61, 400_000_000), (20, 100_000_000)] {
        fixture.world.advance_s(seconds);
        fixture.price(price_e6);
    }
    let feed = fixture.feed_state();
    let bucket = |minutes: i64| {
        let number = u32::try_from(start / 60 + minutes).expect("a number");
        let bucket = feed.buckets[(number % 512) as usize];
        (bucket.number.get() == number).then(|| (bucket.weight_s.get(), bucket.weighted_price_e6_s.get()))
    };
    // 40 s of 100 and 20 of 200; 20 of 200; a gap of 61 s credits nothing; 20 of 400, of which 19 in the third minute.
    assert_eq!(bucket(0), Some((60, 40 * 100_000_000 + 20 * 200_000_000)));
    assert_eq!(bucket(1), Some((20, 20 * 200_000_000)));
    assert_eq!(bucket(2), Some((20, 20 * 400_000_000)));
    assert_eq!(bucket(3), None);
}

#[test]
fn feed_refresh_that_is_not_normal_credits_nothing() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    fixture.world.advance_s(20);
    // Far from the average, though all agree: degraded from here on.
    fixture.publish(120_000_000);
    fixture.refresh();
    let before = fixture.feed_state();
    fixture.world.advance_s(10);
    fixture.refresh();
    let after = fixture.feed_state();
    assert_eq!((before.severity, after.severity), (DEGRADED, DEGRADED));
    assert_eq!((after.buckets, after.stable_e6), (before.buckets, before.stable_e6));
    let number = u32::try_from(fixture.world.unix_s() / 60).expect("a number");
    assert_eq!(after.buckets[(number % 512) as usize].weight_s.get(), 20);
}

#[test]
fn feed_refresh_in_a_burst_moves_no_bucket() {
    let mut fixture = Fixture::new();
    fixture.price(100_000_000);
    fixture.world.advance_s(30);
    let mut buckets = None;
    for price_e6 in [500_000_000, 900_000_000, 1_000_000, 100_000_000] {
        fixture.price(price_e6);
        let now = fixture.feed_state().buckets;
        assert_eq!(*buckets.get_or_insert(now), now);
    }
}

#[test]
fn feed_refresh_of_a_second_already_held_keeps_the_price_and_counts_time() {
    let mut fixture = Fixture::new();
    let held = fixture.publication(PRICE_E6);
    fixture.refresh();
    fixture.world.advance_s(9);
    for source in fixture.sources {
        source.publish(&mut fixture.world, &Publication { price_e6: PRICE_E6 * 2, ..held });
    }
    let feed = refreshed(&mut fixture);
    let now = fixture.world.unix_s();
    assert_eq!((feed.price_e6.get(), feed.refreshed_unix_s.get(), feed.normal_samples.get()), (PRICE_E6, now, 1));
    let number = u32::try_from(now / 60).expect("a number");
    assert_eq!(feed.buckets[(number % 512) as usize].weight_s.get(), 9);
}

#[test]
fn feed_refresh_of_earlier_publication_passes_it_over() {
    let mut fixture = Fixture::new();
    fixture.refresh();
    let held = fixture.publication(PRICE_E6);
    let earlier = Publication { published_unix_s: held.published_unix_s - 1, ..held };
    fixture.sources[2].publish(&mut fixture.world, &earlier);
    let feed = refreshed(&mut fixture);
    assert_eq!((refusals(&feed), feed.severity), ([0, 0, PUBLISHED_BACKWARDS], NORMAL));
    assert_eq!(feed.sources[2].published_unix_s.get(), held.published_unix_s);
}

#[test]
fn feed_refresh_behind_the_last_refresh_fails_clock_backwards() {
    let mut fixture = Fixture::new();
    fixture.refresh();
    fixture.world.advance_s(-1);
    let refresh = fixture.feed_refresh();
    fixture.world.fail(&[refresh], &[], error("ClockBackwards"));
}

#[test]
fn feed_refresh_with_sources_left_out_doubled_or_reordered_fails_by_name() {
    let mut fixture = Fixture::new();
    let (_, other) = fixture.other_feed();
    let [a, b, c] = fixture.sources.map(|source| source.address);
    let twin = key("a genuine update of the same feed elsewhere");
    let account = fixture.world.account(&a).expect("the source");
    fixture.world.set_account(&twin, account);
    // INVARIANT(O-5): a genuine update of the same feed in another account is refused like any other.
    let cases: [(&[Pubkey], &str); 11] = [
        (&[], "SourceMissing"),
        (&[a], "SourceMissing"),
        (&[a, b], "SourceMissing"),
        (&[a, b, c, other[0].address], "SourceSurplus"),
        (&[a, b, c, c], "SourceSurplus"),
        (&[a, a, c], "SourceDoubled"),
        (&[b, b, c], "SourceDoubled"),
        (&[a, c, b], "SourceOutOfOrder"),
        (&[c, a, b], "SourceOutOfOrder"),
        (&[twin, b, c], "SourceAddressMismatch"),
        (&[a, b, other[2].address], "SourceAddressMismatch"),
    ];
    for (sources, name) in cases {
        let refresh = fixture.feed_refresh_of(sources);
        fixture.world.fail(&[refresh], &[], error(name));
    }
}

/// Third-party bytes stay where they are: the folder `shared/data` beside the repository, where there is one.
fn real_bytes(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        println!("skipped: no real account at {}", path.display());
    }
    bytes
}

#[test]
fn feed_refresh_of_real_account_bytes_reads_the_published_values() {
    let files = ["pyth_push_sol_price.bin", "pyth_push_usdc_price.bin", "swb_pull_sol_price.bin"];
    let [Some(pyth), Some(dollar), Some(switchboard)] = files.map(real_bytes) else { return };
    let update = price_update(&pyth).expect("a fully verified update");
    assert_eq!((update.price, update.confidence, update.exponent), (15_679_769_099, 16_197_271, -8));
    assert_eq!(update.published_unix_s, 1_721_133_402);
    let peg = price_update(&dollar).expect("a fully verified update");
    assert_eq!((peg.price, peg.confidence, peg.exponent), (100_004_997, 67_956, -8));
    let pull = pull_feed(&switchboard).expect("a pull feed");
    // 155.59404527, 0.24016179, 0.48032358.
    assert_eq!((pull.value / 10_i128.pow(10), pull.samples), (15_559_404_527, 2));
    assert_eq!((pull.deviation / 10_i128.pow(10), pull.range / 10_i128.pow(10)), (24_016_179, 48_032_358));
    // Each is fresh on its own day, and no more than one of them at a time.
    for (at, bytes, feed_id, unix_s, slot, price_e6, half_width_e6) in [
        (0, pyth, update.feed_id, update.published_unix_s + 5, update.posted_slot + 9, 156_797_690, 343_383),
        (0, dollar, peg.feed_id, peg.published_unix_s + 5, peg.posted_slot + 9, 1_000_049, 1_441),
        (1, switchboard, pull.feed_hash, pull.updated_unix_s + 5, pull.slot + 9, 155_594_045, 470_718),
    ] {
        let mut fixture = Fixture::ready();
        let slot_now = fixture.world.clock().slot;
        fixture.world.set_unix_s(unix_s);
        fixture.world.advance_slots(slot - slot_now);
        fixture.publish(price_e6);
        let mut sources = fixture.sources;
        sources[at].feed_id = feed_id;
        sources[at].publish_bytes(&mut fixture.world, bytes);
        let create = fixture.feed_create_of(fixture.symbol, 2, &sources);
        fixture.world.ok(&[create], &[&fixture.authority]);
        let feed = refreshed(&mut fixture);
        let source = feed.sources[at];
        assert_eq!((source.price_e6.get(), source.half_width_e6.get(), source.refusal), (price_e6, half_width_e6, 0));
        assert_eq!((feed.price_e6.get(), source.published_unix_s.get()), (price_e6, unix_s - 5));
    }
}

#[test]
fn feed_refresh_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (other_feed, _) = fixture.other_feed();
    let feed = fixture.feed;
    let feed = fixture.forged(&feed);
    Substitutions::of(fixture.feed_refresh(), calls::FeedRefresh::ACCOUNTS, &[])
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, error("SourceAddressMismatch"))
        .wrong("feed", fixture.config, InstructionError::AccountDataTooSmall)
        .wrong("feed", fixture.sources[0].address, InstructionError::AccountDataTooSmall)
        .run(&mut fixture.world);
}
