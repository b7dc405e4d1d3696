//! Forward basis: the forward may move against spot, the more the later the expiry.

use super::{Expiry, Table};
use crate::scenario::{CENTRE, NEAR, NODES};
use pricing::{SECONDS_MAX, SECONDS_PER_YEAR};
use units::mul_div_ceil;

const BILLION: u64 = 1_000_000_000;

/// What multiplies an expiry's worst loss one step away: `add + per_year x tau`, 1e9 = once, rounded up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis {
    multiplier_e9: u64,
}

impl Basis {
    pub fn new(expiry: &Expiry, table: &Table) -> Self {
        let seconds = u64::try_from(expiry.seconds).unwrap_or(0).min(SECONDS_MAX);
        // BOUND: 2^32 x 2^26.
        let later = u64::from(table.params.basis_per_year_e9).saturating_mul(seconds).div_ceil(SECONDS_PER_YEAR);
        Self { multiplier_e9: later.saturating_add(u64::from(table.params.basis_add_e9)) }
    }

    /// The worst loss of the six nodes one step away and `guard`, what it may be too low by, times the multiplier, rounded up.
    ///
    /// Nothing where nothing is held. `None` on overflow.
    pub fn charge_ceil(&self, nodes: &[i64; NODES], guard: i64) -> Option<i64> {
        let now = *nodes.get(CENTRE)?;
        let mut least = now;
        for near in NEAR {
            least = least.min(*nodes.get(near)?);
        }
        let loss = u64::try_from(now.checked_sub(least)?.checked_add(guard)?).ok()?;
        i64::try_from(mul_div_ceil(loss, self.multiplier_e9, BILLION)?).ok()
    }
}
