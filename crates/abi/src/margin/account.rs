//! A margin account and its positions.

use crate::{Address, PodI64, PodU16, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Fields of one position.
#[macro_export]
macro_rules! position_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Position {
            pub expiry_unix_s: PodI64,
            pub strike_e6: PodU64,
            /// Positive long, negative short.
            pub lots: PodI64,
            /// 0 empty slot, 1 call, 2 put.
            pub kind: u8,
            pub reserved: [u8; 7],
        }
    };
}

/// Fields of a margin account.
#[macro_export]
macro_rules! margin_account_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct MarginAccount {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 standard (maximum-loss) margin, 1 portfolio margin.
            pub mode: u8,
            pub subaccount: PodU16,
            /// 1: a vault's escrow. What it holds is no part of what haircuts fall on, and it takes no positions.
            pub segregated: u8,
            pub reserved_head: u8,
            pub market: Address,
            pub owner: Address,
            /// Registry index within the market, never reused.
            pub index: PodU64,
            pub quote_atoms: PodI64,
            pub base_atoms: PodU64,
            /// Signed quotes with a nonce below this are cancelled; only grows.
            pub nonce_floor: PodU64,
            /// Events of this account so far.
            pub seq: PodU64,
            pub positions: [Position; 32],
            /// May act for the owner within `delegate_rights`; zero when there is none.
            pub delegate: Address,
            /// Bits: 1 trade, 2 cancel.
            pub delegate_rights: u8,
            /// 1 while a liquidation of the account is open.
            pub in_liquidation: u8,
            /// The market's `index_lost_e18` when the quote balance was last written.
            pub index_lost_e18: PodU64,
            /// Since when quote has been owed, and until when interest on it has been booked; 0 without a debt.
            pub debt_unix_s: PodI64,
            pub interest_unix_s: PodI64,
            pub reserved: [u8; 70],
        }
    };
}

position_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    margin_account_layout!(MarginAccount) = [133, 220, 173, 213, 179, 211, 43, 238], reader 1, size 1264;
}
