//! Local networks only: moves the price and has the mock write it into all sources, as publishers would, then refreshes the feed.
//!
//! The price walks at random around an anchor. It goes on from what the feed says, so a restart does not jump, and of two keepers each walks
//! on from where the other was. No public cluster has the mock: there, every write is refused.

use super::Period;
use super::feeds::refresh;
use crate::drive::{Ground, RunError, Task, TaskError};
use abi::oracle::{SOURCE_CHAINLINK, SOURCE_PYTH, SOURCE_SWITCHBOARD, Source};
use abi::{chainlink, pyth, switchboard};
use pricing::SECONDS_PER_YEAR;
use serde::Deserialize;
use services::market::View;
use services::{Account, keypair_load};
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::time::Duration;

/// The mock's write that stamps the cluster's time and slot.
const WRITE_STAMPED: u8 = 1;
/// Bytes of one write.
const WRITE_LEN: usize = 64;
/// How far each source is off the price, in hundredths of a basis point: none agrees with another to the atom.
const OFF_E6: [i64; 3] = [0, 400, -700];
/// Half width of what a source says, in parts of the price.
const DOUBT_PARTS: u64 = 2_000;
const MILLION: i128 = 1_000_000;
const BILLION: i128 = 1_000_000_000;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default = "period")]
    pub period_ms: Period,
    /// The key that the source accounts name as their writer.
    pub writer: PathBuf,
    /// The price that the walk comes back to, and its volatility a year.
    pub anchor_e6: u64,
    pub vol_e9: u64,
    /// How much of the way back to the anchor it goes in a second, in parts of a billion.
    #[serde(default)]
    pub pull_e9: u64,
}

const fn period() -> Period {
    Period::seconds(1)
}

pub struct Sources {
    settings: Settings,
    writer: Keypair,
    random: RandomState,
    rounds: u64,
}

impl Sources {
    pub fn new(settings: Settings) -> Result<Self, RunError> {
        let writer = keypair_load(&settings.writer)?;
        if settings.anchor_e6 == 0 || settings.vol_e9 > 5_000_000_000 {
            let reason = "anchor_e6 is at least 1, vol_e9 at most 5,000,000,000".to_owned();
            return Err(RunError::Settings { section: "localnet", reason });
        }
        Ok(Self { settings, writer, random: RandomState::new(), rounds: 0 })
    }

    /// Roughly normal with a deviation of one, in 1e-9: twelve uniform draws less six.
    fn normal_e9(&mut self) -> i128 {
        let draw = |at: u64| i128::from(self.random.hash_one((self.rounds, at)) % 1_000_000_001);
        let sum = (0..12).map(draw).fold(0, i128::saturating_add);
        self.rounds = self.rounds.saturating_add(1);
        sum.saturating_sub(6_000_000_000)
    }
}

impl Task for Sources {
    const NAME: &'static str = "localnet";

    fn period(&self) -> Duration {
        self.settings.period_ms.duration()
    }

    async fn round(&mut self, ground: &Ground, market: Pubkey) -> Result<(), TaskError> {
        let view = View::read(&ground.wallet.rpc, market).await?;
        let feed = &view.feed;
        let normal = self.normal_e9();
        let price = walk(&self.settings, feed.price_e6.get(), normal);
        let sources: Vec<_> = feed.sources.iter().take(feed.source_count.into()).collect();
        let keys: Vec<_> = sources.iter().map(|source| Pubkey::from(source.address)).collect();
        let accounts = ground.wallet.rpc.accounts(&keys).await?;
        let mut instructions = vec![];
        for ((source, account), off) in sources.iter().zip(&accounts).zip(OFF_E6) {
            let Some(account) = account else { continue };
            let says = parts(price, MILLION.saturating_add(off.into()));
            instructions.extend(publish(source, account, says, self.writer.pubkey()));
        }
        instructions.push(refresh(view.feed_address(), feed));
        ground.attempt("sources_publish", &instructions, &[&self.writer]).await?;
        Ok(())
    }
}

/// price x parts / 1e6.
fn parts(price: u64, parts_e6: i128) -> u64 {
    let product = i128::from(price).saturating_mul(parts_e6).checked_div(MILLION).unwrap_or_default();
    u64::try_from(product).unwrap_or_default()
}

