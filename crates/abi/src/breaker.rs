//! Accounts of the breaker program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Seed of the global brake: `["brake"]`.
pub const BRAKE_SEED: &[u8] = b"brake";
/// Seeds of a custody: `["custody", controller]`; the custody PDA is the token authority.
pub const CUSTODY_SEED: &[u8] = b"custody";
/// Seeds of a token vault: `["tokens", controller, mint]`.
pub const TOKENS_SEED: &[u8] = b"tokens";
/// Seeds of a ticket: `["ticket", token vault, ticket id as u64 LE]`.
pub const TICKET_SEED: &[u8] = b"ticket";

/// Token vaults of a custody.
pub const CUSTODY_VAULTS: usize = 2;
/// Monitors of the brake, at most.
pub const MONITORS: usize = 4;

/// Fields of the global brake.
#[macro_export]
macro_rules! brake_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Brake {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 normal .. 4 migrating, as last written; the level in force also depends on the times below.
            pub level: u8,
            /// What raised it: 0 none, 1 guardian, 2 council, 7 restart, 9 heartbeat, 11 migration.
            pub cause: u8,
            pub guardian_count: u8,
            /// Guardian trips in the current day, over all markets; guardians are disabled beyond the limit until the council re-arms them.
            pub guardian_trips: u8,
            pub monitor_count: u8,
            pub tripped_unix_s: PodI64,
            /// When a freeze falls to level 2; 0 for none.
            pub expires_unix_s: PodI64,
            /// Start of the day in which `guardian_trips` counts.
            pub trips_since_unix_s: PodI64,
            /// Events of the brake so far.
            pub seq: PodU64,
            pub guardians: [Address; 8],
            /// When something last spoke for the level.
            pub evidence_unix_s: PodI64,
            /// When a migration that nobody ended becomes a freeze; 0 for none.
            pub migration_ends_unix_s: PodI64,
            /// A restart of the cluster after this slot is new.
            pub restart_slot: PodU64,
            /// When a monitor last reported.
            pub heartbeat_unix_s: PodI64,
            pub monitors: [Address; 4],
            /// Clock periods are divided by this, as in the program's config.
            pub time_divisor: PodU32,
            /// Custodies opened so far; they are never closed.
            pub custodies: PodU32,
            pub reserved: [u8; 56],
        }
    };
}

/// Fields of a window of outflow: two buckets.
#[macro_export]
macro_rules! window_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Window {
            /// When the current bucket began; 0 for a window that never ran.
            pub start_unix_s: PodI64,
            /// What the vault held then, beyond what it owed to the queue.
            pub opening_atoms: PodU64,
            /// What may leave in the current bucket.
            pub capacity_atoms: PodU64,
            /// What has left in the current bucket, and in the one before.
            pub current_atoms: PodU64,
            pub previous_atoms: PodU64,
        }
    };
}

/// Fields of a queue of withdrawals: a line of atoms.
#[macro_export]
macro_rules! queue_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Queue {
            /// Atoms that joined since nobody waited.
            pub entered_atoms: PodU64,
            /// Atoms served when the rate was last set, and when that was.
            pub served_atoms: PodU64,
            pub served_unix_s: PodI64,
            /// Atoms served in each day from then on.
            pub rate_atoms: PodU64,
            /// Atoms of tickets that are neither paid nor cancelled: the vault owes them.
            pub unpaid_atoms: PodU64,
        }
    };
}

/// Fields of one token vault's outflow.
#[macro_export]
macro_rules! outflow_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Outflow {
            /// Mint of the vault, and the token account; all zero for a vault not opened yet.
            pub mint: Address,
            pub tokens: Address,
            pub hour: Window,
            pub day: Window,
            pub queue: Queue,
        }
    };
}

/// Fields of a custody's limits.
#[macro_export]
macro_rules! limits_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Limits {
            /// What may leave a vault in an hour and in a day, in basis points of what it holds.
            pub hour_bps: PodU16,
            pub day_bps: PodU16,
            pub reserved: [u8; 4],
            /// Open interest above this closes the market to new risk.
            pub open_interest_cap_lots: PodU64,
            /// No window is narrower than this, by vault.
            pub floor_atoms: [PodU64; 2],
        }
    };
}

/// Fields of a custody.
#[macro_export]
macro_rules! custody_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Custody {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 normal .. 3 frozen, as last written, of this market alone; the level in force also depends on `expires_unix_s`.
            pub level: u8,
            /// What raised it: 1 guardian, 2 council, 3 volatility, 4 deviation, 5 severity, 6 open interest, 8 insurance, 10 invariant.
            pub cause: u8,
            pub reserved_head: [u8; 3],
            /// The PDA whose signature releases tokens: a market of the margin program, say.
            pub controller: Address,
            /// Releases so far, in count.
            pub releases: PodU64,
            /// Events of this custody so far.
            pub seq: PodU64,
            pub tripped_unix_s: PodI64,
            /// When something last spoke for the level.
            pub evidence_unix_s: PodI64,
            /// When a freeze falls to level 2; 0 for none.
            pub expires_unix_s: PodI64,
            /// The market's insurance when the day's mark was taken, and when that was.
            pub insurance_mark_atoms: PodU64,
            pub insurance_mark_unix_s: PodI64,
            pub limits: Limits,
            /// Looser limits that wait, and from when they may be applied; 0 for none.
            pub pending: Limits,
            pub pending_unix_s: PodI64,
            /// The token vaults, in the order in which they were opened: a market's base, then its quote.
            pub vaults: [Outflow; 2],
            /// While new code of the controller's is on a canary step: the most open interest that new risk may lead to, and the share of
            /// each window's part of a vault that may leave, in basis points. A share of 0: no rollout.
            pub rollout_lots: PodU64,
            pub rollout_window_bps: PodU16,
            /// Tickets of this custody that are open now: a record of all of them has as many.
            pub records_open: PodU64,
            /// Nothing of this account, nor of what is under it, changes before then: set by the governor while it replaces the program's code.
            pub held_until_unix_s: PodI64,
            pub reserved: [u8; 38],
        }
    };
}

/// Fields of a ticket: a withdrawal that waits.
#[macro_export]
macro_rules! ticket_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Ticket {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Which of the custody's vaults pays.
            pub vault: u8,
            pub reserved_head: [u8; 4],
            pub custody: Address,
            /// The token account that is paid, whoever claims.
            pub destination: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// What the controller took the amount from: a margin account.
            pub origin: Address,
            pub id: PodU64,
            pub amount_atoms: PodU64,
            /// Where in the queue the ticket ends: claimable once so many atoms are served.
            pub end_atoms: PodU64,
            pub issued_unix_s: PodI64,
            pub reserved: [u8; 32],
        }
    };
}

window_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
queue_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
outflow_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
limits_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    brake_layout!(Brake) = [142, 249, 169, 201, 11, 246, 32, 167], reader 1, size 520;
    custody_layout!(Custody) = [1, 184, 48, 81, 93, 131, 63, 145], reader 1, size 600;
    ticket_layout!(Ticket) = [41, 228, 24, 165, 78, 90, 235, 200], reader 1, size 200;
}
