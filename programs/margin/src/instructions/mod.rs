//! One file per instruction: accounts, arguments, checks, handler.
#![allow(
    unused_variables,
    reason = "the accounts derive binds `#[instruction]` arguments a second time, on exit, where nothing reads them"
)]
mod account_close;
mod account_deposit;
mod account_open;
mod account_settle;
mod account_transfer;
mod account_withdraw;
mod authority_set;
mod config_init;
mod delegate_set;
mod expiry_create;
mod expiry_settle;
mod market_create;
mod mode_set;
mod nonce_bump;
mod quote_cancel;
mod quote_fill;
mod quote_post;
mod quote_state_close;
mod series_write;
mod version_view;

pub use account_close::*;
pub use account_deposit::*;
pub use account_open::*;
pub use account_settle::*;
pub use account_transfer::*;
pub use account_withdraw::*;
pub use authority_set::*;
pub use config_init::*;
pub use delegate_set::*;
pub use expiry_create::*;
pub use expiry_settle::*;
pub use market_create::*;
pub use mode_set::*;
pub use nonce_bump::*;
pub use quote_cancel::*;
pub use quote_fill::*;
pub use quote_post::*;
pub use quote_state_close::*;
pub use series_write::*;
pub use version_view::*;
