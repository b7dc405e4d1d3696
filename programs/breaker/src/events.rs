//! What the breaker reports. `seq` counts within the account that the event is about: the config, the brake, or one custody.
use anchor_lang::prelude::*;

#[event]
pub struct BreakerInitialised {
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
pub struct GuardiansChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub guardians: Vec<Address>,
}

#[event]
pub struct CustodyOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub controller: Address,
}

#[event]
pub struct TokensOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub tokens: Address,
    pub mint: Address,
}

#[event]
pub struct TokensReleased {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub mint: Address,
    pub destination: Address,
    pub amount_atoms: u64,
    /// What the vault holds afterwards.
    pub balance_atoms: u64,
}

#[event]
pub struct LevelRaised {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    /// The brake, or one market's custody.
    pub scope: Address,
    pub guardian: Address,
    pub level: u8,
    pub expires_unix_s: i64,
    pub guardian_trips: u8,
}

#[event]
pub struct LevelRelaxed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    /// The brake, or one market's custody.
    pub scope: Address,
    pub level: u8,
}

#[event]
pub struct LevelTripped {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    /// The brake, or one market's custody.
    pub scope: Address,
    pub level: u8,
    pub cause: u8,
    pub tripped_unix_s: i64,
    pub expires_unix_s: i64,
}

#[event]
pub struct LevelChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub level: u8,
    pub migration_ends_unix_s: i64,
    pub expires_unix_s: i64,
}

#[event]
pub struct MonitorsChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub monitors: Vec<Address>,
}

#[event]
pub struct HeartbeatReceived {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub monitor: Address,
}

#[event]
pub struct InsuranceMarked {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub insurance_atoms: u64,
}

#[event]
pub struct LimitsChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    /// When the limits may be applied; 0 if they are in force.
    pub ready_unix_s: i64,
}

#[event]
pub struct LimitsApplied {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
}

#[event]
pub struct TicketIssued {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub mint: Address,
    pub ticket: Address,
    pub id: u64,
    pub destination: Address,
    pub amount_atoms: u64,
    pub end_atoms: u64,
    /// When the queue will have come to the ticket, or sooner.
    pub claimable_unix_s: i64,
}

#[event]
pub struct TicketClaimed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub ticket: Address,
    pub destination: Address,
    pub amount_atoms: u64,
    /// What the vault still owes to the queue.
    pub unpaid_atoms: u64,
    /// What the vault holds afterwards.
    pub balance_atoms: u64,
}

#[event]
pub struct TicketCancelled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub ticket: Address,
    /// What the controller took the amount from.
    pub origin: Address,
    pub amount_atoms: u64,
    pub unpaid_atoms: u64,
}

/// A canary step of the controller's new code; the highest count of lots says that there is none.
#[event]
pub struct RolloutLimited {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
    pub lots: u64,
    pub window_bps: u16,
}

/// Nothing of a custody changes before then.
#[event]
pub struct CustodyHeld {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub custody: Address,
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
