//! What must hold of the protocol's accounts, as functions over their bytes.
//!
//! Nothing here runs a program or trusts one: a verifier collects accounts by whatever means, and asks. [`Books`] sums over all accounts
//! of a market, one by one, in any order; [`Market::check`] holds the market's own figures to those sums; [`step`] compares one
//! account before and after anything happened; [`value`] says what an account's margin is.
//!
//! ```
//! use invariants::{Account, Books, Scope};
//! let mut books = Books::new(Scope { market: [1; 32], custody: [2; 32] });
//! books.add(&Account { address: [3; 32], owner: abi::ids::MARGIN, data: &[] }).unwrap(); // counts for nothing: no layout
//! ```
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_wrap,
        clippy::indexing_slicing,
        clippy::integer_division,
        clippy::unwrap_used
    )
)]

mod account;
mod books;
mod fund;
mod market;
pub mod step;
pub mod value;
pub mod vaults;

pub use account::Account;
pub use books::{Books, BooksError, Scope, Series, SeriesSums};
pub use fund::{Fund, FundBooks, FundScope};
pub use market::{Market, Surplus};

use std::fmt;

/// A broken invariant: its ID in INVARIANTS.md, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub id: &'static str,
    pub what: String,
}

impl Broken {
    pub fn new(id: &'static str, what: impl Into<String>) -> Self {
        Self { id, what: what.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.what)
    }
}

impl std::error::Error for Broken {}

/// Fails with `what` unless `holds`.
fn require(holds: bool, id: &'static str, what: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::new(id, what())) }
}
