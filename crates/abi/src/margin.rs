//! Accounts of the margin program.

use crate::{Address, PodI32, PodI64, PodU16, PodU32, PodU64, read::layouts};
use bytemuck::{Pod, Zeroable};

/// Seeds of a market: `["market", symbol]`.
pub const MARKET_SEED: &[u8] = b"market";
/// Seeds of an expiry: `["expiry", market, expiry_unix_s as i64 LE]`.
pub const EXPIRY_SEED: &[u8] = b"expiry";
/// Seeds of a margin account: `["account", market, owner, subaccount as u16 LE]`.
pub const ACCOUNT_SEED: &[u8] = b"account";
/// Seeds of a quote's fill state: `["quote", maker_account, nonce as u64 LE]`.
pub const QUOTE_SEED: &[u8] = b"quote";
/// Seeds of a posted quote: `["posted", maker_account, nonce as u64 LE]`.
pub const POSTED_SEED: &[u8] = b"posted";
/// Seeds of a market's change of terms: `["change", market]`.
pub const CHANGE_SEED: &[u8] = b"change";
/// Seeds of a wrapped series: `["wrapped", expiry, strike_e6 as u64 LE, kind as u8]`; of its mint: `["mint", wrapped]`.
pub const WRAPPED_SEED: &[u8] = b"wrapped";
pub const WRAPPED_MINT_SEED: &[u8] = b"mint";
/// Seeds of a liquidation: `["liquidation", account]`.
pub const LIQUIDATION_SEED: &[u8] = b"liquidation";
/// Seeds of the global insurance fund of a quote token: `["fund", mint]`.
pub const FUND_SEED: &[u8] = b"fund";
/// Seeds of somebody's stake in it: `["stake", fund, owner]`.
pub const STAKE_SEED: &[u8] = b"stake";

/// Strikes of an expiry, and positions of an account, at most.
pub const STRIKES: usize = 32;
pub const POSITIONS: usize = 32;
/// Expiries that an account holds positions in, at most.
pub const EXPIRIES: usize = 4;

/// `Position::kind`: 0 is an empty slot.
pub const KIND_CALL: u8 = 1;
pub const KIND_PUT: u8 = 2;

/// `MarginAccount::mode`.
pub const MODE_STANDARD: u8 = 0;
pub const MODE_PORTFOLIO: u8 = 1;

/// Bits of `MarginAccount::delegate_rights`: to take and make quotes, and to cancel them. Nothing lets a delegate move a token.
pub const DELEGATE_TRADE: u8 = 1;
pub const DELEGATE_CANCEL: u8 = 2;

/// `Expiry::state`.
pub const EXPIRY_LISTED: u8 = 0;
pub const EXPIRY_SETTLED: u8 = 1;

/// `Market::state`.
pub const MARKET_LISTED: u8 = 0;
pub const MARKET_DELISTED: u8 = 1;

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
            pub reserved_head: [u8; 2],
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

/// Scenario nodes of portfolio margin.
pub const NODES: usize = 33;

/// One node of a ladder.
#[macro_export]
macro_rules! node_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct NodeView {
            /// Move of every forward and of the price of base, 1e9 = 100 %.
            pub move_e9: PodI64,
            /// Of the whole account there.
            pub value_atoms: PodI64,
            /// Weight x (value there - value now): a gain where positive.
            pub loss_atoms: PodI64,
        }
    };
}

/// What `view_margin` returns: an account's margin in both modes at the feed's last price, whatever its age.
#[macro_export]
macro_rules! margin_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct MarginView {
            pub version: u8,
            /// The account's own mode: 0 standard, 1 portfolio.
            pub mode: u8,
            /// The feed's severity: 0 normal, 1 degraded, 2 stale, 3 down.
            pub severity: u8,
            /// Index in `nodes` of the node that decides maintenance margin.
            pub worst: u8,
            /// Why portfolio margin has no figure: an error code of this program; 0 where it has one. Its fields and `nodes` are then 0.
            pub portfolio_error: PodU32,
            /// How stale the oldest surface is that was read.
            pub stale_minutes: PodU32,
            pub spot_e6: PodU64,
            /// When the feed took that price.
            pub refreshed_unix_s: PodI64,
            pub standard_mtm_atoms: PodI64,
            pub standard_im_atoms: PodI64,
            pub standard_mm_atoms: PodI64,
            pub portfolio_mtm_atoms: PodI64,
            pub portfolio_im_atoms: PodI64,
            pub portfolio_mm_atoms: PodI64,
            /// At the worst node, in initial and in maintenance margin: at most 0.
            pub loss_im_atoms: PodI64,
            pub loss_mm_atoms: PodI64,
            /// What portfolio margin holds back beside the loss.
            pub net_short_im_atoms: PodI64,
            pub net_short_mm_atoms: PodI64,
            pub forward_basis_atoms: PodI64,
            pub oracle_confidence_atoms: PodI64,
            pub concentration_atoms: PodI64,
            pub quote_depeg_atoms: PodI64,
            /// 0..17 volatility up, 17..24 flat, 24..31 down, then tilted up and down.
            pub nodes: [NodeView; 33],
        }
    };
}

