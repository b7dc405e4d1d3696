//! Sealed bids, one price: everybody who is served pays the lowest accepted price.
//!
//! Bids above the clearing price are filled whole, bids at it in proportion to their lots, rounded down; what that leaves stays unsold.
//! The result does not depend on the order of the bids.

use core::cmp::Reverse;
use units::{BPS, PriceE6, QuoteAtoms, mul_div_ceil, mul_div_floor};

/// Bids of one auction, at most. Each is for at least a 64th of the offer, so that a full book has asked for all of it.
pub const BIDS: usize = 64;
/// Most lots of an offer and of a bid: the protocol's bound on any position.
pub const LOTS_MAX: u64 = 1_000_000_000;
/// What an unrevealed bid loses of its escrow.
pub const BOND_BPS: u64 = 1_000;

/// One bid of the book; unrevealed while the price is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub lots: u64,
    pub price: PriceE6,
}

/// How an auction ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clearing {
    /// What everybody served pays a unit; zero if nothing was sold.
    pub price: PriceE6,
    /// Lots that bids at that price asked for, and lots left for them.
    pub marginal_lots: u64,
    pub marginal_fill_lots: u64,
    /// Sum of all fills.
    pub sold_lots: u64,
}

/// What becomes of one bid. INVARIANT(V-4): premium + refund = escrow, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    pub lots: u64,
    pub premium: u64,
    pub refund: u64,
}

/// Fewest lots of one bid.
pub const fn bid_lots_min(offered_lots: u64) -> u64 {
    let least = offered_lots.div_ceil(BIDS as u64);
    if least == 0 { 1 } else { least }
}

/// The flat escrow of a bid for `lots`, rounded up. `None` beyond 63 bits or without lots to a unit.
pub fn escrow_ceil(escrow: PriceE6, lots: u64, lots_per_unit: u32) -> Option<u64> {
    let QuoteAtoms(atoms) = escrow.premium_ceil(lots, lots_per_unit)?;
    u64::try_from(atoms).ok()
}

/// What an unrevealed bid leaves to the vault of its escrow, rounded up.
pub fn bond_ceil(escrow_atoms: u64) -> u64 {
    // BOUND: a tenth of 64 bits.
    mul_div_ceil(escrow_atoms, BOND_BPS, BPS).unwrap_or(escrow_atoms).min(escrow_atoms)
}

/// Clears a book; sorts it by price. Unrevealed bids and bids below `reserve` count for nothing.
pub fn clear(book: &mut [Entry], offered_lots: u64, reserve: PriceE6) -> Clearing {
    book.sort_unstable_by_key(|entry| Reverse(entry.price));
    let mut clearing = Clearing::default();
    let mut above = 0u64;
    for entry in book.iter().take_while(|entry| entry.price >= reserve && entry.price > PriceE6::ZERO) {
        if entry.price != clearing.price {
            // Everything so far is above this price.
            above = above.saturating_add(clearing.marginal_lots);
            if above >= offered_lots {
                break;
            }
            clearing.price = entry.price;
            clearing.marginal_lots = 0;
        }
        clearing.marginal_lots = clearing.marginal_lots.saturating_add(entry.lots);
        clearing.marginal_fill_lots = offered_lots.saturating_sub(above).min(clearing.marginal_lots);
    }
    let fills = book.iter().map(|entry| clearing.fill_lots_floor(entry));
    clearing.sold_lots = fills.fold(0, u64::saturating_add);
    clearing
}

impl Clearing {
    /// Lots that a bid gets.
    pub fn fill_lots_floor(&self, entry: &Entry) -> u64 {
        if self.price == PriceE6::ZERO || entry.price < self.price {
            return 0;
        }
        if entry.price > self.price {
            return entry.lots;
        }
        // BOUND: the fill is at most the sum, which holds this bid's lots, so the quotient is at most the bid's.
        mul_div_floor(entry.lots, self.marginal_fill_lots, self.marginal_lots).unwrap_or(0)
    }

    /// Splits the escrow of a revealed bid. `None` if the escrow does not cover the premium, which `escrow_ceil` rules out.
    pub fn fill(&self, entry: &Entry, escrow_atoms: u64, lots_per_unit: u32) -> Option<Fill> {
        let lots = self.fill_lots_floor(entry);
        let premium = u64::try_from(self.price.premium_ceil(lots, lots_per_unit)?.0).ok()?;
        Some(Fill { lots, premium, refund: escrow_atoms.checked_sub(premium)? })
    }
}
