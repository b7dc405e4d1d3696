//! The true price, and three sources that publish it byte for byte, each with its own pace, noise and faults.

use super::scenario::{Chapter, Fault};
use abi::{
    chainlink, oracle,
    pyth::{self, PriceUpdate},
    switchboard::{self, PullFeed},
};

pub const KINDS: [u8; 3] = [oracle::SOURCE_PYTH, oracle::SOURCE_SWITCHBOARD, oracle::SOURCE_CHAINLINK];
/// What each source is pinned to.
pub const FEED_IDS: [[u8; 32]; 3] = [[1; 32], [2; 32], [3; 32]];
const QUEUE: [u8; 32] = [4; 32];
const OTHER_FEED: [u8; 32] = [9; 32];
const DECIMALS: u8 = 8;
/// Seconds between publications, and the widest noise around the truth in thousandths of a basis point.
const PACE_S: [i64; 3] = [1, 3, 6];
const NOISE_MBPS: [i64; 3] = [4_000, 5_000, 20_000];
/// What they claim: Pyth's confidence and Switchboard's deviation, in basis points.
const DOUBT_BPS: [u64; 3] = [5, 6, 0];
/// A year's volatility of 80 % is about 1.4 basis points a second.
const STEP_MBPS: i64 = 1_424;
const CRASH_S: i64 = 20;
/// Slots in ten seconds.
const SLOTS_IN_TEN_S: i64 = 25;

/// Deterministic numbers.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// True once in `parts` rolls.
    pub fn once_in(&mut self, parts: u64) -> bool {
        self.roll().is_multiple_of(parts)
    }

    /// Evenly in -`reach`..=`reach`.
    fn even(&mut self, reach: i64) -> i64 {
        i64::try_from(self.roll() % (2 * reach.unsigned_abs() + 1)).unwrap() - reach
    }

    /// About normal, of this deviation: twelve even numbers have a variance of a twelfth of a width squared each.
    fn normal(&mut self, deviation: i64) -> i64 {
        (0..12).map(|_| self.even(deviation / 2)).sum()
    }
}

/// One publication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Print {
    pub price_e6: u64,
    pub doubt_bps: u64,
    pub unix_s: i64,
    pub slot: u64,
}

/// A source's account and what it published of late.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub bytes: Vec<u8>,
    prints: Vec<Print>,
    last_s: i64,
}

/// Everything outside the feed.
pub struct Market {
    pub start_unix_s: i64,
    pub start_slot: u64,
    pub price_e6: u64,
    pub sources: [Source; 3],
    /// Seconds that the cluster has stood still so far.
    halted_s: i64,
    dice: Dice,
}

impl Market {
    pub fn new(seed: u64, price_e6: u64, start_unix_s: i64, start_slot: u64) -> Self {
        let sources = [0; 3].map(|_: u8| Source { last_s: i64::MIN, ..Source::default() });
        Self { start_unix_s, start_slot, price_e6, sources, halted_s: 0, dice: Dice::new(seed) }
    }

    pub const fn unix_s(&self, at_s: i64) -> i64 {
        self.start_unix_s + at_s
    }

    pub fn slot(&self, at_s: i64) -> u64 {
        self.start_slot + u64::try_from((at_s - self.halted_s) * SLOTS_IN_TEN_S / 10).unwrap()
    }

    /// A second without a cluster: the price moves, nothing is published.
    pub fn halt(&mut self, at_s: i64, chapter: &Chapter) {
        self.halted_s += 1;
        self.move_price(at_s, chapter);
    }

    /// Brings price and accounts to second `at_s`.
    pub fn step(&mut self, at_s: i64, chapter: &Chapter) {
        self.move_price(at_s, chapter);
        let active = at_s >= chapter.from_s && at_s < chapter.to_s;
        for source in 0..3 {
            let fault = chapter.faults[source].filter(|_| active);
            self.publish(source, at_s, fault);
        }
    }

    fn move_price(&mut self, at_s: i64, chapter: &Chapter) {
        let crashing = chapter.market_bps != 0 && (0..CRASH_S).contains(&(at_s - chapter.from_s));
        let crash = if crashing { chapter.market_bps * 1_000 / CRASH_S } else { 0 };
        self.price_e6 = moved(self.price_e6, self.dice.normal(STEP_MBPS) + crash);
    }

