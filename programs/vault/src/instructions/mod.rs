mod auction_clear;
mod auction_open;
mod authority_set;
mod bid_place;
mod bid_refund;
mod claim;
mod config_init;
mod deposit;
mod deposit_cancel;
mod epoch_settle;
#[allow(
    unused_variables,
    reason = "the accounts derive binds `#[instruction]` arguments a second time, on exit, where nothing reads them"
)]
mod vault_create;

pub use auction_clear::*;
pub use auction_open::*;
pub use authority_set::*;
pub use bid_place::*;
pub use bid_refund::*;
pub use claim::*;
pub use config_init::*;
pub use deposit::*;
pub use deposit_cancel::*;
pub use epoch_settle::*;
pub use vault_create::*;
