//! What the oracle reports. `seq` counts within the account that the event is about: the config or one feed.
use anchor_lang::prelude::*;

#[event]
pub struct OracleInitialised {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
    pub time_divisor: u32,
}

#[event]
pub struct AuthorityChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
}

#[event]
pub struct FeedCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    pub symbol: [u8; 16],
    pub source: Address,
}

#[event]
pub struct FeedRefreshed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    pub price_e6: u64,
    pub confidence_e6: u64,
    pub published_unix_s: i64,
}

#[event]
pub struct SettlementFinalised {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the feed; a settlement does not advance it.
    pub seq: u64,
    pub feed: Address,
    pub settlement: Address,
    pub expiry_unix_s: i64,
    pub price_e6: u64,
    pub buckets_used: u8,
    pub window_end_unix_s: i64,
}
