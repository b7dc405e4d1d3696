//! A market, its expiries and the change of its terms.

use crate::{Address, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Fields of a market's portfolio-margin parameters, as `risk::portfolio::MarginParams`, all in 1e-9.
#[macro_export]
macro_rules! portfolio_params_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct PortfolioParams {
            pub multiplier_e9: PodU32,
            pub step_e9: PodU32,
            pub wide_e9: PodU32,
            pub tail_moves_e9: [PodI64; 8],
            pub tail_weights_e9: [PodU32; 8],
            pub vol_up_e9: PodU32,
            pub vol_down_e9: PodU32,
            pub power_short_e9: PodU32,
            pub power_long_e9: PodU32,
            pub up_floor_e9: PodU64,
            pub down_floor_e9: PodU64,
            pub tilt_e9: PodU32,
            pub tilt_max_e9: PodU32,
            pub stale_e9: PodU32,
            pub mm_loss_e9: PodU32,
            pub net_short_im_e9: PodU32,
            pub net_short_mm_e9: PodU32,
            pub basis_add_e9: PodU32,
            pub basis_per_year_e9: PodU32,
            pub concentration_share_e9: PodU32,
            pub concentration_e9: PodU32,
        }
    };
}

/// Fields of a market.
#[macro_export]
macro_rules! market_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Market {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// Rules under which its series settle; a listed series keeps the version it was listed with.
            pub rules_version: u8,
            pub base_decimals: u8,
            pub quote_decimals: u8,
            pub taker_fee_bps: PodU16,
            /// Lots in one whole unit of the underlying.
            pub lots_per_unit: PodU32,
            pub maker_fee_bps: PodU16,
            /// 0 listed, 1 delisted: positions may only shrink, and no expiry is listed any more.
            pub state: u8,
            pub reserved_head: [u8; 1],
            pub symbol: [u8; 16],
            pub base_mint: Address,
            pub quote_mint: Address,
            /// The oracle feed of base in quote.
            pub feed: Address,
            /// The breaker's custody of this market and its two token vaults.
            pub custody: Address,
            pub base_tokens: Address,
            pub quote_tokens: Address,
            /// Genesis hash of the cluster, as signed quotes name it.
            pub genesis_hash: [u8; 32],
            pub strike_tick_e6: PodU64,
            /// INVARIANT(M-1): tokens held = sum of balances + insurance + fees + clearing, kept here as running sums.
            pub quote_balances_atoms: PodI64,
            pub base_balances_atoms: PodU64,
            pub insurance_atoms: PodU64,
            pub fees_atoms: PodU64,
            /// Sum of long lots over all unsettled series.
            pub open_interest_lots: PodU64,
            /// Accounts opened so far: the next registry index, never reused.
            pub accounts_opened: PodU64,
            /// Events of this market so far.
            pub seq: PodU64,
            /// Clock periods are divided by this, as in the program's config.
            pub time_divisor: PodU32,
            /// What openers of liquidations have yet to receive, less what haircuts have yet to collect; and settlement payments of accounts
            /// that have settled, less receipts of those that have, over all expiries still settling: negative when longs were paid first.
            /// Part of INVARIANT(M-1)'s sum; 0 when every expiry is settled through, no liquidation is open and no haircut is due.
            pub clearing_atoms: PodI64,
            /// The oracle feed of the quote token in USD; zero where its peg is taken for granted.
            pub quote_feed: Address,
            pub portfolio: PortfolioParams,
            /// While the market is throttled: when the throttle's hour began, and new lots taken in it.
            pub throttle_since_unix_s: PodI64,
            pub throttle_opened_lots: PodU64,
            /// How much of one (1e18) the index of positive quote balances has lost to haircuts; only grows.
            pub index_lost_e18: PodU64,
            /// Sum of the positive quote balances, each as last written.
            pub positive_balances_atoms: PodU64,
            /// What haircuts have raised and not yet collected of balances; stands against the same amount in `clearing_atoms`.
            pub haircut_due_atoms: PodU64,
            /// Accounts closed so far: their indices stay holes.
            pub accounts_closed: PodU64,
            /// Accounts of this market that are open now, other than margin accounts: a record of all of them has as many.
            pub records_open: PodU64,
            /// Nothing of this account, nor of what is under it, changes before then: set by the governor while it replaces the program's code.
            pub held_until_unix_s: PodI64,
            pub reserved: [u8; 52],
        }
    };
}

/// Fields of an expiry: 32 strikes, a call and a put each.
#[macro_export]
macro_rules! expiry_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Expiry {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            /// 0 listed, 1 settled.
            pub state: u8,
            pub strike_count: u8,
            pub rules_version: u8,
            pub reserved_head: [u8; 2],
            pub market: Address,
            pub expiry_unix_s: PodI64,
            /// 0 until the settlement price is fixed, then never rewritten.
            pub settlement_price_e6: PodU64,
            /// Ascending; unused slots are 0.
            pub strikes_e6: [PodU64; 32],
            /// Long lots of each series: calls at 2 i, puts at 2 i + 1.
            pub open_lots: [PodU64; 64],
            /// Lots, long and short, of accounts that have yet to settle; 0 before the settlement price is fixed.
            pub unsettled_lots: PodU64,
            /// Paid in by shorts less paid out to longs; what is left when `unsettled_lots` reaches 0 is rounding, and goes to insurance.
            pub clearing_atoms: PodI64,
            /// Who paid the rent and gets it back.
            pub payer: Address,
            /// Wrapped series that are open.
            pub wrapped_series: PodU16,
            pub reserved: [u8; 14],
        }
    };
}

/// What of a market may change.
#[macro_export]
macro_rules! market_terms_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct MarketTerms {
            pub taker_fee_bps: PodU16,
            pub maker_fee_bps: PodU16,
            /// Of expiries that are listed from then on.
            pub strike_tick_e6: PodU64,
            /// The oracle feed of the quote token in USD; zero where its peg is taken for granted.
            pub quote_feed: Address,
            pub portfolio: PortfolioParams,
        }
    };
}

/// Fields of a market's change of terms.
#[macro_export]
macro_rules! market_change_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct MarketChange {
            pub version: u8,
            pub min_reader: u8,
            pub bump: u8,
            pub reserved_head: [u8; 5],
            pub market: Address,
            /// From when looser terms may be applied; 0 while none wait.
            pub ready_unix_s: PodI64,
            pub terms: MarketTerms,
            pub reserved: [u8; 64],
        }
    };
}

portfolio_params_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
market_terms_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

layouts! {
    market_layout!(Market) = [219, 190, 213, 55, 0, 227, 198, 154], reader 1, size 660;
    expiry_layout!(Expiry) = [7, 101, 83, 210, 236, 185, 37, 84], reader 1, size 888;
    market_change_layout!(MarketChange) = [230, 135, 235, 249, 145, 187, 143, 97], reader 1, size 336;
}
