//! Every way in which a source account can be unusable, for each kind: what it says of itself, and what a feed then makes of it.

use abi::chainlink::{self, Round};
use abi::pyth::{self, PriceUpdate};
use abi::switchboard::{self, PullFeed};
use testkit::{Publication, SourceAccount, SourceKind};

/// One unusable account.
pub struct BadInput {
    /// The oracle's error when it is to be pinned, and `Source::refusal` when it is pinned already.
    pub error: &'static str,
    pub refusal: u8,
    pub bytes: Vec<u8>,
}

fn bad(error: &'static str, refusal: u8, bytes: impl Into<Vec<u8>>) -> BadInput {
    BadInput { error, refusal, bytes: bytes.into() }
}

/// All of them; `now` is what the source would publish if it were well.
pub fn bad_inputs(source: &SourceAccount, now: &Publication) -> Vec<BadInput> {
    let good = source.bytes(now);
    let altered = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let timed = |published_unix_s: i64, slot: u64| source.bytes(&Publication { published_unix_s, slot, ..*now });
    let seconds = now.published_unix_s;
    let mut inputs = vec![
        bad("SourceLengthWrong", 2, &good[..good.len().min(247) - 1]),
        bad("SourceLengthWrong", 2, []),
        bad("SourceDiscriminatorWrong", 3, altered(0, 0)),
        bad("SourceDiscriminatorWrong", 3, altered(7, 0)),
        bad("PublishedInFuture", 15, timed(seconds + 3, now.slot)),
        bad("PublishedInFuture", 15, timed(seconds, now.slot + 1)),
        // A feed that holds a later publication calls it backwards.
        bad("PublishedTooOld", 17, timed(seconds - 61, now.slot)),
        bad("PublishedTooOld", 16, timed(seconds, now.slot - 151)),
    ];
    inputs.extend(match source.kind {
        SourceKind::Pyth => of_pyth(&good),
        SourceKind::Switchboard => of_switchboard(&good),
        SourceKind::Chainlink => of_chainlink(&good),
    });
    inputs
}

fn of_pyth(good: &[u8]) -> Vec<BadInput> {
    let update = pyth::price_update(good).expect("a good update");
    let with = |change: fn(&mut PriceUpdate)| {
        let mut update = update;
        change(&mut update);
        pyth::price_update_bytes(&update)
    };
    // A partial update as the receiver writes it: one byte more before every later field.
    let partial = [&good[..40], &[0, 5], &good[41..133]].concat();
    vec![
        bad("SourceLengthWrong", 2, [good, &[0]].concat()),
        bad("SourceNotFullyVerified", 4, partial),
        bad("SourceFeedIdMismatch", 5, with(|update| update.feed_id = [8; 32])),
        bad("PriceNotPositive", 11, with(|update| update.price = 0)),
        bad("PriceNotPositive", 11, with(|update| update.price = -1)),
        bad("PriceNotPositive", 11, with(|update| update.price = i64::MIN)),
        bad("ExponentOutOfRange", 12, with(|update| update.exponent = -13)),
        bad("ExponentOutOfRange", 12, with(|update| update.exponent = 1)),
        bad("ExponentOutOfRange", 12, with(|update| update.exponent = i32::MIN)),
        bad("PriceOutOfBounds", 13, with(|update| (update.price, update.exponent) = (i64::MAX, 0))),
        bad("PriceOutOfBounds", 13, with(|update| (update.price, update.exponent) = (99, -6))),
        bad("ConfidenceTooWide", 14, with(|update| update.confidence = update.price.unsigned_abs() / 100)),
        bad("ConfidenceTooWide", 14, with(|update| update.confidence = update.price.unsigned_abs() + 1)),
        bad("ConfidenceTooWide", 14, with(|update| update.confidence = u64::MAX)),
    ]
}

fn of_switchboard(good: &[u8]) -> Vec<BadInput> {
    let feed = switchboard::pull_feed(good).expect("a good feed");
    let with = |change: fn(&mut PullFeed)| {
        let mut feed = feed;
        change(&mut feed);
        switchboard::pull_feed_bytes(&feed)
    };
    let mut writable = good.to_vec();
    writable[2213] = 1;
    vec![
        bad("SourceLengthWrong", 2, [good, &[0]].concat()),
        bad("SourceFeedIdMismatch", 5, with(|feed| feed.feed_hash = [8; 32])),
        bad("SourceWritableByAuthority", 7, writable),
        bad("SourceNoSamples", 8, with(|feed| feed.samples = 0)),
        bad("PriceNotPositive", 11, with(|feed| feed.value = 0)),
        bad("PriceNotPositive", 11, with(|feed| feed.value = -1)),
        bad("PriceNotPositive", 11, with(|feed| feed.value = i128::MIN)),
        bad("PriceOutOfBounds", 13, with(|feed| feed.value = i128::MAX)),
        bad("PriceOutOfBounds", 13, with(|feed| feed.value = 1)),
        bad("ConfidenceTooWide", 14, with(|feed| feed.deviation = feed.value / 90)),
        bad("ConfidenceTooWide", 14, with(|feed| feed.range = feed.value / 20)),
        bad("ConfidenceTooWide", 14, with(|feed| feed.deviation = i128::MIN)),
    ]
}

fn of_chainlink(good: &[u8]) -> Vec<BadInput> {
    let round = chainlink::round(good).expect("a good round");
    let with = |change: fn(&mut Round)| {
        let mut round = round;
        change(&mut round);
        chainlink::round_bytes(&round)
    };
    let altered = |at: usize, byte: u8| {
        let mut bytes = good.to_vec();
        bytes[at] = byte;
        bytes
    };
    vec![
        bad("SourceFeedIdMismatch", 5, with(|round| round.description = [8; 32])),
        bad("SourceVersionWrong", 9, altered(8, 1)),
        bad("SourceLiveLengthWrong", 10, altered(148, 2)),
        bad("PriceNotPositive", 11, with(|round| round.answer = 0)),
        bad("PriceNotPositive", 11, with(|round| round.answer = -1)),
        bad("PriceNotPositive", 11, with(|round| round.answer = i128::MIN)),
        bad("PriceOutOfBounds", 13, with(|round| round.answer = i128::MAX)),
        bad("PriceOutOfBounds", 13, with(|round| round.answer = 1)),
    ]
}

/// What makes another feed of it although the address and the feed id are the same: Switchboard's queue, Chainlink's decimals.
pub fn moved_scope(source: &SourceAccount, now: &Publication) -> Vec<u8> {
    let mut scope = source.scope;
    scope[0] ^= 1;
    SourceAccount { scope, ..*source }.bytes(now)
}

/// A Chainlink feed with more decimals than any price has.
pub fn too_many_decimals(source: &SourceAccount, now: &Publication) -> Vec<u8> {
    let mut bytes = source.bytes(now);
    bytes[138] = 19;
    bytes
}
