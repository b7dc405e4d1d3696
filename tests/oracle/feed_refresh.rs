use crate::fixture::{CONFIDENCE, Fixture, MAX_AGE_S, PRICE, PRICE_E6, RECEIVER, RECEIVER_2, error};
use abi::pyth::{PriceUpdate, price_update, price_update_bytes};
use client::oracle as calls;
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use std::path::Path;
use testkit::{Substitutions, key};

/// The update must be refused with this error, and no byte of the feed change.
fn refused(fixture: &mut Fixture, update: &PriceUpdate, name: &str) {
    fixture.publish(update);
    let refresh = fixture.feed_refresh();
    fixture.world.fail(&[refresh], &[], error(name));
}

#[test]
fn feed_refresh_takes_the_price_in_its_unit() {
    let mut fixture = Fixture::new();
    let outcome = fixture.world.ok(&[fixture.feed_refresh()], &[]);
    let (clock, feed) = (fixture.world.clock(), fixture.feed_state());
    // 2.12 x 0.16197271, rounded up.
    assert_eq!((feed.price_e6.get(), feed.confidence_e6.get(), feed.severity), (PRICE_E6, 343_383, 0));
    assert_eq!((feed.refreshed_unix_s.get(), feed.refreshed_slot.get()), (clock.unix_timestamp, clock.slot));
    assert_eq!((feed.sources[0].published_unix_s.get(), feed.seq.get()), (clock.unix_timestamp, 2));
    assert!(outcome.units_of(&calls::ID) <= 12_000, "{} units", outcome.units_of(&calls::ID));
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
    let update = fixture.update();
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
    fixture.world.advance_s(20);
    fixture.publish(&PriceUpdate { price: PRICE * 2, ..update });
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
    let (now, feed) = (fixture.world.unix_s(), fixture.feed_state());
    assert_eq!((feed.price_e6.get(), feed.refreshed_unix_s.get()), (PRICE_E6, now));
    let number = u32::try_from(now / 60).expect("a number");
    assert_eq!(feed.buckets[(number % 512) as usize].weight_s.get(), 20);
}

#[test]
fn feed_refresh_of_earlier_update_fails_published_backwards() {
    let mut fixture = Fixture::new();
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
    let update = fixture.update();
    let earlier = PriceUpdate { published_unix_s: update.published_unix_s - 1, ..update };
    refused(&mut fixture, &earlier, "PublishedBackwards");
}

#[test]
fn feed_refresh_of_old_or_future_update_fails_by_name() {
    let mut fixture = Fixture::new();
    let update = fixture.update();
    let now = update.published_unix_s;
    for published_unix_s in [now - MAX_AGE_S - 1, 0, i64::MIN] {
        refused(&mut fixture, &PriceUpdate { published_unix_s, ..update }, "PublishedTooOld");
    }
    for published_unix_s in [now + 3, i64::MAX] {
        refused(&mut fixture, &PriceUpdate { published_unix_s, ..update }, "PublishedInFuture");
    }
    for published_unix_s in [now - MAX_AGE_S, now + 2] {
        fixture.publish(&PriceUpdate { published_unix_s, ..update });
        fixture.world.ok(&[fixture.feed_refresh()], &[]);
    }
}

#[test]
fn feed_refresh_of_bad_numbers_fails_by_name() {
    let mut fixture = Fixture::new();
    let update = fixture.update();
    for price in [0, -1, i64::MIN] {
        refused(&mut fixture, &PriceUpdate { price, ..update }, "PriceNotPositive");
    }
    for exponent in [-13, 1, i32::MIN, i32::MAX] {
        refused(&mut fixture, &PriceUpdate { exponent, ..update }, "ExponentOutOfRange");
    }
    for (price, exponent) in [(i64::MAX, 0), (99, -6), (1, -12)] {
        refused(&mut fixture, &PriceUpdate { price, exponent, ..update }, "PriceOutOfBounds");
    }
    // Wider than 1 %, wider than the price itself, and beyond any sum.
    for confidence in [PRICE.unsigned_abs() / 200, PRICE.unsigned_abs() + 1, u64::MAX] {
        refused(&mut fixture, &PriceUpdate { confidence, ..update }, "ConfidenceTooWide");
    }
}

