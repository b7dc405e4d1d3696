//! Random inputs, the same in every run: markets in which every library has an answer.

use super::kinds::{INPUTS, input};
use pricing::{Terms, price};
use units::{PriceE6, VolE9};

/// SplitMix64 (Steele, Lea, Flood 2014): any generator would do.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }
}

/// Forwards 10..2,000, strikes 0.6..1.6 forwards, 20..200 %, 1 day..1 year; reals -4..4 for functions of any sign, 0.01..8 for others.
pub fn random(count: usize, label: &str) -> Vec<[u64; INPUTS]> {
    let mut random = Random(7);
    let mut drawn = Vec::with_capacity(count);
    while drawn.len() < count {
        let mut inputs = [0; INPUTS];
        let forward = random.between(10_000_000, 2_000_000_000);
        let terms = Terms {
            forward: PriceE6(forward),
            strike: PriceE6(forward / 1_000 * random.between(600, 1_600)),
            vol: VolE9(random.between(200_000_000, 2_000_000_000)),
            seconds: random.between(86_400, 31_536_000),
        };
        let sign = matches!(label, "exp" | "normal cdf" | "normal pdf") && random.next() & 1 == 1;
        let real = random.between(1 << 31, 4 << 38).cast_signed();
        let Ok(quote) = price(&terms) else { continue };
        // A premium from which every solver can find the volatility again.
        if quote.call.0.min(quote.put.0) < forward * 1_000 {
            continue;
        }
        inputs[input::FORWARD] = forward;
        inputs[input::STRIKE] = terms.strike.0;
        inputs[input::VOL] = terms.vol.0;
        inputs[input::SECONDS] = terms.seconds;
        inputs[input::PREMIUM] = quote.call.0;
        inputs[input::REAL] = if sign { -real } else { real }.cast_unsigned();
        drawn.push(inputs);
    }
    drawn
}
