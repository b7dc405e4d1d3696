//! Accounts of the vault program.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Seeds of a vault: `["vault", market, id as u16 LE]`.
pub const VAULT_SEED: &[u8] = b"vault";
/// Seeds of an epoch: `["epoch", vault, number as u64 LE]`.
pub const EPOCH_SEED: &[u8] = b"epoch";
/// Seeds of a deposit that waits: `["deposit", epoch, owner]`.
pub const DEPOSIT_SEED: &[u8] = b"deposit";
/// Seeds of a withdrawal that waits: `["withdrawal", epoch, owner]`.
pub const WITHDRAWAL_SEED: &[u8] = b"withdrawal";
/// Seeds of a bid: `["bid", epoch, bidder]`.
pub const BID_SEED: &[u8] = b"bid";
/// Seeds of a vault's share mint: `["shares", vault]`; and of the token account that holds shares in both queues: `["share_tokens", vault]`.
pub const SHARES_SEED: &[u8] = b"shares";
pub const SHARE_TOKENS_SEED: &[u8] = b"share_tokens";

/// What a bidder commits to: sha256 of this, the bid's address, lots and price as u64 LE, and 32 bytes of salt.
pub const BID_DOMAIN: &[u8; 16] = b"bastion.bid.v1\0\0";
pub const BID_MESSAGE_LEN: usize = 96;

/// The vault's margin accounts, by `subaccount`: what backs what it sold, and what is owed to bidders, depositors and those who leave.
pub const TRADING_SUBACCOUNT: u16 = 0;
pub const ESCROW_SUBACCOUNT: u16 = 1;

/// `Vault::kind`, as `risk::vault::VaultKind`.
pub const KIND_COVERED_CALL: u8 = 1;
pub const KIND_CASH_SECURED_PUT: u8 = 2;
pub const KIND_PUT_SPREAD: u8 = 3;

/// `Epoch::state`.
pub const EPOCH_OPEN: u8 = 0;
pub const EPOCH_AUCTION: u8 = 1;
pub const EPOCH_LIVE: u8 = 2;
pub const EPOCH_SETTLED: u8 = 3;

/// `Bid::state`.
pub const BID_COMMITTED: u8 = 0;
pub const BID_REVEALED: u8 = 1;
pub const BID_SETTLED: u8 = 2;

/// `Bid::delivery`: lots in a margin account, or as many tokens of the series.
pub const DELIVERY_LOTS: u8 = 0;
pub const DELIVERY_TOKENS: u8 = 1;

/// Bids of one auction, at most.
pub const BIDS: usize = 64;

/// Bytes that a bid commits to.
pub fn bid_message(bid: &Address, lots: u64, price_e6: u64, salt: &[u8; 32]) -> [u8; BID_MESSAGE_LEN] {
    let mut message = [0; BID_MESSAGE_LEN];
    let parts: [&[u8]; 5] = [BID_DOMAIN, bid, &lots.to_le_bytes(), &price_e6.to_le_bytes(), salt];
    let bytes = parts.into_iter().flatten();
    for (place, byte) in message.iter_mut().zip(bytes) {
        *place = *byte;
    }
    message
}

/// Fields of a mandate, as `risk::vault::Mandate`.
#[macro_export]
macro_rules! vault_mandate_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct VaultMandate {
            pub delta_min_bps: PodU16,
            pub delta_max_bps: PodU16,
            pub distance_bps: PodU16,
            pub discount_bps: PodU16,
            pub open_interest_bps: PodU16,
            pub width_bps: PodU16,
            pub management_bps: PodU16,
            pub performance_bps: PodU16,
            pub escrow_multiple: PodU16,
            pub cover_bps: PodU16,
            pub reserved: [u8; 4],
            pub vol_min_e9: PodU64,
            pub auction_s: PodU32,
            pub epoch_s: PodU32,
            pub deposit_min_atoms: PodU64,
            pub capacity_atoms: PodU64,
        }
    };
}

/// Fields of one place of an auction's book.
#[macro_export]
macro_rules! book_entry_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct BookEntry {
            pub lots: PodU64,
            /// 0 until revealed.
            pub price_e6: PodU64,
        }
    };
}