    fn publish(&mut self, source: usize, at_s: i64, fault: Option<Fault>) {
        let noise = self.dice.even(NOISE_MBPS[source]);
        let pace_s = if let Some(Fault::Slow(seconds)) = fault { seconds } else { PACE_S[source] };
        let due = at_s.saturating_sub(self.sources[source].last_s) >= pace_s;
        let print = Print {
            price_e6: moved(self.price_e6, noise),
            doubt_bps: DOUBT_BPS[source],
            unix_s: self.unix_s(at_s),
            slot: self.slot(at_s),
        };
        let print = match fault {
            Some(Fault::Silent) => return,
            // The same price and time, posted again.
            Some(Fault::Frozen) => Print { slot: print.slot, ..self.sources[source].latest() },
            Some(Fault::Reordered) if at_s % 2 == 0 => self.sources[source].prints[0],
            Some(Fault::Reordered) => return self.write(source, self.sources[source].latest(), FEED_IDS[source]),
            _ if !due => return,
            Some(Fault::Lie(bps)) => Print { price_e6: moved(print.price_e6, bps * 1_000), ..print },
            // Both kinds that can say so claim twice their doubt or a little more.
            Some(Fault::Wide(bps)) => Print { doubt_bps: bps / 2, ..print },
            Some(Fault::Ahead(seconds)) => Print { unix_s: print.unix_s + seconds, ..print },
            Some(Fault::Closed) => return self.sources[source].bytes.clear(),
            Some(Fault::Swapped) => return self.write(source, print, OTHER_FEED),
            Some(Fault::Slow(_)) | None => print,
        };
        if !matches!(fault, Some(Fault::Frozen | Fault::Reordered)) {
            self.sources[source].remember(print, at_s);
        }
        self.write(source, print, FEED_IDS[source]);
    }

    fn write(&mut self, source: usize, print: Print, feed_id: [u8; 32]) {
        self.sources[source].bytes = bytes(KINDS[source], &print, feed_id);
    }

    /// After a fault everybody publishes at once.
    pub fn resume(&mut self) {
        for source in &mut self.sources {
            source.last_s = i64::MIN;
        }
    }
}

impl Source {
    fn latest(&self) -> Print {
        self.prints.last().copied().unwrap_or_default()
    }

    /// Keeps what was published in about the last half minute, so that old publications can come back.
    fn remember(&mut self, print: Print, at_s: i64) {
        const KEPT: usize = 6;
        self.last_s = at_s;
        self.prints.push(print);
        if self.prints.len() > KEPT {
            self.prints.remove(0);
        }
    }
}

fn bytes(kind: u8, print: &Print, feed_id: [u8; 32]) -> Vec<u8> {
    let Print { price_e6, doubt_bps, unix_s, slot } = *print;
    let e8 = price_e6 * 100;
    match kind {
        oracle::SOURCE_PYTH => {
            let (price, confidence) = (i64::try_from(e8).unwrap(), e8 * doubt_bps / 10_000);
            let update = PriceUpdate {
                write_authority: [7; 32],
                feed_id,
                price,
                confidence,
                exponent: -8,
                published_unix_s: unix_s,
                previous_published_unix_s: unix_s - 1,
                ema_price: price,
                ema_confidence: confidence,
                posted_slot: slot,
            };
            pyth::price_update_bytes(&update).to_vec()
        }
        oracle::SOURCE_SWITCHBOARD => {
            let value = i128::from(price_e6) * 1_000_000_000_000;
            let deviation = value * i128::from(doubt_bps) / 10_000;
            let feed = PullFeed {
                queue: QUEUE,
                feed_hash: feed_id,
                updated_unix_s: unix_s,
                value,
                deviation,
                range: deviation * 2,
                samples: 2,
                slot,
                min_slot: slot,
                max_staleness_slots: 250,
            };
            switchboard::pull_feed_bytes(&feed).to_vec()
        }
        _ => {
            let timestamp_unix_s = u32::try_from(unix_s).unwrap();
            let round = chainlink::Round {
                description: feed_id,
                decimals: DECIMALS,
                slot,
                timestamp_unix_s,
                answer: e8.into(),
            };
            chainlink::round_bytes(&round).to_vec()
        }
    }
}

/// What a pin carries besides the feed's id.
pub fn scope(source: usize) -> [u8; 32] {
    match KINDS[source] {
        oracle::SOURCE_SWITCHBOARD => QUEUE,
        oracle::SOURCE_CHAINLINK => std::array::from_fn(|at| if at == 0 { DECIMALS } else { 0 }),
        _ => [0; 32],
    }
}

/// `price` moved by thousandths of a basis point.
fn moved(price_e6: u64, mbps: i64) -> u64 {
    let factor = u64::try_from(10_000_000 + mbps).unwrap();
    u64::try_from(u128::from(price_e6) * u128::from(factor) / 10_000_000).unwrap()
}
