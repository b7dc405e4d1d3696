//! Accounts of the vault program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};

/// Seeds of a vault: `["vault", market, id as u16 LE]`.
pub const VAULT_SEED: &[u8] = b"vault";
/// Seeds of an epoch: `["epoch", vault, number as u64 LE]`.
pub const EPOCH_SEED: &[u8] = b"epoch";
/// Seeds of a deposit: `["deposit", epoch, owner]`.
pub const DEPOSIT_SEED: &[u8] = b"deposit";
/// Seeds of a bid: `["bid", epoch, bidder]`.
pub const BID_SEED: &[u8] = b"bid";

/// The vault's margin accounts, by `subaccount`: what backs the calls it sold, and what is owed to bidders and depositors.
pub const TRADING_SUBACCOUNT: u16 = 0;
pub const ESCROW_SUBACCOUNT: u16 = 1;

/// `Vault::kind`.
pub const KIND_COVERED_CALL: u8 = 1;

/// `Epoch::state`.
pub const EPOCH_OPEN: u8 = 0;
pub const EPOCH_AUCTION: u8 = 1;
pub const EPOCH_LIVE: u8 = 2;
pub const EPOCH_SETTLED: u8 = 3;

/// Fields of a vault.
#[macro_export]
macro_rules! vault_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Vault {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 1 covered call.
            pub kind: u8,
            pub id: PodU16,
            pub reserved_head: [u8; 2],
            pub market: Address,
            /// Margin accounts of the vault's PDA: the one that writes calls, and the one that holds bids and claims.
            pub trading_account: Address,
            pub escrow_account: Address,
            /// Mandate: strike at least this far above spot.
            pub strike_distance_bps: PodU16,
            /// Mandate: lowest premium sold at, in basis points of spot.
            pub reserve_premium_bps: PodU16,
            /// Length of the auction and of an epoch, in seconds.
            pub auction_s: PodU32,
            pub epoch_s: PodU32,
            pub reserved_mandate: [u8; 4],
            pub min_deposit_atoms: PodU64,
            /// Most base taken in one epoch.
            pub capacity_atoms: PodU64,
            /// Number of the current epoch, from 0.
            pub epoch: PodU64,
            /// Events of this vault so far.
            pub seq: PodU64,
            pub reserved: [u8; 128],
        }
    };
}

/// Fields of an epoch, kept for ever.
#[macro_export]
macro_rules! epoch_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Epoch {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 open, 1 auction, 2 live, 3 settled.
            pub state: u8,
            pub reserved_head: [u8; 4],
            pub vault: Address,
            pub number: PodU64,
            /// Base deposited for this epoch.
            pub deposited_atoms: PodU64,
            pub expiry_unix_s: PodI64,
            pub strike_e6: PodU64,
            pub auction_ends_unix_s: PodI64,
            /// Lots on offer, and sold.
            pub offered_lots: PodU64,
            pub sold_lots: PodU64,
            /// Least premium a unit accepted, fixed when the auction opened.
            pub reserve_price_e6: PodU64,
            /// The best bid so far: its account, price a unit and lots.
            pub best_bid: Address,
            pub best_price_e6: PodU64,
            pub best_lots: PodU64,
            pub premium_atoms: PodU64,
            /// Bid accounts not yet closed by a refund, in count.
            pub bids_open: PodU64,
            /// What depositors share once settled, and what they have claimed of it.
            pub result_base_atoms: PodU64,
            pub result_quote_atoms: PodU64,
            pub claimed_deposit_atoms: PodU64,
            pub claimed_base_atoms: PodU64,
            pub claimed_quote_atoms: PodU64,
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a deposit.
#[macro_export]
macro_rules! deposit_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Deposit {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub epoch: Address,
            pub owner: Address,
            pub base_atoms: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

/// Fields of a bid.
#[macro_export]
macro_rules! bid_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Bid {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub epoch: Address,
            pub bidder: Address,
            /// Margin account that receives the calls if the bid wins.
            pub margin_account: Address,
            pub lots: PodU64,
            pub price_e6: PodU64,
            /// Premium held in escrow until filled or refunded.
            pub escrow_atoms: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

layouts! {
    vault_layout!(Vault) = [211, 8, 232, 43, 2, 152, 117, 119], reader 1, size 280;
    epoch_layout!(Epoch) = [93, 83, 120, 89, 151, 138, 152, 108], reader 1, size 272;
    deposit_layout!(Deposit) = [148, 146, 121, 66, 207, 173, 21, 227], reader 1, size 112;
    bid_layout!(Bid) = [143, 246, 48, 245, 42, 145, 180, 88], reader 1, size 160;
}
