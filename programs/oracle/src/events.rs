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
    pub min_sources: u8,
    /// Zeros where there is none.
    pub sources: [Address; 3],
}

#[event]
pub struct FeedRefreshed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    pub price_e6: u64,
    pub confidence_e6: u64,
    pub severity: u8,
    pub flags: u8,
    /// Why each source was not used; 0: it was.
    pub refusals: [u8; 3],
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

#[event]
pub struct SettlementCaptured {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the feed; a settlement does not advance it.
    pub seq: u64,
    pub feed: Address,
    pub settlement: Address,
    pub expiry_unix_s: i64,
    pub price_e6: u64,
    pub not_before_unix_s: i64,
}

#[event]
pub struct SettlementDelayed {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the feed; a settlement does not advance it.
    pub seq: u64,
    pub feed: Address,
    pub settlement: Address,
    pub expiry_unix_s: i64,
    pub not_before_unix_s: i64,
    pub guardian: Address,
}

#[event]
pub struct SourceChangeProposed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    /// 1 add, 2 remove.
    pub change: u8,
    pub source: Address,
    pub ready_unix_s: i64,
}

#[event]
pub struct SourceChangeCancelled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
}

#[event]
pub struct SourcesChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    pub source_count: u8,
    /// Zeros where there is none.
    pub sources: [Address; 3],
}

#[event]
pub struct BoardChangeProposed {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the board.
    pub seq: u64,
    pub board: Address,
    pub threshold: u8,
    pub move_bps: u16,
    /// Zeros where there is none.
    pub publishers: [Address; 8],
    pub ready_unix_s: i64,
}

#[event]
pub struct BoardChanged {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the board.
    pub seq: u64,
    pub board: Address,
    pub feed: Address,
    pub threshold: u8,
    pub move_bps: u16,
    /// Zeros where there is none.
    pub publishers: [Address; 8],
}

#[event]
pub struct SurfacePosted {
    pub slot: u64,
    pub unix_s: i64,
    /// Of the board.
    pub seq: u64,
    pub feed: Address,
    pub surface: Address,
    pub expiry_unix_s: i64,
    pub revision: u64,
    /// Bit i: the board's publisher i signed.
    pub signed_by: u16,
    pub a_e9: i64,
    pub b_e9: i64,
    pub rho_e9: i64,
    pub m_e9: i64,
    pub sigma_e9: i64,
    pub reference_s: u64,
    pub rate_e9: i64,
}

/// Nothing of a feed changes before then.
#[event]
pub struct FeedHeld {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub feed: Address,
    pub until_unix_s: i64,
}

/// An account was written back after a rollback.
#[event]
pub struct RecordRestored {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
}
