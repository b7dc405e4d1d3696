//! What happened, with the balances after: an indexer needs no replay. `seq` counts the events of a vault, or of the config, from 1.
use anchor_lang::prelude::*;

/// The vault's events: all begin with the same five fields.
macro_rules! vault_events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[event]
            pub struct $name {
                pub slot: u64,
                pub unix_s: i64,
                pub seq: u64,
                pub vault: Address,
                pub epoch: u64,
                $($(#[$field_doc])* pub $field: $type,)*
            }
        )*
    };
}

#[event]
pub struct AuthorityChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub authority: Address,
}

vault_events! {
    VaultCreated { market: Address, id: u16, kind: u8, share_mint: Address, }

    Deposited {
        owner: Address,
        amount_atoms: u64,
        /// The owner's, and everybody's that wait.
        deposit_atoms: u64,
        waiting_atoms: u64,
    }

    DepositCancelled { owner: Address, amount_atoms: u64, waiting_atoms: u64, }

    DepositClaimed { owner: Address, amount_atoms: u64, shares: u64, }

    WithdrawRequested { owner: Address, shares: u64, withdrawal_shares: u64, waiting_shares: u64, }

    WithdrawCancelled { owner: Address, shares: u64, waiting_shares: u64, }

    WithdrawClaimed { owner: Address, shares: u64, base_atoms: u64, quote_atoms: u64, }

    AuctionOpened {
        expiry_unix_s: i64,
        spot_e6: u64,
        strike_e6: u64,
        hedge_strike_e6: u64,
        offered_lots: u64,
        reserve_price_e6: u64,
        escrow_price_e6: u64,
        commit_ends_unix_s: i64,
        reveal_ends_unix_s: i64,
    }

    BidCommitted { bidder: Address, lots: u64, escrow_atoms: u64, place: u8, }

    BidRevealed { bidder: Address, lots: u64, price_e6: u64, }

    AuctionCleared {
        bids: u8,
        revealed: u8,
        price_e6: u64,
        sold_lots: u64,
    }

    BidSettled {
        bidder: Address,
        filled_lots: u64,
        premium_atoms: u64,
        forfeited_atoms: u64,
        refund_atoms: u64,
        bids_unsettled: u8,
    }

    BidRefunded { bidder: Address, amount_atoms: u64, }

    EpochTurned {
        assets_atoms: u64,
        /// After fees: asset atoms per 1e12 shares.
        share_price_e12: u64,
        fee_shares: u64,
        deposit_atoms: u64,
        /// 0 with deposits waiting: they were handed back.
        deposit_shares: u64,
        withdraw_shares: u64,
        withdrawn_base_atoms: u64,
        withdrawn_quote_atoms: u64,
        /// In existence.
        shares: u64,
    }

    MandateChanged {
        /// When it may be applied; 0: it holds.
        pending_unix_s: i64,
        fee_recipient: Address,
    }

    FeesClaimed { recipient: Address, shares: u64, }
}

/// Nothing of a vault changes before then.
#[event]
pub struct VaultHeld {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub vault: Address,
    pub until_unix_s: i64,
}

/// An account was written back after a rollback.
#[event]
pub struct RecordRestored {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
}