/// The next price: a step of the walk, and some of the way back.
fn walk(settings: &Settings, price_e6: u64, normal_e9: i128) -> u64 {
    let Settings { anchor_e6, vol_e9, pull_e9, period_ms, .. } = settings;
    if price_e6 == 0 {
        return *anchor_e6;
    }
    let (price, anchor) = (i128::from(price_e6), i128::from(*anchor_e6));
    let millis = period_ms.duration().as_millis();
    let year_ms = u128::from(SECONDS_PER_YEAR).saturating_mul(1_000);
    let root = millis.saturating_mul(1_000_000_000_000_000_000).checked_div(year_ms).unwrap_or_default().isqrt();
    let root_e9 = i128::try_from(root).unwrap_or_default();
    let over = |value: i128| value.checked_div(BILLION).unwrap_or_default();
    let sigma_e9 = over(i128::from(*vol_e9).saturating_mul(root_e9));
    let step = over(over(price.saturating_mul(sigma_e9)).saturating_mul(normal_e9));
    let back_e9 = i128::from(*pull_e9).saturating_mul(i128::try_from(millis).unwrap_or_default()).checked_div(1_000);
    let back = over(anchor.saturating_sub(price).saturating_mul(back_e9.unwrap_or_default().min(BILLION)));
    let next = price.saturating_add(step).saturating_add(back);
    // Never further from the anchor than a factor of two: a walk of weeks must not leave the listed strikes for good.
    let low = anchor.checked_div(2).unwrap_or(1).max(1);
    u64::try_from(next.clamp(low, anchor.saturating_mul(2))).unwrap_or(*anchor_e6)
}

/// Writes that have a source's account say this price now. Nothing for an account that is not readable.
fn publish(source: &Source, account: &Account, price_e6: u64, writer: Pubkey) -> Vec<Instruction> {
    let Some(after) = publication(source, &account.data, price_e6) else { return vec![] };
    let address = Pubkey::from(source.address);
    let write = |offset: usize, bytes: &[u8]| {
        // The layouts are shorter than 2^16.
        let at = u16::try_from(offset).unwrap_or(u16::MAX).to_le_bytes();
        let accounts = vec![AccountMeta::new(address, false), AccountMeta::new_readonly(writer, true)];
        Instruction { program_id: account.owner, accounts, data: [&[WRITE_STAMPED], &at[..], bytes].concat() }
    };
    let mut writes = vec![];
    let chunks = account.data.chunks(WRITE_LEN).zip(after.chunks(WRITE_LEN));
    for (at, (old, new)) in chunks.enumerate() {
        let differs = |(old, new): (&u8, &u8)| old != new;
        let Some(first) = old.iter().zip(new).position(differs) else { continue };
        let last = old.iter().zip(new).rposition(differs).unwrap_or(first);
        writes.extend(
            new.get(first..=last).map(|bytes| write(at.saturating_mul(WRITE_LEN).saturating_add(first), bytes)),
        );
    }
    if writes.is_empty() {
        // The same price again is news all the same.
        writes.extend(after.get(..1).map(|bytes| write(0, bytes)));
    }
    writes
}

/// The account's bytes with another price; times and slots are the mock's to stamp.
fn publication(source: &Source, data: &[u8], price_e6: u64) -> Option<Vec<u8>> {
    let doubt_e6 = price_e6.checked_div(DOUBT_PARTS)?;
    let mut bytes = data.to_vec();
    match source.kind {
        SOURCE_PYTH => {
            let mut update = pyth::price_update(data).ok()?;
            let decimals = update.exponent.checked_neg()?;
            update.price = i64::try_from(scaled(price_e6, decimals)?).ok()?;
            update.confidence = u64::try_from(scaled(doubt_e6, decimals)?).ok()?;
            bytes.get_mut(..pyth::PRICE_UPDATE_LEN)?.copy_from_slice(&pyth::price_update_bytes(&update));
        }
        SOURCE_SWITCHBOARD => {
            let mut feed = switchboard::pull_feed(data).ok()?;
            let before = switchboard::pull_feed_bytes(&feed);
            feed.value = scaled(price_e6, switchboard::DECIMALS.into())?;
            feed.deviation = scaled(doubt_e6, switchboard::DECIMALS.into())?;
            feed.range = feed.deviation.checked_mul(2)?;
            keep(&mut bytes, data, &switchboard::pull_feed_bytes(&feed), &before);
        }
        SOURCE_CHAINLINK => {
            let mut round = chainlink::round(data).ok()?;
            let before = chainlink::round_bytes(&round);
            round.answer = scaled(price_e6, round.decimals.into())?;
            keep(&mut bytes, data, &chainlink::round_bytes(&round), &before);
        }
        _ => return None,
    }
    Some(bytes)
}

