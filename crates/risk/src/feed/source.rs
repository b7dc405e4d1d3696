//! The three kinds of source behind one reading of an account's bytes.

use super::{Refusal, Sample};
use abi::chainlink::ChainlinkError;
use abi::pyth::PythError;
use abi::switchboard::SwitchboardError;
use abi::{Address, chainlink, oracle, pyth, switchboard};
use units::{Slot, UnixSeconds};

/// Half width over Pyth's confidence, in hundredths: a Laplace scale of which 2.12 covers 88 % of the mass.
const PYTH_HUNDREDTHS: u128 = 212;
/// Half width over Switchboard's standard deviation, in hundredths: 95 % of a normal; and over the range: half of it.
const DEVIATION_HUNDREDTHS: u128 = 196;
const RANGE_HUNDREDTHS: u128 = 50;
/// Chainlink publishes no measure of doubt: half a percent of the answer, which in hundredths of its unit is the answer over two.
const CHAINLINK_PARTS: u128 = 2;

/// What a feed is pinned to, besides the account's address and owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// `abi::oracle::SOURCE_...`.
    pub kind: u8,
    /// Pyth's feed id, Switchboard's feed hash, Chainlink's description.
    pub feed_id: [u8; 32],
    /// Switchboard's queue, Chainlink's decimals in the first byte, zeros for Pyth.
    pub scope: [u8; 32],
}

impl Pin {
    /// The kind of source that accounts of `owner` hold.
    pub fn kind_of(owner: &Address) -> Option<u8> {
        match *owner {
            abi::ids::PYTH_RECEIVER | abi::ids::PYTH_RECEIVER_2 => Some(oracle::SOURCE_PYTH),
            abi::ids::SWITCHBOARD => Some(oracle::SOURCE_SWITCHBOARD),
            abi::ids::CHAINLINK => Some(oracle::SOURCE_CHAINLINK),
            _ => None,
        }
    }
}

/// The publication in an account's bytes, and the pin that they carry. The caller has checked owner and address.
///
/// Errors: what is wrong with the bytes, each kind in its own words.
pub fn sample(kind: u8, data: &[u8]) -> Result<(Pin, Sample), Refusal> {
    match kind {
        oracle::SOURCE_PYTH => pyth(data),
        oracle::SOURCE_SWITCHBOARD => switchboard(data),
        oracle::SOURCE_CHAINLINK => chainlink(data),
        _ => Err(Refusal::Absent),
    }
}

impl Pin {
    /// Whether bytes that carry `found` are this pin's. Errors: `FeedIdMismatch`, `ScopeMismatch`.
    pub fn check(&self, found: &Self) -> Result<(), Refusal> {
        if self.feed_id != found.feed_id {
            return Err(Refusal::FeedIdMismatch);
        }
        if self.scope != found.scope {
            return Err(Refusal::ScopeMismatch);
        }
        Ok(())
    }
}

fn pyth(data: &[u8]) -> Result<(Pin, Sample), Refusal> {
    let update = pyth::price_update(data).map_err(|error| match error {
        PythError::WrongLength => Refusal::LengthWrong,
        PythError::WrongDiscriminator => Refusal::DiscriminatorWrong,
        PythError::NotFullyVerified => Refusal::NotFullyVerified,
    })?;
    if !(-12..=0).contains(&update.exponent) {
        return Err(Refusal::ExponentOutOfRange);
    }
    let sample = Sample {
        price: update.price.into(),
        decimals: update.exponent.saturating_neg(),
        half_width_hundredths: u128::from(update.confidence).saturating_mul(PYTH_HUNDREDTHS),
        published: UnixSeconds(update.published_unix_s),
        slot: Slot(update.posted_slot),
    };
    Ok((Pin { kind: oracle::SOURCE_PYTH, feed_id: update.feed_id, scope: [0; 32] }, sample))
}

fn switchboard(data: &[u8]) -> Result<(Pin, Sample), Refusal> {
    let feed = switchboard::pull_feed(data).map_err(|error| match error {
        SwitchboardError::WrongLength => Refusal::LengthWrong,
        SwitchboardError::WrongDiscriminator => Refusal::DiscriminatorWrong,
        SwitchboardError::WritableByAuthority => Refusal::WritableByAuthority,
    })?;
    if feed.samples == 0 {
        return Err(Refusal::NoSamples);
    }
    let deviation = feed.deviation.unsigned_abs().saturating_mul(DEVIATION_HUNDREDTHS);
    let range = feed.range.unsigned_abs().saturating_mul(RANGE_HUNDREDTHS);
    let sample = Sample {
        price: feed.value,
        decimals: switchboard::DECIMALS.into(),
        half_width_hundredths: deviation.max(range),
        published: UnixSeconds(feed.updated_unix_s),
        slot: Slot(feed.slot),
    };
    Ok((Pin { kind: oracle::SOURCE_SWITCHBOARD, feed_id: feed.feed_hash, scope: feed.queue }, sample))
}

fn chainlink(data: &[u8]) -> Result<(Pin, Sample), Refusal> {
    let round = chainlink::round(data).map_err(|error| match error {
        ChainlinkError::WrongLength => Refusal::LengthWrong,
        ChainlinkError::WrongDiscriminator => Refusal::DiscriminatorWrong,
        ChainlinkError::WrongVersion => Refusal::VersionWrong,
        ChainlinkError::WrongLiveLength => Refusal::LiveLengthWrong,
    })?;
    let mut scope = [0; 32];
    if let Some(first) = scope.first_mut() {
        *first = round.decimals;
    }
    let sample = Sample {
        price: round.answer,
        decimals: round.decimals.into(),
        half_width_hundredths: round.answer.unsigned_abs().div_ceil(CHAINLINK_PARTS),
        published: UnixSeconds(round.timestamp_unix_s.into()),
        slot: Slot(round.slot),
    };
    Ok((Pin { kind: oracle::SOURCE_CHAINLINK, feed_id: round.description, scope }, sample))
}
