//! Feeds of Chainlink's store: ours against `chainlink_solana`.

use crate::{ALTERED, CASES, lend};
use abi::chainlink::{FEED_LEN_MIN, Round, VERSION, round, round_bytes};
use chainlink_solana::v2::read_feed_v2;
use proptest::{array::uniform32, collection::vec, prelude::*};

/// The crate's feed in our fields; `None` where it refuses, or the layout is not the one that we read.
pub fn theirs(bytes: &[u8]) -> Option<Round> {
    lend(bytes, |data| {
        let feed = read_feed_v2(data, abi::ids::CHAINLINK).ok().filter(|feed| feed.version() == VERSION)?;
        let latest = feed.latest_round_data()?;
        Some(Round {
            description: feed.description(),
            decimals: feed.decimals(),
            slot: latest.slot,
            timestamp_unix_s: latest.timestamp,
            answer: latest.answer,
        })
    })
}

prop_compose! {
    fn latest()(
        description in uniform32(any::<u8>()), decimals: u8, slot: u64, timestamp_unix_s: u32, answer: i128,
    ) -> Round {
        Round { description, decimals, slot, timestamp_unix_s, answer }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn round_bytes_are_read_alike_by_both(latest in latest()) {
        let bytes = round_bytes(&latest);
        prop_assert_eq!(round(&bytes), Ok(latest));
        prop_assert_eq!(theirs(&bytes), Some(latest));
    }

    #[test]
    fn round_with_history_behind_it_is_read_alike_by_both(latest in latest(), history in vec(any::<u8>(), 0..200)) {
        let bytes = [&round_bytes(&latest)[..], &history].concat();
        prop_assert_eq!(round(&bytes), Ok(latest));
        prop_assert_eq!(theirs(&bytes), Some(latest));
    }

    #[test]
    fn round_altered_is_read_alike_or_refused_by_both(
        latest in latest(), changes in vec((0..FEED_LEN_MIN, any::<u8>()), 1..ALTERED),
    ) {
        let mut bytes = round_bytes(&latest);
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        prop_assert_eq!(round(&bytes).ok(), theirs(&bytes));
    }
}
