//! A maker's quotes: what is filled of one, and one posted on chain.

use crate::{Address, PodU16, PodU64, read::layouts};

/// Fields of a quote's fill state, signed or posted.
#[macro_export]
macro_rules! quote_state_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct QuoteState {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub maker_account: Address,
            pub nonce: PodU64,
            /// sha256 of the message: one nonce is one message.
            pub digest: [u8; 32],
            pub filled_packages: PodU64,
            /// Last slot in which the quote can fill; afterwards the rent is reclaimable.
            pub expiry_slot: PodU64,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// The maker's, which counts this account.
            pub market: Address,
            pub reserved: [u8; 32],
        }
    };
}

/// Fields of a posted quote: the message its maker would otherwise have signed.
#[macro_export]
macro_rules! posted_quote_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct PostedQuote {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 3],
            pub message_len: PodU16,
            pub maker_account: Address,
            pub nonce: PodU64,
            /// Last slot in which the quote fills; afterwards anybody may close the account.
            pub expiry_slot: PodU64,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// As in `quote`; zero beyond `message_len`.
            pub message: [u8; 440],
            pub reserved: [u8; 32],
        }
    };
}

layouts! {
    quote_state_layout!(QuoteState) = [190, 255, 174, 44, 19, 215, 37, 156], reader 1, size 192;
    posted_quote_layout!(PostedQuote) = [55, 189, 189, 230, 254, 50, 165, 98], reader 1, size 560;
}
