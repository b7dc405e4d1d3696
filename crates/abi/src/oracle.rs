//! Accounts of the oracle program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Seeds of a feed: `["feed", symbol]`.
pub const FEED_SEED: &[u8] = b"feed";
/// Seeds of a settlement: `["settlement", feed, expiry_unix_s as i64 LE]`.
pub const SETTLEMENT_SEED: &[u8] = b"settlement";
/// Seeds of a volatility surface: `["surface", feed, expiry_unix_s as i64 LE]`.
pub const SURFACE_SEED: &[u8] = b"surface";
/// Seeds of a feed's surface publishers: `["board", feed]`.
pub const BOARD_SEED: &[u8] = b"board";
/// Length of a feed's or market's symbol, padded with zeros.
pub const SYMBOL_LEN: usize = 16;
/// Most sources of a feed.
pub const SOURCES: usize = 3;
/// Buckets in a feed's ring: eight and a half hours of minutes.
pub const BUCKETS: usize = 512;
/// Most publishers of a feed's surfaces.
pub const PUBLISHERS: usize = 8;
/// Most expiries of a feed with a surface at one time.
pub const SURFACES: usize = 12;

/// `Source::kind` of a Pyth `PriceUpdateV2`, a Switchboard on-demand pull feed and a Chainlink feed; 0 is an empty place.
pub const SOURCE_PYTH: u8 = 1;
pub const SOURCE_SWITCHBOARD: u8 = 2;
pub const SOURCE_CHAINLINK: u8 = 3;

/// `Feed::change_kind`: what waits for its delay.
pub const CHANGE_NONE: u8 = 0;
pub const CHANGE_ADD: u8 = 1;
pub const CHANGE_REMOVE: u8 = 2;

/// `Settlement::state`. Only a final price may be paid on.
pub const SETTLEMENT_PENDING: u8 = 0;
pub const SETTLEMENT_CAPTURED: u8 = 1;
pub const SETTLEMENT_FINAL: u8 = 2;

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
            /// 0 empty, 1 Pyth `PriceUpdateV2`, 2 Switchboard on-demand, 3 Chainlink.
            pub kind: u8,
            /// Why the last refresh did not use it, as `risk::feed::Refusal`; 0: it did.
            pub refusal: u8,
            /// Its share of the last price's confidence, in basis points.
            pub weight_bps: PodU16,
            pub reserved: [u8; 4],
            /// The program that must own the source account.
            pub owner: Address,
            /// The one account that is read: another genuine account may be older.
            pub address: Address,
            /// The source's own id of the feed: Pyth's feed id, Switchboard's feed hash, Chainlink's description.
            pub feed_id: [u8; 32],
            /// What else identifies it: Switchboard's queue, Chainlink's decimals in the first byte, zeros for Pyth.
            pub scope: [u8; 32],
            /// Publish time last taken; never goes back. The next three are of the same publication.
            pub published_unix_s: PodI64,
            pub published_slot: PodU64,
            pub price_e6: PodU64,
            /// Half width of the price.
            pub half_width_e6: PodU64,
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
            /// Length of a settlement bucket in seconds: 60, or less in a build for local networks. Every period scales with it.
            pub bucket_s: PodU32,
            pub symbol: [u8; 16],
            /// Quote atoms (1e-6) for one whole unit of the underlying, as last accepted.
            pub price_e6: PodU64,
            /// Half width of the price, same unit.
            pub confidence_e6: PodU64,
            /// Cluster time and slot of the refresh that accepted the price.
            pub refreshed_unix_s: PodI64,
            pub refreshed_slot: PodU64,
            /// Sources pinned, and how many must agree for new risk.
            pub source_count: u8,
            pub min_sources: u8,
            /// Why the last refresh was not normal: `risk::feed::flag`.
            pub flags: u8,
            /// Sources that the last refresh used.
            pub accepted: u8,
            /// Bucket returns in the variances so far; stops at its maximum.
            pub variance_samples: PodU32,
            /// Events of this feed so far.
            pub seq: PodU64,
            /// Cluster time and slot of the last refresh, accepted or not.
            pub checked_unix_s: PodI64,
            pub checked_slot: PodU64,
            /// The price that stands for the averages since the last refresh; 0 if that refresh was not good enough.
            pub sampled_e6: PodU64,
            /// Average over about five buckets, and when it last moved.
            pub ema_e6: PodU64,
            pub ema_unix_s: PodI64,
            /// Follows the price by at most 3 basis points of itself per second.
            pub stable_e6: PodU64,
            /// Annualised variance of log returns between bucket means, 1e-12: averages over about 60 and 1,440 buckets.
            pub variance_1h_e12: PodU64,
            pub variance_24h_e12: PodU64,
            /// Since when every refresh has been normal, and how many of them brought something newer; 0 while it is not normal.
            pub normal_since_unix_s: PodI64,
            pub normal_samples: PodU32,
            /// Number of the last bucket that entered the variances.
            pub variance_bucket: PodU32,
            pub sources: [Source; 3],
            /// 0 nothing waits, 1 a source to add, 2 a source to remove; which place; when it may take effect.
            pub change_kind: u8,
            pub change_place: u8,
            pub reserved_change: [u8; 6],
            pub change_ready_unix_s: PodI64,
            pub change_source: Source,
            pub buckets: [Bucket; 512],
            /// Accounts under this one that are open now: a record of all of them has as many.
            pub records_open: PodU64,
            /// Nothing of this account, nor of what is under it, changes before then: set by the governor while it replaces the program's code.
            pub held_until_unix_s: PodI64,
            pub reserved: [u8; 80],
        }
    };
}

