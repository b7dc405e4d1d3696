//! Accounts of the margin program.

mod account;
mod insurance;
mod market;
mod quote;
mod view;
mod wrapped;

pub use account::*;
pub use insurance::*;
pub use market::*;
pub use quote::*;
pub use view::*;
pub use wrapped::*;

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
