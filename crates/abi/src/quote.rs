//! The message a maker signs or posts: domain-separated by program, cluster and market, fixed little-endian layout.
//!
//! A quote is for packages: one package is `ratio` lots of every leg, and is taken whole or not at all.

use crate::{Address, PodI64, PodU16, PodU64};
use bytemuck::{Pod, Zeroable};

/// First bytes of every quote message.
pub const QUOTE_DOMAIN: [u8; 16] = *b"bastion:quote:v2";
/// Legs a quote can carry, at most.
pub const MAX_LEGS: usize = 8;
/// `QuoteLeg::side`, from the maker's view.
pub const SIDE_BUY: u8 = 0;
pub const SIDE_SELL: u8 = 1;

/// Everything of a quote but its legs.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct QuoteHeader {
    pub domain: [u8; 16],
    /// The margin program.
    pub program: Address,
    /// Genesis hash as stored in the market.
    pub genesis_hash: [u8; 32],
    pub market: Address,
    pub maker_account: Address,
    pub nonce: PodU64,
    /// Most packages filled over the quote's life.
    pub max_packages: PodU64,
    /// Least packages taken by one fill.
    pub min_fill_packages: PodU64,
    /// Last slot in which the quote fills.
    pub expiry_slot: PodU64,
    pub leg_count: u8,
    pub reserved: [u8; 7],
}

/// One leg of a quote.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct QuoteLeg {
    pub expiry_unix_s: PodI64,
    pub strike_e6: PodU64,
    /// Premium for one whole unit of the underlying.
    pub price_e6: PodU64,
    /// 1 call, 2 put.
    pub kind: u8,
    /// 0 the maker buys, 1 the maker sells.
    pub side: u8,
    /// Lots of this leg in one package; not 0.
    pub ratio: PodU16,
    pub reserved: [u8; 4],
}

/// Bytes of a header and of a leg.
pub const HEADER_LEN: usize = size_of::<QuoteHeader>();
pub const LEG_LEN: usize = size_of::<QuoteLeg>();
/// Bytes of the longest message.
pub const MESSAGE_MAX: usize = 440;
const _: () = assert!(HEADER_LEN == 184 && LEG_LEN == 32 && MESSAGE_MAX == HEADER_LEN + MAX_LEGS * LEG_LEN);

/// Why bytes are not a quote message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteError {
    /// The length is not that of a header and its legs.
    WrongLength,
    /// The first bytes are of another kind of message.
    WrongDomain,
    /// No legs, more than eight, or another number than the header says.
    WrongLegCount,
    /// Reserved bytes must be zero.
    ReservedNotZero,
}

/// Parses a signed message in place.
pub fn parse(message: &[u8]) -> Result<(&QuoteHeader, &[QuoteLeg]), QuoteError> {
    let (header, legs) = message.split_at_checked(HEADER_LEN).ok_or(QuoteError::WrongLength)?;
    let header: &QuoteHeader = bytemuck::try_from_bytes(header).map_err(|_| QuoteError::WrongLength)?;
    if header.domain != QUOTE_DOMAIN {
        return Err(QuoteError::WrongDomain);
    }
    let legs: &[QuoteLeg] = bytemuck::try_cast_slice(legs).map_err(|_| QuoteError::WrongLength)?;
    if usize::from(header.leg_count) != legs.len() || legs.is_empty() || legs.len() > MAX_LEGS {
        return Err(QuoteError::WrongLegCount);
    }
    if header.reserved != [0; 7] || legs.iter().any(|leg| leg.reserved != [0; 4]) {
        return Err(QuoteError::ReservedNotZero);
    }
    Ok((header, legs))
}
