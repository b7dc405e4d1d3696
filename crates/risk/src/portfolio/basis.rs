//! Forward basis: the forward may move against spot, the more the later the expiry.

use super::totals::Few;
use super::{Expiry, Table};
use crate::part::part_e9_floor;
use pricing::{SECONDS_MAX, SECONDS_PER_YEAR};

const BILLION: u64 = 1_000_000_000;

/// What multiplies an expiry's worst loss one step away: `add + per_year x tau`, 1e9 = once, rounded up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Basis {
    whole: u64,
    part_e9: u32,
}

impl Basis {
    pub fn new(expiry: &Expiry, table: &Table) -> Self {
        let seconds = u64::try_from(expiry.seconds).unwrap_or(0).min(SECONDS_MAX);
        // BOUND: 2^32 x 2^26.
        let later = u64::from(table.params.basis_per_year_e9).saturating_mul(seconds).div_ceil(SECONDS_PER_YEAR);
        let multiplier_e9 = later.saturating_add(u64::from(table.params.basis_add_e9));
        let parts = (multiplier_e9.checked_div(BILLION), multiplier_e9.checked_rem(BILLION).map(u32::try_from));
        match parts {
            (Some(whole), Some(Ok(part_e9))) => Self { whole, part_e9 },
            // A division by a constant.
            _ => Self { whole: 0, part_e9: 0 },
        }
    }

    /// The worst loss of the six nodes one step away and `guard`, what it may be too low by, times the multiplier, rounded up.
    ///
    /// Nothing where nothing is held. `None` on overflow.
    pub fn charge_ceil(&self, few: &Few, guard: i64) -> Option<i64> {
        let least = few.near.iter().fold(few.now, |least, near| least.min(*near));
        let loss = u64::try_from(few.now.checked_sub(least)?.checked_add(guard)?).ok()?;
        // ROUNDING: up, by one unit of the sums where a part is left.
        let part = match self.part_e9 {
            0 => 0,
            part_e9 => part_e9_floor(loss, part_e9).checked_add(1)?,
        };
        i64::try_from(loss.checked_mul(self.whole)?.checked_add(part)?).ok()
    }
}
