//! Accounts of the oracle program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Seeds of a feed: `["feed", symbol]`.
pub const FEED_SEED: &[u8] = b"feed";
/// Seeds of a settlement: `["settlement", feed, expiry_unix_s as i64 LE]`.
pub const SETTLEMENT_SEED: &[u8] = b"settlement";
/// Length of a feed's or market's symbol, padded with zeros.
pub const SYMBOL_LEN: usize = 16;
/// Buckets in a feed's ring: twice the settlement window and a few.
pub const BUCKETS: usize = 64;

/// `Source::kind` of a Pyth `PriceUpdateV2` account.
pub const SOURCE_PYTH: u8 = 1;

/// Fields of a time-weighted price bucket.
#[macro_export]
macro_rules! bucket_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Bucket {
            /// Bucket number: unix seconds divided by the feed's bucket length.
            pub number: PodU32,
            /// Seconds of the bucket in which a price stood.
            pub weight_s: PodU32,
            /// Sum of price e6 times the seconds it stood.
            pub weighted_price_e6_s: PodU64,
        }
    };
}

/// Fields of a pinned price source.
#[macro_export]
macro_rules! source_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Source {
            /// 1: Pyth `PriceUpdateV2`.
            pub kind: u8,
            pub reserved: [u8; 7],
            /// The program that must own the source account.
            pub owner: Address,
            /// The one account that is read: another genuine account may be older.
            pub address: Address,
            /// The source's own id of the feed.
            pub feed_id: [u8; 32],
            /// Publish time last taken; never goes back.
            pub published_unix_s: PodI64,
        }
    };
}

/// Fields of a feed.
#[macro_export]
macro_rules! feed_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Feed {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 normal, 1 degraded, 2 stale, 3 down: as of the last refresh; readers add their own age check.
            pub severity: u8,
            /// Length of a settlement bucket in seconds: 60, or less in a build for local networks.
            pub bucket_s: PodU32,
            pub symbol: [u8; 16],
            /// Quote atoms (1e-6) for one whole unit of the underlying.
            pub price_e6: PodU64,
            /// Half width of the price, same unit.
            pub confidence_e6: PodU64,
            /// Cluster time and slot of the last accepted refresh.
            pub refreshed_unix_s: PodI64,
            pub refreshed_slot: PodU64,
            /// Oldest publish time accepted, in seconds before now.
            pub max_age_s: PodU32,
            /// Widest confidence accepted, in basis points of the price.
            pub max_confidence_bps: PodU16,
            pub reserved_head: [u8; 2],
            /// Events of this feed so far.
            pub seq: PodU64,
            pub source: Source,
            pub buckets: [Bucket; 64],
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a final settlement price.
#[macro_export]
macro_rules! settlement_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Settlement {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Buckets that the average was taken over.
            pub buckets_used: u8,
            pub reserved_head: [u8; 4],
            pub feed: Address,
            pub expiry_unix_s: PodI64,
            pub price_e6: PodU64,
            /// End of the window that decided: the expiry, or later after an outage.
            pub window_end_unix_s: PodI64,
            pub finalised_unix_s: PodI64,
            pub finalised_slot: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

bucket_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
source_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    feed_layout!(Feed) = [69, 191, 16, 227, 132, 187, 84, 227], reader 1, size 1272;
    settlement_layout!(Settlement) = [55, 11, 219, 33, 36, 136, 40, 182], reader 1, size 112;
}
