//! Random lives of a market on the built programs.
//!
//! Traders, makers, delegates, keepers, guardians and a council do whatever they like, at any price, level and time. Before each action a
//! model says what must come of it: either one of the refusals that it has earned, and then no byte changes, or every byte of every
//! account that it changes. After each action every invariant of `invariants` is held against the accounts' bytes, and what events alone
//! tell against the accounts. A life that fails is told again from the shortest list of actions that still fails.
//!
//! `make fuzz SEED=n ACTIONS=n` runs longer ones.

pub mod action;
mod chain;
mod coverage;
mod draw;
mod forks;
mod index;
mod life;
mod model;
mod quote;
mod rng;
mod run;
mod stage;

pub use chain::{Chain, TicketKey};
pub use coverage::{Counts, Coverage};
pub use index::{Index, Known};
pub use life::Life;
pub use quote::{Signed, Terms};
pub use run::{Config, Report, beginning, replay, run, shrink};
pub use stage::Stage;

/// Instructions that every run must see land: a fuzz that no longer reaches one is blind there.
pub const REACHED: &[&str] = &[
    "breaker::guardian_raise",
    "breaker::guardians_set",
    "breaker::heartbeat",
    "breaker::insurance_mark",
    "breaker::level_relax",
    "breaker::level_set",
    "breaker::limits_apply",
    "breaker::limits_set",
    "breaker::market_level_relax",
    "breaker::market_raise",
    "breaker::market_relax",
    "breaker::monitors_set",
    "breaker::relax",
    "breaker::ticket_claim",
    "breaker::trip_deviation",
    "breaker::trip_heartbeat",
    "breaker::trip_oi",
    "breaker::trip_restart",
    "breaker::trip_severity",
    "margin::account_close",
    "margin::account_deposit",
    "margin::account_open",
    "margin::account_refresh",
    "margin::account_settle",
    "margin::account_transfer",
    "margin::account_withdraw",
    "margin::authority_set",
    "margin::base_auction_bid",
    "margin::delegate_set",
    "margin::expiry_close",
    "margin::expiry_create",
    "margin::expiry_settle",
    "margin::fees_sweep",
    "margin::index_haircut",
    "margin::insurance_claim",
    "margin::insurance_draw",
    "margin::insurance_stake",
    "margin::insurance_unstake",
    "margin::liquidation_bid",
    "margin::liquidation_finish",
    "margin::liquidation_start",
    "margin::market_apply",
    "margin::market_delist",
    "margin::market_update",
    "margin::mode_set",
    "margin::nonce_bump",
    "margin::position_unwrap",
    "margin::position_wrap",
    "margin::quote_cancel",
    "margin::quote_fill",
    "margin::quote_post",
    "margin::quote_state_close",
    "margin::series_write",
    "margin::series_write_wrapped",
    "margin::ticket_cancel",
    "margin::version_view",
    "margin::view_margin",
    "margin::wrapped_close",
    "margin::wrapped_open",
    "margin::wrapped_redeem",
    "oracle::feed_refresh",
    "vault::auction_clear",
    "vault::auction_open",
    "vault::bid_commit",
    "vault::bid_refund",
    "vault::bid_reveal",
    "vault::bid_settle",
    "vault::bid_settle_wrapped",
    "vault::deposit",
    "vault::deposit_cancel",
    "vault::deposit_claim",
    "vault::epoch_turn",
    "vault::fee_claim",
    "vault::mandate_apply",
    "vault::mandate_set",
    "vault::withdraw_cancel",
    "vault::withdraw_claim",
    "vault::withdraw_request",
];

/// How often each of these must land, or be seen, in 200,000 actions.
pub const LEAST: u64 = 20;

/// Those of which another number must land: what a life sees once at most, and what the lives are for.
pub const LEAST_OF: &[(&str, u64)] = &[
    ("haircut_beside_escrow", 40),
    ("margin::index_haircut", 40),
    ("margin::insurance_draw", 30),
    ("margin::market_delist", 5),
    ("tokens_forfeited", 10),
    ("vault::bid_settle_wrapped", 100),
];

/// What must be seen beside instructions that land.
pub const SEEN: &[&str] = &[
    // A haircut while a vault owes quote to bidders, to those who wait or to those who have left.
    "haircut_beside_escrow",
    // An auction of less than what the whole of a vault's holdings would cover.
    "part_offered",
    "tokens_delivered",
    // The bidder's wallet took nothing, and the premium was due all the same.
    "tokens_forfeited",
    "worlds::reordered",
    "worlds::rescued",
];

/// What is hardly ever refused here: it reads, is refused at one level only, or is the oracle's, or is not asked for before its time. Other
/// suites do.
pub const UNREFUSED: &[&str] = &[
    "margin::account_refresh",
    "margin::version_view",
    "margin::view_margin",
    "oracle::feed_refresh",
    "vault::auction_clear",
];
