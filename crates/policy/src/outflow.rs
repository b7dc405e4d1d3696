//! What a custody lets out of one token vault: now, later, or not.

use crate::{Action, Level, Permission, Queue, Window, WindowLimit, permission, scaled};

pub const HOUR_S: i64 = 3600;
pub const DAY_S: i64 = 24 * HOUR_S;
/// Looser limits wait this long.
pub const LOOSEN_S: i64 = 48 * HOUR_S;
/// Under a freeze a ticket waits this long from its issue: longer than the six hours that an emergency patch takes.
pub const TICKET_HOLD_S: i64 = 12 * 3600;

/// What bounds a vault's outflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    pub hour_bps: u16,
    pub day_bps: u16,
    /// No window is narrower than this.
    pub floor_atoms: u64,
    /// Periods are divided by this: 1 on a public network.
    pub time_divisor: u32,
}

/// One token vault's windows and queue. All zero is a vault that nothing ever left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Outflow {
    pub hour: Window,
    pub day: Window,
    pub queue: Queue,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub amount: u64,
    /// Where in the line the ticket ends.
    pub end_atoms: u64,
    pub issued_unix_s: i64,
}

/// What became of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Released {
    /// Pay it.
    Now,
    /// Keep it, under a ticket.
    Queued(Place),
}

/// Why nothing was released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutflowError {
    AmountZero,
    /// The level lets nothing out.
    Refused,
    /// The vault holds less, beyond what it owes to the queue.
    Illiquid,
    /// The line has not come to the ticket.
    NotServed,
    /// Under a freeze tickets wait for [`TICKET_HOLD_S`].
    Held,
    /// A sum does not fit its type.
    Overflow,
}

impl Limits {
    pub fn hour(&self) -> WindowLimit {
        WindowLimit::new(HOUR_S, self.hour_bps, self.floor_atoms, self.time_divisor)
    }

    pub fn day(&self) -> WindowLimit {
        WindowLimit::new(DAY_S, self.day_bps, self.floor_atoms, self.time_divisor)
    }

    /// A day as this build runs it.
    pub fn day_s(&self) -> u64 {
        // BOUND: `scaled` is at least one.
        u64::try_from(scaled(DAY_S, self.time_divisor)).unwrap_or(1)
    }

    /// Whether the parts of a vault are parts, the day's no narrower than the hour's and no wider than 24 of them.
    pub fn in_bounds(&self) -> bool {
        let (hour, day) = (u32::from(self.hour_bps), u32::from(self.day_bps));
        (1..=10_000).contains(&hour) && (hour..=10_000).contains(&day) && day <= hour.saturating_mul(24)
    }

    /// The same with a share of each part of a vault, never none. The floor stays: what is small leaves at once.
    #[must_use]
    pub fn narrowed(self, share_bps: u16) -> Self {
        let part = |bps: u16| {
            let share = units::mul_div_ceil(u64::from(bps), u64::from(share_bps.min(10_000)), 10_000);
            // BOUND: a share of a u16 fits one.
            share.and_then(|bps| u16::try_from(bps).ok()).unwrap_or(bps).max(1)
        };
        Self { hour_bps: part(self.hour_bps), day_bps: part(self.day_bps), ..self }
    }

    /// Whether these let nothing out that `other` would not, and nothing sooner.
    pub fn within(&self, other: &Self) -> bool {
        self.hour_bps <= other.hour_bps && self.day_bps <= other.day_bps && self.floor_atoms <= other.floor_atoms
    }
}

impl Outflow {
    /// Windows rolled to now.
    #[must_use]
    pub fn rolled(self, tokens_atoms: u64, now_unix_s: i64, limits: &Limits) -> Self {
        let free = self.free_atoms(tokens_atoms);
        Self {
            hour: self.hour.rolled(free, now_unix_s, &limits.hour()),
            day: self.day.rolled(free, now_unix_s, &limits.day()),
            ..self
        }
    }

    /// The running windows under limits that have just become tighter.
    #[must_use]
    pub fn tightened(self, limits: &Limits) -> Self {
        Self { hour: self.hour.tightened(&limits.hour()), day: self.day.tightened(&limits.day()), ..self }
    }

    /// What the vault holds beyond what it owes to the queue.
    pub const fn free_atoms(&self, tokens_atoms: u64) -> u64 {
        tokens_atoms.saturating_sub(self.queue.unpaid_atoms)
    }

