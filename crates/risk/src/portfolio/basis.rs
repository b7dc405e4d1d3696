//! Forward basis: the forward may move against spot, the more the later the expiry.

use super::{Expiry, Table};
use crate::scenario::{CENTRE, NEAR, NODES};
use pricing::{SECONDS_MAX, SECONDS_PER_YEAR};

const BILLION: u128 = 1_000_000_000;
/// Bits that a loss drops before it is multiplied: what is left is a 2^12th of an atom's `lots_per_unit`th part.
const DROPPED: u32 = 24;

/// What multiplies an expiry's worst loss one step away: `add + per_year x tau`, 1e9 = once, rounded up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis {
    multiplier_e9: u128,
}

impl Basis {
    pub fn new(expiry: &Expiry, table: &Table) -> Self {
        let seconds = u64::try_from(expiry.seconds).unwrap_or(0).min(SECONDS_MAX);
        // BOUND: 2^32 x 2^26.
        let later = u64::from(table.params.basis_per_year_e9).saturating_mul(seconds).div_ceil(SECONDS_PER_YEAR);
        Self { multiplier_e9: u128::from(later).saturating_add(u128::from(table.params.basis_add_e9)) }
    }

    /// The worst loss of the six nodes one step away, and at least `guard`'s error, times the multiplier, rounded up.
    ///
    /// `None` on overflow.
    pub fn charge_ceil(&self, nodes: &[i128; NODES], guard: i128) -> Option<i128> {
        let now = *nodes.get(CENTRE)?;
        let mut least = now;
        for near in NEAR {
            least = least.min(*nodes.get(near)?);
        }
        let loss = u128::try_from(now.checked_sub(least)?.checked_add(guard)?).ok()?;
        let parts = loss.checked_shr(DROPPED)?.checked_add(1)?.checked_mul(self.multiplier_e9)?;
        // BOUND: as `loss` times at most 12.
        let charge = parts.div_ceil(BILLION).checked_mul(1 << DROPPED)?;
        if loss == 0 { Some(0) } else { i128::try_from(charge).ok() }
    }
}
