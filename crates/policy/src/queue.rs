//! Withdrawals that do not fit, served in the order in which they came.
//!
//! The queue is a line of atoms, not of accounts. Each ticket ends at a point of the line, and time serves the line at a steady rate
//! whether or not anybody asks, so that nobody can block anybody and the time of each ticket is known when it is issued.

use units::{mul_div_ceil, mul_div_floor};

/// A queue's state, as custodies store it. All zero is a queue in which nobody waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Queue {
    /// Atoms that joined since nobody waited.
    pub entered_atoms: u64,
    /// Atoms served when the rate was last set.
    pub served_atoms: u64,
    pub served_unix_s: i64,
    /// Atoms served in each day from then on.
    pub rate_atoms: u64,
    /// Atoms of tickets that are neither paid nor cancelled: the vault owes them.
    pub unpaid_atoms: u64,
}

impl Queue {
    /// Atoms of the line served at `now_unix_s`; `day_s` is a day as this build runs it.
    pub fn served_floor(&self, now_unix_s: i64, day_s: u64) -> u64 {
        self.served(mul_div_floor(self.rate_atoms, self.passed_s(now_unix_s), day_s))
    }

    /// As `served_floor`, with an atom that is being served counted as served.
    fn served_ceil(&self, now_unix_s: i64, day_s: u64) -> u64 {
        self.served(mul_div_ceil(self.rate_atoms, self.passed_s(now_unix_s), day_s))
    }

    fn passed_s(&self, now_unix_s: i64) -> u64 {
        u64::try_from(now_unix_s.saturating_sub(self.served_unix_s)).unwrap_or(0)
    }

    fn served(&self, since_atoms: Option<u64>) -> u64 {
        // Beyond 64 bits means later than the end of any line.
        self.served_atoms.saturating_add(since_atoms.unwrap_or(u64::MAX)).min(self.entered_atoms)
    }

    /// Whether all that joined has been served.
    pub fn is_served(&self, now_unix_s: i64, day_s: u64) -> bool {
        self.served_floor(now_unix_s, day_s) == self.entered_atoms
    }

    /// Adds `amount` at the end of the line, and serves at `rate_atoms` a day from now on, or faster if it did already. Returns the
    /// ticket's end. `None` beyond 64 bits.
    pub fn joined(self, amount: u64, rate_atoms: u64, now_unix_s: i64, day_s: u64) -> Option<(Self, u64)> {
        let end = self.entered_atoms.checked_add(amount)?;
        let idle = self.is_served(now_unix_s, day_s);
        let faster = rate_atoms > self.rate_atoms;
        let unpaid_atoms = self.unpaid_atoms.checked_add(amount)?;
        let line = if idle || faster {
            // ROUNDING: up, so that no ticket is served later than it was told when it joined.
            let served_atoms = self.served_ceil(now_unix_s, day_s);
            Self { served_atoms, served_unix_s: now_unix_s, rate_atoms, ..self }
        } else {
            self
        };
        Some((Self { entered_atoms: end, unpaid_atoms, ..line }, end))
    }

    /// Counts a ticket paid, or cancelled. `None` if so much is not owed.
    ///
    /// With the last ticket goes the line: stretches that were cancelled unserved, as a mended controller may, must not keep waiting
    /// those who come later, nor may the count of atoms run out.
    pub fn closed(self, amount: u64) -> Option<Self> {
        match self.unpaid_atoms.checked_sub(amount)? {
            0 => Some(Self::default()),
            unpaid_atoms => Some(Self { unpaid_atoms, ..self }),
        }
    }

    /// When a ticket that ends at `end_atoms` is served, if no faster rate comes. `None` beyond the range of times.
    pub fn done_unix_s_ceil(&self, end_atoms: u64, day_s: u64) -> Option<i64> {
        let ahead = end_atoms.saturating_sub(self.served_atoms);
        if ahead == 0 {
            return Some(self.served_unix_s);
        }
        let wait_s = mul_div_ceil(ahead, day_s, self.rate_atoms)?;
        self.served_unix_s.checked_add(i64::try_from(wait_s).ok()?)
    }
}