/// Sensitivities in quote atoms. A forward up by 100 % takes base with it.
#[macro_export]
macro_rules! greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct Greeks {
            /// For forwards up by 100 %, were it linear.
            pub delta_atoms: PodI64,
            /// Change of `delta_atoms`, forwards held, for forwards up by 100 %, were it linear.
            pub gamma_atoms: PodI64,
            /// For volatilities up by 1 (100 points).
            pub vega_atoms: PodI64,
            /// For the passing of a day.
            pub theta_atoms: PodI64,
            /// Change of `delta_atoms` for volatilities up by 1.
            pub vanna_atoms: PodI64,
            /// Change of `vega_atoms` for volatilities up by 1.
            pub volga_atoms: PodI64,
        }
    };
}

/// The Greeks of one expiry's options.
#[macro_export]
macro_rules! expiry_greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct ExpiryGreeks {
            /// 0: no such expiry.
            pub expiry_unix_s: PodI64,
            /// What its options are priced on, a fixed part of the settlement average included.
            pub forward_e6: PodU64,
            pub greeks: Greeks,
        }
    };
}

/// One position, in the place that it has in its account.
#[macro_export]
macro_rules! position_greeks_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct PositionGreeks {
            /// The model's price of one unit. In the last minute and until settled, intrinsic value.
            pub mark_e6: PodU64,
            /// 1e6 = 100 %; 0 where no volatility counts.
            pub vol_e6: PodU32,
            /// Of one unit held long, 1e6 = 1.
            pub delta_e6: PodI32,
        }
    };
}

/// What `view_greeks` returns: of the account with its base, of each expiry's options, and of each position.
#[macro_export]
macro_rules! greeks_view_layout {
    ($(#[$attribute:meta])*) => {
        $(#[$attribute])*
        pub struct GreeksView {
            pub version: u8,
            /// The feed's severity: 0 normal, 1 degraded, 2 stale, 3 down.
            pub severity: u8,
            pub stale_minutes: PodU32,
            pub spot_e6: PodU64,
            /// When the feed took that price.
            pub refreshed_unix_s: PodI64,
            pub account: Greeks,
            pub expiries: [ExpiryGreeks; 4],
            pub positions: [PositionGreeks; 32],
        }
    };
}

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

portfolio_params_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
market_terms_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
position_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
node_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
margin_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
expiry_greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
position_greeks_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);
greeks_view_layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]);

/// What a program can return to whoever simulates it.
const RETURN_MAX: usize = 1_024;
const _: () = assert!(size_of::<MarginView>() == 932 && size_of::<GreeksView>() == 838);
const _: () = assert!(size_of::<MarginView>() <= RETURN_MAX && size_of::<GreeksView>() <= RETURN_MAX);

layouts! {
    market_layout!(Market) = [219, 190, 213, 55, 0, 227, 198, 154], reader 1, size 660;
    expiry_layout!(Expiry) = [7, 101, 83, 210, 236, 185, 37, 84], reader 1, size 888;
    margin_account_layout!(MarginAccount) = [133, 220, 173, 213, 179, 211, 43, 238], reader 1, size 1264;
    quote_state_layout!(QuoteState) = [190, 255, 174, 44, 19, 215, 37, 156], reader 1, size 192;
    market_change_layout!(MarketChange) = [230, 135, 235, 249, 145, 187, 143, 97], reader 1, size 336;
    wrapped_layout!(Wrapped) = [41, 58, 38, 145, 117, 128, 132, 152], reader 1, size 232;
    liquidation_layout!(Liquidation) = [47, 86, 219, 172, 131, 174, 18, 227], reader 1, size 176;
    fund_layout!(Fund) = [62, 128, 183, 208, 91, 31, 212, 209], reader 1, size 216;
    stake_layout!(Stake) = [150, 197, 176, 29, 55, 132, 112, 149], reader 1, size 128;
    posted_quote_layout!(PostedQuote) = [55, 189, 189, 230, 254, 50, 165, 98], reader 1, size 560;
}
