//! Pyth `PriceUpdateV2` accounts, read in place at fixed offsets.

use crate::Address;

/// Bytes of the account.
pub const PRICE_UPDATE_LEN: usize = 134;
const DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];
/// Verification level "Full". A partial update shifts every later field by one byte, so it is refused, not parsed.
const FULL: u8 = 1;

/// The fields the oracle uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceUpdate {
    pub write_authority: Address,
    pub feed_id: [u8; 32],
    /// Price and confidence, times 10^exponent.
    pub price: i64,
    pub confidence: u64,
    pub exponent: i32,
    pub published_unix_s: i64,
    pub previous_published_unix_s: i64,
    pub ema_price: i64,
    pub ema_confidence: u64,
    pub posted_slot: u64,
}

/// Why bytes are not a usable price update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PythError {
    WrongLength,
    WrongDiscriminator,
    NotFullyVerified,
}

/// Parses an account's data; the caller has checked owner and address.
pub fn price_update(data: &[u8]) -> Result<PriceUpdate, PythError> {
    if data.len() != PRICE_UPDATE_LEN {
        return Err(PythError::WrongLength);
    }
    if array(data, 0)? != DISCRIMINATOR {
        return Err(PythError::WrongDiscriminator);
    }
    if data.get(40) != Some(&FULL) {
        return Err(PythError::NotFullyVerified);
    }
    Ok(PriceUpdate {
        write_authority: array(data, 8)?,
        feed_id: array(data, 41)?,
        price: i64::from_le_bytes(array(data, 73)?),
        confidence: u64::from_le_bytes(array(data, 81)?),
        exponent: i32::from_le_bytes(array(data, 89)?),
        published_unix_s: i64::from_le_bytes(array(data, 93)?),
        previous_published_unix_s: i64::from_le_bytes(array(data, 101)?),
        ema_price: i64::from_le_bytes(array(data, 109)?),
        ema_confidence: u64::from_le_bytes(array(data, 117)?),
        posted_slot: u64::from_le_bytes(array(data, 125)?),
    })
}

/// The bytes of an account that holds `update`, fully verified: what fixtures and local networks write.
pub fn price_update_bytes(update: &PriceUpdate) -> [u8; PRICE_UPDATE_LEN] {
    let mut data = [0; PRICE_UPDATE_LEN];
    let fields: [(usize, &[u8]); 12] = [
        (0, &DISCRIMINATOR),
        (8, &update.write_authority),
        (40, &[FULL]),
        (41, &update.feed_id),
        (73, &update.price.to_le_bytes()),
        (81, &update.confidence.to_le_bytes()),
        (89, &update.exponent.to_le_bytes()),
        (93, &update.published_unix_s.to_le_bytes()),
        (101, &update.previous_published_unix_s.to_le_bytes()),
        (109, &update.ema_price.to_le_bytes()),
        (117, &update.ema_confidence.to_le_bytes()),
        (125, &update.posted_slot.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        // BOUND: the offsets and lengths are the constants above, all inside the array.
        if let Some(target) = data.get_mut(at..at.saturating_add(bytes.len())) {
            target.copy_from_slice(bytes);
        }
    }
    data
}

fn array<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], PythError> {
    data.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or(PythError::WrongLength)
}
