mod auction_clear;
mod auction_open;
mod authority_set;
mod bid_commit;
mod bid_refund;
mod bid_reveal;
mod bid_settle;
mod bid_settle_wrapped;
mod config_init;
mod deposit;
mod deposit_cancel;
mod deposit_claim;
mod epoch_turn;
mod fee_claim;
mod mandate_apply;
mod mandate_set;
mod record_restore;
#[allow(
    unused_variables,
    reason = "the accounts derive binds `#[instruction]` arguments a second time, on exit, where nothing reads them"
)]
mod vault_create;
mod vault_hold;
mod withdraw_cancel;
mod withdraw_claim;
mod withdraw_request;

pub use auction_clear::*;
pub use auction_open::*;
pub use authority_set::*;
pub use bid_commit::*;
pub use bid_refund::*;
pub use bid_reveal::*;
pub use bid_settle::*;
pub use bid_settle_wrapped::*;
pub use config_init::*;
pub use deposit::*;
pub use deposit_cancel::*;
pub use deposit_claim::*;
pub use epoch_turn::*;
pub use fee_claim::*;
pub use mandate_apply::*;
pub use mandate_set::*;
pub use record_restore::*;
pub use vault_create::*;
pub use vault_hold::*;
pub use withdraw_cancel::*;
pub use withdraw_claim::*;
pub use withdraw_request::*;