/// Fields of a settlement price.
#[macro_export]
macro_rules! settlement_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Settlement {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Buckets that the average was taken over; 0 while it is pending.
            pub buckets_used: u8,
            /// 0 pending: delayed, and no window has decided yet; 1 captured: decided, but still delayed; 2 final.
            pub state: u8,
            pub reserved_head: [u8; 3],
            pub feed: Address,
            pub expiry_unix_s: PodI64,
            pub price_e6: PodU64,
            /// End of the window that decided: the expiry, or later after an outage.
            pub window_end_unix_s: PodI64,
            pub finalised_unix_s: PodI64,
            pub finalised_slot: PodU64,
            /// Not final before this: set by a guardian's delay, never past a day after the expiry.
            pub not_before_unix_s: PodI64,
            pub reserved: [u8; 24],
        }
    };
}

/// Fields of one expiry's volatility surface.
#[macro_export]
macro_rules! surface_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Surface {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: u8,
            /// Bit i: the board's publisher i signed the last post.
            pub signed_by: PodU16,
            pub reserved_bits: [u8; 2],
            pub feed: Address,
            pub expiry_unix_s: PodI64,
            /// Raw SVI, each in 1e-9, as `pricing::Svi`.
            pub a_e9: PodI64,
            pub b_e9: PodI64,
            pub rho_e9: PodI64,
            pub m_e9: PodI64,
            pub sigma_e9: PodI64,
            /// Seconds to expiry that the total variances are for.
            pub reference_s: PodU64,
            /// Rate of the forward a year: forward = spot x e^(rate x time).
            pub rate_e9: PodI64,
            /// Posts so far.
            pub revision: PodU64,
            pub posted_slot: PodU64,
            pub posted_unix_s: PodI64,
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a feed's board of surface publishers.
#[macro_export]
macro_rules! board_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Board {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Publishers that must sign one post together.
            pub threshold: u8,
            pub publisher_count: u8,
            /// A change that waits for its delay; 0 publishers: none.
            pub next_threshold: u8,
            pub next_count: u8,
            /// Expiries in `expiries`.
            pub surface_count: u8,
            pub feed: Address,
            pub next_ready_unix_s: PodI64,
            /// Events of this board so far.
            pub seq: PodU64,
            pub publishers: [Address; 8],
            pub next_publishers: [Address; 8],
            /// Expiries that have a surface, ascending: neighbours cannot be left out.
            pub expiries_unix_s: [PodI64; 12],
            /// How far total volatility may move at any listed strike, in basis points a bucket; and after the change that waits.
            pub move_bps: PodU16,
            pub next_move_bps: PodU16,
            pub reserved: [u8; 60],
        }
    };
}

bucket_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
source_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    feed_layout!(Feed) = [69, 191, 16, 227, 132, 187, 84, 227], reader 1, size 9128;
    settlement_layout!(Settlement) = [55, 11, 219, 33, 36, 136, 40, 182], reader 1, size 112;
    surface_layout!(Surface) = [134, 149, 42, 246, 148, 46, 44, 140], reader 1, size 192;
    board_layout!(Board) = [79, 48, 160, 63, 153, 132, 240, 56], reader 1, size 728;
}
