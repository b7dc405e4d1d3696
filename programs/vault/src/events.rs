//! What happened, with the balances after: an indexer needs no replay. `seq` counts the events of a vault, or of the config, from 1.
use anchor_lang::prelude::*;

#[event]
pub struct AuthorityChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
}

#[event]
pub struct VaultCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub market: Address,
    pub id: u16,
}

#[event]
pub struct Deposited {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub owner: Address,
    pub amount_atoms: u64,
    pub deposit_atoms: u64,
    pub deposited_atoms: u64,
}

#[event]
pub struct DepositCancelled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub owner: Address,
    pub amount_atoms: u64,
    pub deposited_atoms: u64,
}

#[event]
pub struct AuctionOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub expiry_unix_s: i64,
    pub spot_e6: u64,
    pub strike_e6: u64,
    pub offered_lots: u64,
    pub reserve_price_e6: u64,
    pub auction_ends_unix_s: i64,
}

#[event]
pub struct BidPlaced {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub bidder: Address,
    pub lots: u64,
    pub price_e6: u64,
    pub escrow_atoms: u64,
    pub is_best: bool,
}

#[event]
pub struct AuctionCleared {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    /// The winning bid's account; zero if nothing was sold and nothing forfeited.
    pub bid: Address,
    pub sold_lots: u64,
    pub premium_atoms: u64,
    /// Left in the winning bid, to be refunded.
    pub surplus_atoms: u64,
}

#[event]
pub struct BidRefunded {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub bidder: Address,
    pub amount_atoms: u64,
    pub bids_open: u64,
}

#[event]
pub struct EpochSettled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub deposited_atoms: u64,
    pub result_base_atoms: u64,
    pub result_quote_atoms: u64,
}

#[event]
pub struct Claimed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub epoch: u64,
    pub owner: Address,
    pub deposit_atoms: u64,
    pub base_atoms: u64,
    pub quote_atoms: u64,
    /// Claimed of the epoch so far, this claim included.
    pub claimed_base_atoms: u64,
    pub claimed_quote_atoms: u64,
}