/// Takes over only what the new price changes: what a layout's writer does not know stays as it is.
fn keep(bytes: &mut [u8], data: &[u8], after: &[u8], before: &[u8]) {
    for (((byte, old), new), was) in bytes.iter_mut().zip(data).zip(after).zip(before) {
        *byte = if new == was { *old } else { *new };
    }
}

/// A price of six decimals in another number of them.
fn scaled(value_e6: u64, decimals: i32) -> Option<i128> {
    let shift = decimals.checked_sub(6)?;
    let power = 10i128.checked_pow(shift.unsigned_abs())?;
    let value = i128::from(value_e6);
    if shift >= 0 { value.checked_mul(power) } else { value.checked_div(power) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings() -> Settings {
        let period_ms = Period::seconds(1);
        Settings { period_ms, writer: PathBuf::new(), anchor_e6: 150_000_000, vol_e9: 650_000_000, pull_e9: 1_000_000 }
    }

    #[test]
    fn walk_steps_by_its_volatility_and_comes_back() {
        let settings = settings();
        assert_eq!(walk(&settings, 0, 0), 150_000_000, "a feed without a price begins at the anchor");
        // 150 x 0.65 x sqrt(1 s) = 0.01736.
        let step = walk(&settings, 150_000_000, 1_000_000_000) - 150_000_000;
        assert!((17_000..17_700).contains(&step), "{step}");
        assert_eq!(walk(&settings, 160_000_000, 0), 159_990_000, "a thousandth of the way");
        assert_eq!(walk(&settings, 1_000_000_000, 0), 300_000_000, "never beyond twice the anchor");
    }

    #[test]
    fn publication_changes_the_price_and_nothing_that_is_not_the_prices() {
        let update = pyth::PriceUpdate {
            write_authority: [1; 32],
            feed_id: [2; 32],
            price: 15_000_000_000,
            confidence: 1,
            exponent: -8,
            published_unix_s: 5,
            previous_published_unix_s: 4,
            ema_price: 3,
            ema_confidence: 2,
            posted_slot: 9,
        };
        let mut source: Source = source();
        source.kind = SOURCE_PYTH;
        let before = pyth::price_update_bytes(&update);
        let after = publication(&source, &before, 151_000_000).unwrap();
        let read = pyth::price_update(&after).unwrap();
        assert_eq!((read.price, read.confidence), (15_100_000_000, 7_550_000));
        assert_eq!(pyth::PriceUpdate { price: update.price, confidence: 1, ..read }, update);
        let account = Account { owner: Pubkey::new_from_array([3; 32]), lamports: 1, data: before.to_vec() };
        let writes = publish(&source, &account, 151_000_000, Pubkey::new_from_array([1; 32]));
        let mut data = before.to_vec();
        for write in &writes {
            let at = usize::from(u16::from_le_bytes([write.data[1], write.data[2]]));
            data[at..at + write.data.len() - 3].copy_from_slice(&write.data[3..]);
        }
        assert_eq!(data, after);
    }

    fn source() -> Source {
        abi::oracle::Source {
            kind: 0,
            refusal: 0,
            weight_bps: 0.into(),
            reserved: [0; 4],
            owner: [0; 32],
            address: [0; 32],
            feed_id: [0; 32],
            scope: [0; 32],
            published_unix_s: 0.into(),
            published_slot: 0.into(),
            price_e6: 0.into(),
            half_width_e6: 0.into(),
        }
    }

    proptest! {
        #[test]
        fn walk_stays_near_its_anchor(steps in prop::collection::vec(-6_000_000_000i128..6_000_000_000, 0..500)) {
            let settings = Settings { vol_e9: 5_000_000_000, ..settings() };
            let mut price = 0;
            for normal in steps {
                price = walk(&settings, price, normal);
                prop_assert!((75_000_000..=300_000_000).contains(&price));
            }
        }
    }
}
