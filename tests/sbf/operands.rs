//! Corner operands, and random ones of every width.

/// SplitMix64: the same operands in every run.
pub struct Operands(u64);

impl Operands {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Small numbers, and the neighbours of the powers of two at which some
    /// type begins, ends or changes sign; each with its complement, so that
    /// minus one and the smallest value of every signed type are among them.
    fn corners() -> Vec<u128> {
        let powers = [7, 8, 15, 16, 31, 32, 63, 64, 95, 127];
        let near = powers.into_iter().flat_map(|power| {
            let value = 1u128 << power;
            [value - 1, value, value + 1]
        });
        let mut corners: Vec<u128> = [0, 1, 2, 3, 100].into_iter().chain(near).flat_map(|c| [c, !c]).collect();
        corners.sort_unstable();
        corners.dedup();
        corners
    }

    pub fn corner_pairs() -> Vec<(u128, u128)> {
        let corners = Self::corners();
        corners.iter().flat_map(|&a| corners.iter().map(move |&b| (a, b))).collect()
    }

    pub fn random_pairs(&mut self, count: usize) -> Vec<(u128, u128)> {
        (0..count).map(|_| (self.number(), self.number())).collect()
    }

    /// Factors whose product is next to a limit, on either side of it.
    pub fn edge_pairs(&mut self, limit: u128, count: usize) -> Vec<(u128, u128)> {
        let mut pairs = Vec::with_capacity(count);
        while pairs.len() < count {
            let a = self.number() % limit;
            if a != 0 {
                let near = (limit / a).wrapping_add(u128::from(self.word() % 3));
                pairs.push((a, near.wrapping_sub(1)));
            }
        }
        pairs
    }

    /// Of a random width, and complemented half of the time.
    fn number(&mut self) -> u128 {
        let wide = u128::from(self.word()) << 64 | u128::from(self.word());
        let choice = self.word();
        let number = wide >> (choice % 128);
        if choice >> 32 & 1 == 0 { number } else { !number }
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}
