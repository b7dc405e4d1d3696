//! `PullFeedAccountData`: ours against `switchboard-on-demand`.

use crate::{ALTERED, CASES, lend};
use abi::switchboard::{DECIMALS, PULL_FEED_LEN, PullFeed, SwitchboardError, pull_feed, pull_feed_bytes};
use proptest::{array::uniform32, collection::vec, prelude::*};
use std::mem::offset_of;
use switchboard_on_demand::on_demand::accounts::pull_feed::{CurrentResult, PullFeedAccountData};
use switchboard_on_demand::{Discriminator, on_demand::accounts::pull_feed as crates};

const HEADER: usize = 8;

/// The crate's account in our fields; `None` where its owner may write values.
pub fn theirs(bytes: &[u8]) -> Option<PullFeed> {
    lend(bytes, |data| {
        let feed = PullFeedAccountData::parse(data).ok()?;
        (feed.permit_write_by_authority == 0).then_some(PullFeed {
            queue: feed.queue.to_bytes(),
            feed_hash: feed.feed_hash,
            updated_unix_s: feed.last_update_timestamp,
            value: feed.result.value,
            deviation: feed.result.std_dev,
            range: feed.result.range,
            samples: feed.result.num_samples,
            slot: feed.result.slot,
            min_slot: feed.result.min_slot,
            max_staleness_slots: feed.max_staleness,
        })
    })
}

/// What the program would store: the crate's own memory layout.
fn stored(feed: &PullFeed, permit_write_by_authority: u8) -> Vec<u8> {
    let mut account: PullFeedAccountData = bytemuck::Zeroable::zeroed();
    (account.queue, account.feed_hash) = (feed.queue.into(), feed.feed_hash);
    (account.last_update_timestamp, account.max_staleness) = (feed.updated_unix_s, feed.max_staleness_slots);
    account.permit_write_by_authority = permit_write_by_authority;
    account.result = CurrentResult {
        value: feed.value,
        std_dev: feed.deviation,
        mean: feed.value,
        range: feed.range,
        min_value: feed.value,
        max_value: feed.value,
        num_samples: feed.samples,
        slot: feed.slot,
        min_slot: feed.min_slot,
        ..bytemuck::Zeroable::zeroed()
    };
    [&PullFeedAccountData::DISCRIMINATOR[..], bytemuck::bytes_of(&account)].concat()
}

prop_compose! {
    fn feed()(
        queue in uniform32(any::<u8>()), feed_hash in uniform32(any::<u8>()), updated_unix_s: i64, result: (i128, i128, i128, u8),
        slots: (u64, u64, u32),
    ) -> PullFeed {
        let ((value, deviation, range, samples), (slot, min_slot, max_staleness_slots)) = (result, slots);
        PullFeed { queue, feed_hash, updated_unix_s, value, deviation, range, samples, slot, min_slot, max_staleness_slots }
    }
}

#[test]
fn pull_feed_length_and_offsets_are_the_crates() {
    assert_eq!(PULL_FEED_LEN, HEADER + size_of::<PullFeedAccountData>());
    assert_eq!(u32::from(DECIMALS), crates::PRECISION);
    let result = HEADER + offset_of!(PullFeedAccountData, result);
    assert_eq!(HEADER + offset_of!(PullFeedAccountData, authority), 2_056);
    assert_eq!(HEADER + offset_of!(PullFeedAccountData, permit_write_by_authority), 2_213);
    assert_eq!((result, result + offset_of!(CurrentResult, slot)), (2_264, 2_368));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pull_feed_bytes_of_either_are_read_alike_by_both(feed in feed()) {
        let (ours, crates) = (pull_feed_bytes(&feed), stored(&feed, 0));
        prop_assert!(ours[..] == crates[..]);
        prop_assert_eq!(pull_feed(&crates), Ok(feed));
        prop_assert_eq!(theirs(&ours), Some(feed));
    }

    #[test]
    fn pull_feed_that_its_owner_may_write_is_refused(feed in feed(), permit in 1_u8..) {
        prop_assert_eq!(pull_feed(&stored(&feed, permit)), Err(SwitchboardError::WritableByAuthority));
    }

    #[test]
    fn pull_feed_altered_is_read_alike_or_refused_by_both(
        feed in feed(), changes in vec((prop_oneof![0..HEADER, 2_080..PULL_FEED_LEN], any::<u8>()), 1..ALTERED),
    ) {
        let mut bytes = pull_feed_bytes(&feed);
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        prop_assert_eq!(pull_feed(&bytes).ok(), theirs(&bytes));
    }
}