#[test]
fn feed_refresh_of_unreadable_source_fails_by_name() {
    let mut fixture = Fixture::new();
    let update = fixture.update();
    let bytes = price_update_bytes(&update).to_vec();
    let altered = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    // A partial update as the receiver writes it: one byte more before every later field.
    let partial = [&bytes[..40], &[0, 5], &bytes[41..133]].concat();
    let other_feed = price_update_bytes(&PriceUpdate { feed_id: [8; 32], ..update }).to_vec();
    let cases: [(Vec<u8>, Pubkey, &str); 8] = [
        (bytes[..133].to_vec(), RECEIVER, "SourceLengthWrong"),
        ([&bytes[..], &[0]].concat(), RECEIVER, "SourceLengthWrong"),
        (vec![], RECEIVER, "SourceLengthWrong"),
        (altered(7, 0), RECEIVER, "SourceDiscriminatorWrong"),
        (partial, RECEIVER, "SourceNotFullyVerified"),
        (other_feed, RECEIVER, "SourceFeedIdMismatch"),
        // The other receiver is genuine, but not the one that this feed is pinned to.
        (bytes.clone(), RECEIVER_2, "SourceOwnerMismatch"),
        (bytes.clone(), key("a program"), "SourceOwnerMismatch"),
    ];
    for (data, owner, name) in cases {
        fixture.publish_bytes(data, owner);
        let refresh = fixture.feed_refresh();
        fixture.world.fail(&[refresh], &[], error(name));
    }
}

#[test]
fn feed_refresh_behind_the_last_refresh_fails_clock_backwards() {
    let mut fixture = Fixture::new();
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
    fixture.world.advance_s(-1);
    let refresh = fixture.feed_refresh();
    fixture.world.fail(&[refresh], &[], error("ClockBackwards"));
}

#[test]
fn feed_refresh_of_real_account_bytes_reads_the_published_values() {
    // Third-party bytes stay where they are: the folder `shared/data` beside the repository, where there is one.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/pyth_push_sol_price.bin");
    let Ok(bytes) = std::fs::read(&path) else {
        println!("skipped: no real Pyth account at {}", path.display());
        return;
    };
    let update = price_update(&bytes).expect("a fully verified update");
    assert_eq!((update.price, update.confidence, update.exponent), (15_679_769_099, 16_197_271, -8));
    assert_eq!((update.price, update.confidence, update.published_unix_s), (PRICE, CONFIDENCE, 1_721_133_402));
    let mut fixture = Fixture::bare();
    fixture.publish_bytes(bytes, RECEIVER);
    let terms = calls::FeedCreateArgs { feed_id: update.feed_id, ..fixture.terms() };
    let instructions = [fixture.config_init(), fixture.feed_create(terms)];
    fixture.world.ok(&instructions, &[&fixture.authority]);
    // Too old today, and fine on its own day.
    fixture.world.fail(&[fixture.feed_refresh()], &[], error("PublishedTooOld"));
    fixture.world.set_unix_s(update.published_unix_s + 5);
    fixture.world.ok(&[fixture.feed_refresh()], &[]);
    let feed = fixture.feed_state();
    assert_eq!((feed.price_e6.get(), feed.confidence_e6.get()), (PRICE_E6, 343_383));
    assert_eq!(feed.sources[0].published_unix_s.get(), 1_721_133_402);
}

#[test]
fn feed_refresh_refuses_every_wrong_account() {
    let mut fixture = Fixture::new();
    let (other_feed, other_source) = fixture.other_feed();
    let twin = key("a genuine update of the same feed elsewhere");
    let account = fixture.world.account(&fixture.source).expect("the source");
    fixture.world.set_account(&twin, account);
    // INVARIANT(O-5): a genuine update of the same feed in another account is refused like any other.
    let feed = fixture.feed;
    let feed = fixture.forged(&feed);
    Substitutions::of(fixture.feed_refresh(), calls::FeedRefresh::ACCOUNTS, &[])
        .stranger("feed", InstructionError::AccountDataTooSmall)
        .wrong("feed", feed, InstructionError::IllegalOwner)
        .wrong("feed", other_feed, error("SourceAddressMismatch"))
        .wrong("feed", fixture.config, InstructionError::AccountDataTooSmall)
        .stranger("source", error("SourceAddressMismatch"))
        .wrong("source", other_source, error("SourceAddressMismatch"))
        .wrong("source", twin, error("SourceAddressMismatch"))
        .wrong("source", fixture.feed, 2040)
        .run(&mut fixture.world);
}
