//! Switchboard on-demand `PullFeedAccountData` accounts, read in place at fixed offsets.

use crate::Address;

/// Bytes of the account.
pub const PULL_FEED_LEN: usize = 3_208;
/// Decimal places of value, deviation and range.
pub const DECIMALS: u8 = 18;
const DISCRIMINATOR: [u8; 8] = [0xc4, 0x1b, 0x6c, 0xc4, 0x0a, 0xd7, 0xdb, 0x28];

/// The fields the oracle uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullFeed {
    /// The queue whose oracles sign.
    pub queue: Address,
    /// Hash of the feed's definition: another hash is another feed.
    pub feed_hash: [u8; 32],
    pub updated_unix_s: i64,
    /// Value, standard deviation and range over the samples, times 1e18.
    pub value: i128,
    pub deviation: i128,
    pub range: i128,
    pub samples: u8,
    /// Slot of the result.
    pub slot: u64,
    /// Earliest slot of a sample in it.
    pub min_slot: u64,
    /// Slots for which the feed's owner lets a result stand.
    pub max_staleness_slots: u32,
}

/// Why bytes are not a usable pull feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchboardError {
    WrongLength,
    WrongDiscriminator,
    /// The feed's owner may write values without any oracle.
    WritableByAuthority,
}

/// Parses an account's data; the caller has checked owner and address.
pub fn pull_feed(data: &[u8]) -> Result<PullFeed, SwitchboardError> {
    if data.len() != PULL_FEED_LEN {
        return Err(SwitchboardError::WrongLength);
    }
    if array(data, 0)? != DISCRIMINATOR {
        return Err(SwitchboardError::WrongDiscriminator);
    }
    if data.get(2213) != Some(&0) {
        return Err(SwitchboardError::WritableByAuthority);
    }
    let [samples] = array(data, 2360)?;
    Ok(PullFeed {
        queue: array(data, 2088)?,
        feed_hash: array(data, 2120)?,
        updated_unix_s: i64::from_le_bytes(array(data, 2216)?),
        // Not aligned to sixteen bytes: read as bytes.
        value: i128::from_le_bytes(array(data, 2264)?),
        deviation: i128::from_le_bytes(array(data, 2280)?),
        range: i128::from_le_bytes(array(data, 2312)?),
        samples,
        slot: u64::from_le_bytes(array(data, 2368)?),
        min_slot: u64::from_le_bytes(array(data, 2376)?),
        max_staleness_slots: u32::from_le_bytes(array(data, 2392)?),
    })
}

/// The bytes of an account that holds `feed`: what fixtures and local networks write. Mean, least and largest value are the value.
pub fn pull_feed_bytes(feed: &PullFeed) -> [u8; PULL_FEED_LEN] {
    let mut data = [0; PULL_FEED_LEN];
    let fields: [(usize, &[u8]); 14] = [
        (0, &DISCRIMINATOR),
        (2088, &feed.queue),
        (2120, &feed.feed_hash),
        (2216, &feed.updated_unix_s.to_le_bytes()),
        (2264, &feed.value.to_le_bytes()),
        (2280, &feed.deviation.to_le_bytes()),
        (2296, &feed.value.to_le_bytes()),
        (2312, &feed.range.to_le_bytes()),
        (2328, &feed.value.to_le_bytes()),
        (2344, &feed.value.to_le_bytes()),
        (2360, &[feed.samples]),
        (2368, &feed.slot.to_le_bytes()),
        (2376, &feed.min_slot.to_le_bytes()),
        (2392, &feed.max_staleness_slots.to_le_bytes()),
    ];
    for (at, bytes) in fields {
        // BOUND: the offsets and lengths are the constants above, all inside the array.
        if let Some(target) = data.get_mut(at..at.saturating_add(bytes.len())) {
            target.copy_from_slice(bytes);
        }
    }
    data
}

fn array<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], SwitchboardError> {
    data.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or(SwitchboardError::WrongLength)
}
