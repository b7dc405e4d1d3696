//! Liquidations, and the fund that stands behind them.

use crate::{Address, PodI64, PodU32, PodU64, read::layouts};

/// Fields of an account's liquidation, from its opening until the account has its initial margin again.
#[macro_export]
macro_rules! liquidation_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Liquidation {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 the account is worth something and slices are sold; 1 it is insolvent and insurance pays whoever takes it over.
            pub phase: u8,
            /// 1 while bids are allowed and the clock runs.
            pub running: u8,
            pub reserved_head: [u8; 3],
            pub account: Address,
            /// Margin account that half of the fees goes to at the end.
            pub opener: Address,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// Seconds of this phase in which bids were allowed, until the clock last stopped or started.
            pub counted_s: PodU64,
            /// Since when the clock has been running.
            pub since_unix_s: PodI64,
            pub opened_unix_s: PodI64,
            /// Slices sold so far.
            pub slices: PodU32,
            pub reserved_tail: [u8; 4],
            /// The opener's half of the fees so far; part of the market's clearing.
            pub opener_fee_atoms: PodU64,
            /// What the global insurance fund has paid for this account so far.
            pub fund_paid_atoms: PodU64,
            pub reserved: [u8; 24],
        }
    };
}

/// Fields of the global insurance fund of one quote token.
#[macro_export]
macro_rules! fund_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Fund {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub mint: Address,
            /// The breaker's custody that this account controls, and its vault of the mint.
            pub custody: Address,
            pub tokens: Address,
            /// What stakers own together; the vault holds this and what tickets have yet to pay.
            pub balance_atoms: PodU64,
            /// Shares of all stakers, those on notice included.
            pub shares: PodU64,
            /// The window of 24 hours: when it began, what the fund held then, and what losses have drawn since.
            pub window_unix_s: PodI64,
            pub window_opening_atoms: PodU64,
            pub window_drawn_atoms: PodU64,
            /// Events of this fund so far.
            pub seq: PodU64,
            /// Accounts under this one that are open now: a record of all of them has as many.
            pub records_open: PodU64,
            pub reserved: [u8; 56],
        }
    };
}

/// Fields of somebody's stake in a fund.
#[macro_export]
macro_rules! stake_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Stake {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub fund: Address,
            pub owner: Address,
            /// Shares that stay.
            pub shares: PodU64,
            /// Shares on notice: they bear losses until they are claimed.
            pub leaving_shares: PodU64,
            /// From when those may be claimed; 0 without any.
            pub leaving_unix_s: PodI64,
            pub reserved: [u8; 32],
        }
    };
}

layouts! {
    liquidation_layout!(Liquidation) = [47, 86, 219, 172, 131, 174, 18, 227], reader 1, size 176;
    fund_layout!(Fund) = [62, 128, 183, 208, 91, 31, 212, 209], reader 1, size 216;
    stake_layout!(Stake) = [150, 197, 176, 29, 55, 132, 112, 149], reader 1, size 128;
}
