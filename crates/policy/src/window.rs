//! How much may leave a token vault in one stretch of time.
//!
//! A window has two buckets. What has left in the current one counts in full, what left in the one before counts by the part of it
//! that the window still covers, so that nothing is forgotten at once when a bucket ends.

use crate::scaled;
use units::mul_div_ceil;

const BPS: u64 = 10_000;
/// Deposits made while a bucket runs raise what may leave in it by half of its capacity at most.
pub const INFLOW_BPS: u64 = 5_000;

/// What bounds a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WindowLimit {
    pub period_s: i64,
    /// Part of the vault that may leave, and what may leave of a small one.
    pub bps: u16,
    pub floor_atoms: u64,
}

/// A window's state, as custodies store it. All zero is a window that never ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// When the current bucket began.
    pub start_unix_s: i64,
    /// What the vault held then, beyond what it owed to the queue.
    pub opening_atoms: u64,
    /// What may leave in the current bucket.
    pub capacity_atoms: u64,
    /// What has left in the current bucket, and in the one before.
    pub current_atoms: u64,
    pub previous_atoms: u64,
}

impl WindowLimit {
    /// As a build runs it whose periods are divided by `time_divisor`.
    pub fn new(period_s: i64, bps: u16, floor_atoms: u64, time_divisor: u32) -> Self {
        Self { period_s: scaled(period_s, time_divisor), bps, floor_atoms }
    }

    /// What may leave of a vault that holds `atoms`.
    pub fn capacity_ceil(&self, atoms: u64) -> u64 {
        // BOUND: bps is at most 10,000, so the quotient fits; a wider one would let the whole vault go.
        mul_div_ceil(atoms, u64::from(self.bps), BPS).unwrap_or(atoms).max(self.floor_atoms)
    }
}

impl Window {
    /// The window with the bucket that `now_unix_s` falls in as the current one. `free_atoms` is what the vault holds now beyond what
    /// it owes to the queue.
    ///
    /// Capacity at most doubles with every bucket that passes: a deposit made just before a bucket opens cannot widen it at will.
    #[must_use]
    pub fn rolled(self, free_atoms: u64, now_unix_s: i64, limit: &WindowLimit) -> Self {
        let passed_s = now_unix_s.saturating_sub(self.start_unix_s);
        if self.start_unix_s != 0 && passed_s < limit.period_s {
            return self;
        }
        let wide = limit.capacity_ceil(free_atoms);
        let next_start = self.start_unix_s.saturating_add(limit.period_s);
        let next_is_current = now_unix_s.saturating_sub(next_start) < limit.period_s;
        if self.start_unix_s == 0 {
            return Self {
                start_unix_s: now_unix_s,
                opening_atoms: free_atoms,
                capacity_atoms: wide,
                ..Self::default()
            };
        }
        let buckets = passed_s.checked_div(limit.period_s).and_then(|count| u32::try_from(count).ok());
        let growth = buckets.and_then(|count| 1_u64.checked_shl(count)).unwrap_or(u64::MAX);
        let most = self.capacity_atoms.saturating_mul(growth).max(limit.floor_atoms);
        Self {
            start_unix_s: if next_is_current { next_start } else { now_unix_s },
            opening_atoms: free_atoms,
            capacity_atoms: wide.min(most),
            current_atoms: 0,
            previous_atoms: if next_is_current { self.current_atoms } else { 0 },
        }
    }

    /// What may leave now, of a window that is rolled to now.
    pub fn room_floor(&self, free_atoms: u64, now_unix_s: i64, limit: &WindowLimit) -> u64 {
        let passed_s = now_unix_s.saturating_sub(self.start_unix_s);
        let left_s = limit.period_s.saturating_sub(passed_s).clamp(0, limit.period_s);
        let weigh = |left_s, period_s| mul_div_ceil(self.previous_atoms, left_s, period_s);
        let remembered = match (u64::try_from(left_s), u64::try_from(limit.period_s)) {
            (Ok(left_s), Ok(period_s)) => weigh(left_s, period_s).unwrap_or(self.previous_atoms),
            _ => self.previous_atoms,
        };
        let inflow = free_atoms.saturating_add(self.current_atoms).saturating_sub(self.opening_atoms);
        let most_inflow = mul_div_ceil(self.capacity_atoms, INFLOW_BPS, BPS).unwrap_or(0);
        let allowance = self.capacity_atoms.saturating_add(inflow.min(most_inflow));
        allowance.saturating_sub(remembered).saturating_sub(self.current_atoms)
    }

    /// The window under a limit that has just become tighter: no wider than if the bucket had begun under it.
    #[must_use]
    pub fn tightened(self, limit: &WindowLimit) -> Self {
        Self { capacity_atoms: self.capacity_atoms.min(limit.capacity_ceil(self.opening_atoms)), ..self }
    }

    /// Counts what leaves.
    #[must_use]
    pub fn spent(self, atoms: u64) -> Self {
        Self { current_atoms: self.current_atoms.saturating_add(atoms), ..self }
    }
}

#[cfg(test)]
mod tests;
