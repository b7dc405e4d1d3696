//! Accounts of the breaker program.

use crate::{Address, PodI64, PodU64, read::layouts};

/// Seed of the global brake: `["brake"]`.
pub const BRAKE_SEED: &[u8] = b"brake";
/// Seeds of a custody: `["custody", controller]`; the custody PDA is the token authority.
pub const CUSTODY_SEED: &[u8] = b"custody";
/// Seeds of a token vault: `["tokens", controller, mint]`.
pub const TOKENS_SEED: &[u8] = b"tokens";

/// Fields of the global brake.
#[macro_export]
macro_rules! brake_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Brake {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 normal .. 4 migrating, as last written; the level in force also depends on `expires_unix_s`.
            pub level: u8,
            /// What raised it: 0 none, 1 guardian, 2 council.
            pub cause: u8,
            pub guardian_count: u8,
            /// Guardian trips in the current day; guardians are disabled beyond the limit until the council re-arms them.
            pub guardian_trips: u8,
            pub reserved_head: u8,
            pub tripped_unix_s: PodI64,
            /// When a guardian's trip falls back; 0 for none.
            pub expires_unix_s: PodI64,
            /// Start of the day in which `guardian_trips` counts.
            pub trips_since_unix_s: PodI64,
            /// Events of the brake so far.
            pub seq: PodU64,
            pub guardians: [Address; 8],
            pub reserved: [u8; 64],
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
            pub reserved_head: [u8; 5],
            /// The PDA whose signature releases tokens: a market of the margin program, say.
            pub controller: Address,
            /// Releases so far, in count.
            pub releases: PodU64,
            pub reserved: [u8; 128],
        }
    };
}

layouts! {
    brake_layout!(Brake) = [142, 249, 169, 201, 11, 246, 32, 167], reader 1, size 360;
    custody_layout!(Custody) = [1, 184, 48, 81, 93, 131, 63, 145], reader 1, size 176;
}
