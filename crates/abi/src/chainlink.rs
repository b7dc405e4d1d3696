//! Chainlink feed accounts (header and one live round), read in place at fixed offsets.

/// Least bytes of the account: the header and one round. What follows is history, which is not read.
pub const FEED_LEN_MIN: usize = 248;
/// Layout version of the header.
pub const VERSION: u8 = 2;
/// Rounds the live part must hold: with more, the newest is not at a fixed place.
pub const LIVE_LENGTH: u32 = 1;
const DISCRIMINATOR: [u8; 8] = [0x60, 0xb3, 0x45, 0x42, 0x80, 0x81, 0x49, 0x75];

/// The fields the oracle uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// The feed's description, padded with zeros: its identity besides the address.
    pub description: [u8; 32],
    /// Decimal places of the answer.
    pub decimals: u8,
    pub slot: u64,
    pub timestamp_unix_s: u32,
    pub answer: i128,
}

/// Why bytes are not a usable feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainlinkError {
    WrongLength,
    WrongDiscriminator,
    WrongVersion,
    /// Not the one live round: several, or none yet.
    WrongLiveLength,
}

/// Parses an account's data; the caller has checked owner and address.
pub fn round(data: &[u8]) -> Result<Round, ChainlinkError> {
    if data.len() < FEED_LEN_MIN {
        return Err(ChainlinkError::WrongLength);
    }
    if array(data, 0)? != DISCRIMINATOR {
        return Err(ChainlinkError::WrongDiscriminator);
    }
    if data.get(8) != Some(&VERSION) {
        return Err(ChainlinkError::WrongVersion);
    }
    // Room for one round, and a first round has been written.
    if u32::from_le_bytes(array(data, 148)?) != LIVE_LENGTH || u32::from_le_bytes(array(data, 143)?) == 0 {
        return Err(ChainlinkError::WrongLiveLength);
    }
    let [decimals] = array(data, 138)?;
    Ok(Round {
        description: array(data, 106)?,
        decimals,
        slot: u64::from_le_bytes(array(data, 200)?),
        timestamp_unix_s: u32::from_le_bytes(array(data, 208)?),
        // Not aligned to sixteen bytes: read as bytes.
        answer: i128::from_le_bytes(array(data, 216)?),
    })
}

/// The bytes of an account that holds `round` and no history: what fixtures and local networks write.
pub fn round_bytes(round: &Round) -> [u8; FEED_LEN_MIN] {
    let mut data = [0; FEED_LEN_MIN];
    let fields: [(usize, &[u8]); 9] = [
        (0, &DISCRIMINATOR),
        (8, &[VERSION]),
        (106, &round.description),
        (138, &[round.decimals]),
        // The id of the latest round: any but 0, which would mean that there is none.
        (143, &1_u32.to_le_bytes()),
        (148, &LIVE_LENGTH.to_le_bytes()),
        (200, &round.slot.to_le_bytes()),
        (208, &round.timestamp_unix_s.to_le_bytes()),
        (216, &round.answer.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        // BOUND: the offsets and lengths are the constants above, all inside the array.
        if let Some(target) = data.get_mut(at..at.saturating_add(bytes.len())) {
            target.copy_from_slice(bytes);
        }
    }
    data
}

fn array<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], ChainlinkError> {
    data.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or(ChainlinkError::WrongLength)
}
