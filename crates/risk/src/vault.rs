//! Option vaults: what a mandate offers, what an auction sells, and what a share is worth.
//!
//! Nobody has discretion: strike, size and reserve price follow from the mandate, the listed strikes, the surface and the feed.
//! Source: vault design. Domain: as each function says; any integers have an answer or a reason. Error: less than one lot, atom or share,
//! on the vault's side.
//! ROUNDING: lots on offer, fills, shares minted and payouts round down; reserve prices, premiums, bonds and cover round up. Dust stays with
//! the vault.

mod auction;
mod mandate;
mod offer;
mod shares;
mod turn;

pub use auction::{BIDS, BOND_BPS, Clearing, Entry, Fill, LOTS_MAX, bid_lots_min, bond_ceil, clear, escrow_ceil};
pub use mandate::{EPOCH_S_MAX, Mandate, MandateError, VaultKind, expiry_fits};
pub use offer::{Offer, OfferError, Sight, Unit, cover_ceil, offered_lots_floor};
pub use shares::{E12, VIRTUAL_ASSETS, VIRTUAL_SHARES, share_price_e12, shares_floor};
pub use turn::{Holdings, Queue, Turn, TurnError, turn};

#[cfg(test)]
mod tests;