    /// What would be paid now at a level that pays: nothing while somebody waits.
    pub fn room_floor(&self, tokens_atoms: u64, now_unix_s: i64, limits: &Limits) -> u64 {
        if !self.queue.is_served(now_unix_s, limits.day_s()) {
            return 0;
        }
        let rolled = self.rolled(tokens_atoms, now_unix_s, limits);
        let free = self.free_atoms(tokens_atoms);
        let hour = rolled.hour.room_floor(free, now_unix_s, &limits.hour());
        let day = rolled.day.room_floor(free, now_unix_s, &limits.day());
        hour.min(day).min(free)
    }

    /// Lets `amount` out of a vault that holds `tokens_atoms`: at once if the level pays, nobody waits and it fits, else by a ticket.
    ///
    /// INVARIANT(G-9): below level 4 whatever is covered is paid or queued, never refused.
    pub fn release(
        self,
        level: Level,
        amount: u64,
        tokens_atoms: u64,
        now_unix_s: i64,
        limits: &Limits,
    ) -> Result<(Self, Released), OutflowError> {
        if amount == 0 {
            return Err(OutflowError::AmountZero);
        }
        let pays = match permission(level, Action::Withdraw) {
            Permission::Allowed | Permission::Limited => true,
            Permission::Queued => false,
            Permission::Refused => return Err(OutflowError::Refused),
        };
        if amount > self.free_atoms(tokens_atoms) {
            return Err(OutflowError::Illiquid);
        }
        let rolled = self.rolled(tokens_atoms, now_unix_s, limits);
        if pays && amount <= self.room_floor(tokens_atoms, now_unix_s, limits) {
            let paid = Self { hour: rolled.hour.spent(amount), day: rolled.day.spent(amount), ..rolled };
            return Ok((paid, Released::Now));
        }
        // The whole vault sets the rate, so that all that is queued leaves within 10,000 / bps days, however it came to be queued.
        let rate = limits.day().capacity_ceil(tokens_atoms).max(1);
        let joined = rolled.queue.joined(amount, rate, now_unix_s, limits.day_s());
        let (queue, end_atoms) = joined.ok_or(OutflowError::Overflow)?;
        Ok((Self { queue, ..rolled }, Released::Queued(Place { amount, end_atoms, issued_unix_s: now_unix_s })))
    }

    /// Takes a ticket out of the queue to be paid.
    pub fn claim(self, level: Level, place: &Place, now_unix_s: i64, limits: &Limits) -> Result<Self, OutflowError> {
        match permission(level, Action::Withdraw) {
            Permission::Refused => return Err(OutflowError::Refused),
            Permission::Queued => {
                let held_s = now_unix_s.saturating_sub(place.issued_unix_s);
                if held_s < scaled(TICKET_HOLD_S, limits.time_divisor) {
                    return Err(OutflowError::Held);
                }
            }
            Permission::Allowed | Permission::Limited => {}
        }
        if !self.is_served(place, now_unix_s, limits) {
            return Err(OutflowError::NotServed);
        }
        self.closed(place)
    }

    /// Takes a ticket out of the queue unpaid: its controller takes it back into its books.
    ///
    /// Not before it is served: the line does not close up behind a ticket, so that whoever could leave it and join it anew would
    /// lengthen it at will, and the wait of everybody behind. Under a freeze it may be at any time, for a mended controller to take back
    /// what a hostile one queued; no controller lets its users do that.
    pub fn cancel(self, level: Level, place: &Place, now_unix_s: i64, limits: &Limits) -> Result<Self, OutflowError> {
        if permission(level, Action::Cancel) == Permission::Refused {
            return Err(OutflowError::Refused);
        }
        if level < Level::Frozen && !self.is_served(place, now_unix_s, limits) {
            return Err(OutflowError::NotServed);
        }
        self.closed(place)
    }

    fn is_served(&self, place: &Place, now_unix_s: i64, limits: &Limits) -> bool {
        self.queue.served_floor(now_unix_s, limits.day_s()) >= place.end_atoms
    }

    fn closed(self, place: &Place) -> Result<Self, OutflowError> {
        let queue = self.queue.closed(place.amount).ok_or(OutflowError::Overflow)?;
        Ok(Self { queue, ..self })
    }
}

#[cfg(test)]
mod tests;
