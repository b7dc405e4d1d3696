//! Vaults on the built programs: one module per instruction, and whole epochs.
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
mod fixture;
mod instructions;
mod matrix;
mod scenario_epoch;
mod sums;
mod vault_create;
