//! Every program but the governor has one `Config`, with the same fields.

/// Seed of the config: `["config"]`.
pub const CONFIG_SEED: &[u8] = b"config";

/// Fields of a program's config.
#[macro_export]
macro_rules! config_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Config {
            /// Layout version that wrote this account.
            pub version: u8,
            /// Oldest reader that may rely on the fields it knows.
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: u8,
            /// Clock periods are divided by this: 1 on a public network, more only in a build for local networks.
            pub time_divisor: PodU32,
            /// Who may create and list: the deployer at first, then the governor's authority PDA.
            pub authority: Address,
            /// Genesis hash of the cluster; signed messages are bound to it.
            pub genesis_hash: [u8; 32],
            /// Events of the config so far.
            pub seq: PodU64,
            /// Markets created so far, in margin's config: a snapshot that covers so many covers all.
            pub markets: PodU32,
            /// Roots created so far, under which every other account is counted: markets and insurance funds of margin, feeds of the oracle,
            /// vaults of the vault program.
            pub roots: PodU32,
            pub reserved: [u8; 48],
        }
    };
}

use crate::{Address, PodU32, PodU64, read::layouts};

layouts! {
    config_layout!(Config) = [155, 12, 170, 224, 30, 250, 204, 130], reader 1, size 136;
}