/// Fields of a vault.
#[macro_export]
macro_rules! vault_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Vault {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 1 covered call, 2 cash-secured put, 3 put spread.
            pub kind: u8,
            pub id: PodU16,
            pub share_decimals: u8,
            pub reserved_head: u8,
            pub market: Address,
            /// Margin accounts of the vault's PDA: the one that sells, and the one that holds bids, deposits that wait and claims.
            pub trading_account: Address,
            pub escrow_account: Address,
            /// The mint of the shares, and the account that holds those that wait, in and out.
            pub share_mint: Address,
            pub share_tokens: Address,
            /// Owner of the shares that pay fees.
            pub fee_recipient: Address,
            pub mandate: VaultMandate,
            /// A looser mandate that waits, and from when it may be applied; 0 for none.
            pub pending: VaultMandate,
            pub pending_unix_s: PodI64,
            /// Number of the current epoch, from 0.
            pub epoch: PodU64,
            /// Events of this vault so far.
            pub seq: PodU64,
            /// In existence: the mint's supply.
            pub shares: PodU64,
            /// Fee shares not claimed yet; among `shares`.
            pub fee_shares: PodU64,
            /// Asset atoms per 1e12 shares above which gains pay fees; only grows.
            pub high_water_e12: PodU64,
            /// When the current epoch opened: fees are for the time since.
            pub opened_unix_s: PodI64,
            /// The current auction's bids, in the order of the commits.
            pub book: [BookEntry; 64],
            /// Accounts under this one that are open now: a record of all of them has as many.
            pub records_open: PodU64,
            /// Nothing of this account, nor of what is under it, changes before then: set by the governor while it replaces the program's code.
            pub held_until_unix_s: PodI64,
            pub reserved: [u8; 112],
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
            /// Bids committed, revealed, and not yet settled.
            pub bids_committed: u8,
            pub bids_revealed: u8,
            pub bids_unsettled: u8,
            /// 1: the deposits that waited for this turn were handed back.
            pub deposits_refused: u8,
            pub vault: Address,
            /// Margin's account of the expiry that the auction chose; zero before.
            pub expiry: Address,
            pub number: PodU64,
            pub opened_unix_s: PodI64,
            pub expiry_unix_s: PodI64,
            pub strike_e6: PodU64,
            /// Put spreads: the lower strike; 0 otherwise.
            pub hedge_strike_e6: PodU64,
            pub spot_e6: PodU64,
            pub commit_ends_unix_s: PodI64,
            pub reveal_ends_unix_s: PodI64,
            /// Lots on offer, sold by the clear, and delivered since.
            pub offered_lots: PodU64,
            pub cleared_lots: PodU64,
            pub sold_lots: PodU64,
            /// Least premium a unit, and the flat escrow a unit: fixed when the auction opened.
            pub reserve_price_e6: PodU64,
            pub escrow_price_e6: PodU64,
            /// What everybody served pays a unit; lots bid at that price, and lots left for those bids.
            pub clearing_price_e6: PodU64,
            pub marginal_lots: PodU64,
            pub marginal_fill_lots: PodU64,
            pub premium_atoms: PodU64,
            /// Bonds of bids that were not revealed.
            pub forfeited_atoms: PodU64,
            /// The turn. What the vault held, in its own token, and the price of base that this rests on; 0 where none was needed.
            pub turned_unix_s: PodI64,
            pub price_e6: PodU64,
            pub assets_atoms: PodU64,
            /// After fees: asset atoms per 1e12 shares.
            pub share_price_e12: PodU64,
            pub shares_before: PodU64,
            pub fee_shares: PodU64,
            /// Waiting for the turn: deposits in the vault's token, shares to be burned.
            pub deposit_atoms: PodU64,
            pub withdraw_shares: PodU64,
            /// Minted to the deposits, and segregated for the withdrawals.
            pub deposit_shares: PodU64,
            pub withdrawn_base_atoms: PodU64,
            pub withdrawn_quote_atoms: PodU64,
            /// Claimed so far of deposits and shares, and of withdrawals.
            pub claimed_deposit_atoms: PodU64,
            pub claimed_deposit_shares: PodU64,
            pub claimed_withdraw_shares: PodU64,
            pub claimed_base_atoms: PodU64,
            pub claimed_quote_atoms: PodU64,
            pub reserved: [u8; 64],
        }
    };
}

/// Fields of a deposit that waits for its epoch's turn, or for its shares to be claimed.
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
            /// Atoms of the vault's token.
            pub amount_atoms: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

/// Fields of a withdrawal that waits for its epoch's turn, or for its payment to be claimed.
#[macro_export]
macro_rules! withdrawal_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Withdrawal {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub epoch: Address,
            pub owner: Address,
            pub shares: PodU64,
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
            /// 0 committed, 1 revealed, 2 settled: what is left of the escrow is to be refunded.
            pub state: u8,
            /// Place in the book.
            pub place: u8,
            /// 0 lots in a margin account, 1 tokens of the series.
            pub delivery: u8,
            pub reserved_head: [u8; 2],
            pub epoch: Address,
            pub bidder: Address,
            /// Receives what the bid buys: a margin account or a Token-2022 account.
            pub holder: Address,
            /// sha256 of `bid_message`.
            pub commitment: [u8; 32],
            pub lots: PodU64,
            /// 0 until revealed.
            pub price_e6: PodU64,
            pub filled_lots: PodU64,
            /// Held until settled, then what is to be refunded.
            pub escrow_atoms: PodU64,
            pub reserved: [u8; 32],
        }
    };
}

vault_mandate_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
book_entry_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    vault_layout!(Vault) = [211, 8, 232, 43, 2, 152, 117, 119], reader 1, size 1520;
    epoch_layout!(Epoch) = [93, 83, 120, 89, 151, 138, 152, 108], reader 1, size 408;
    deposit_layout!(Deposit) = [148, 146, 121, 66, 207, 173, 21, 227], reader 1, size 112;
    withdrawal_layout!(Withdrawal) = [10, 45, 211, 182, 129, 235, 90, 82], reader 1, size 112;
    bid_layout!(Bid) = [143, 246, 48, 245, 42, 145, 180, 88], reader 1, size 200;
}
