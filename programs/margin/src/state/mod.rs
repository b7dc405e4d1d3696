//! The program's accounts: layouts from `abi` under Anchor's attribute, and the changes they go through.
//!
//! No instruction derives the address of an account it only reads or changes: nothing but this program can own an account with these
//! discriminators, each is created at its PDA and nowhere else, and the links between them (`market`, `owner`) are compared.
use crate::errors::MarginError;
use anchor_lang::prelude::*;

mod account;
mod balance;
mod change;
mod expiry;
mod fund;
mod ledger;
mod liquidation;
mod market;
mod portfolio;
mod quote;
mod wrapped;

pub use account::{Earlier, PositionChange};
pub use expiry::{kind_byte, Series};
pub use ledger::{SlicePayment, Token};
pub use liquidation::{SliceBalances, PHASE_INSOLVENT};
pub use wrapped::{less, long, WrappedTerms};

abi::config_layout!(#[account]);
abi::portfolio_params_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::market_terms_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::market_change_layout!(#[account]);
abi::market_layout!(#[account]);
abi::expiry_layout!(#[account]);
abi::position_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::margin_account_layout!(#[account]);
abi::quote_state_layout!(#[account]);
abi::posted_quote_layout!(#[account]);
abi::wrapped_layout!(#[account]);
abi::liquidation_layout!(#[account]);
abi::fund_layout!(#[account]);
abi::stake_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

impl Config {
    /// Counts a root: an account under which others are counted.
    pub fn root_opened(&mut self) -> Result<()> {
        self.roots = self.roots.get().checked_add(1).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }
}
/// A margin account's: the release after this one writes where its positions stand.
pub const ACCOUNT_VERSION: u8 = if cfg!(feature = "next") { policy::migration::ACCOUNT_VERSION } else { VERSION };
