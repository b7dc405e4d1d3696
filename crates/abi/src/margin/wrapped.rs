//! Longs as tokens.

use crate::{Address, PodI64, PodU64, read::layouts};

/// Fields of a wrapped series: long lots that tokens of its mint stand for, one token a lot.
#[macro_export]
macro_rules! wrapped_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Wrapped {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 1 call, 2 put.
            pub kind: u8,
            pub mint_bump: u8,
            pub reserved_head: [u8; 3],
            pub market: Address,
            pub expiry: Address,
            pub expiry_unix_s: PodI64,
            pub strike_e6: PodU64,
            /// A Token-2022 mint of no decimals; this account is its only authority.
            pub mint: Address,
            /// Long lots that tokens stand for. INVARIANT(M-2): they count as one more account's position. At least the mint's supply, as
            /// holders may burn their own.
            pub lots: PodU64,
            /// Events of this series so far.
            pub seq: PodU64,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            pub reserved: [u8; 64],
        }
    };
}

layouts! {
    wrapped_layout!(Wrapped) = [41, 58, 38, 145, 117, 128, 132, 152], reader 1, size 232;
}
