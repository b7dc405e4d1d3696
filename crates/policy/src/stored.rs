//! The breaker's accounts as its state machines see them, and back; the governor's as readers see them.

use crate::proposal::{Council, Moment, Proposal, State};
use crate::{BrakeError, Cause, Class, Delays, Latch, Level, Limits, Outflow, Queue, Window};
use abi::breaker as stored;

impl Proposal {
    /// What of a stored proposal decides its life; `None` for a state or class that no version wrote.
    pub fn of(proposal: &abi::governor::Proposal) -> Option<Self> {
        Some(Self {
            state: State::from_byte(proposal.state)?,
            class: Class::from_byte(proposal.class)?,
            config_epoch: proposal.config_epoch.get(),
            created_slot: proposal.created_slot.get(),
            expires_unix_s: proposal.expires_unix_s.get(),
            ready: Moment { slot: proposal.ready_slot.get(), unix_s: proposal.ready_unix_s.get() },
            approvals: proposal.approvals.get(),
            objections: proposal.objections.get(),
            vetoed: proposal.vetoed != 0,
        })
    }
}

impl Council {
    /// What of a stored council counts.
    pub fn of(council: &abi::governor::Council) -> Self {
        let delays = Delays { set_s: council.delays_s.map(|delay_s| delay_s.get()) };
        Self { members: council.member_count, config_epoch: council.config_epoch.get(), delays }
    }
}

impl From<&stored::Window> for Window {
    fn from(window: &stored::Window) -> Self {
        Self {
            start_unix_s: window.start_unix_s.get(),
            opening_atoms: window.opening_atoms.get(),
            capacity_atoms: window.capacity_atoms.get(),
            current_atoms: window.current_atoms.get(),
            previous_atoms: window.previous_atoms.get(),
        }
    }
}

impl From<Window> for stored::Window {
    fn from(window: Window) -> Self {
        Self {
            start_unix_s: window.start_unix_s.into(),
            opening_atoms: window.opening_atoms.into(),
            capacity_atoms: window.capacity_atoms.into(),
            current_atoms: window.current_atoms.into(),
            previous_atoms: window.previous_atoms.into(),
        }
    }
}

impl From<&stored::Queue> for Queue {
    fn from(queue: &stored::Queue) -> Self {
        Self {
            entered_atoms: queue.entered_atoms.get(),
            served_atoms: queue.served_atoms.get(),
            served_unix_s: queue.served_unix_s.get(),
            rate_atoms: queue.rate_atoms.get(),
            unpaid_atoms: queue.unpaid_atoms.get(),
        }
    }
}

impl From<Queue> for stored::Queue {
    fn from(queue: Queue) -> Self {
        Self {
            entered_atoms: queue.entered_atoms.into(),
            served_atoms: queue.served_atoms.into(),
            served_unix_s: queue.served_unix_s.into(),
            rate_atoms: queue.rate_atoms.into(),
            unpaid_atoms: queue.unpaid_atoms.into(),
        }
    }
}

impl From<&stored::Outflow> for Outflow {
    fn from(outflow: &stored::Outflow) -> Self {
        Self { hour: (&outflow.hour).into(), day: (&outflow.day).into(), queue: (&outflow.queue).into() }
    }
}

impl Outflow {
    /// As custodies store it, in the place of `vault`.
    pub fn stored(self, vault: &stored::Outflow) -> stored::Outflow {
        stored::Outflow { hour: self.hour.into(), day: self.day.into(), queue: self.queue.into(), ..*vault }
    }
}

impl Limits {
    /// The limits of a custody's vault number `vault`; `None` for a number that it does not have.
    pub fn of(limits: &stored::Limits, vault: usize, time_divisor: u32) -> Option<Self> {
        Some(Self {
            hour_bps: limits.hour_bps.get(),
            day_bps: limits.day_bps.get(),
            floor_atoms: limits.floor_atoms.get(vault)?.get(),
            time_divisor,
        })
    }
}

impl Limits {
    /// The limits in force of a custody's vault number `vault`: while new code of its controller's is on a canary step, a share of them.
    pub fn of_custody(custody: &stored::Custody, vault: usize, time_divisor: u32) -> Option<Self> {
        let limits = Self::of(&custody.limits, vault, time_divisor)?;
        Some(match custody.rollout_window_bps.get() {
            0 => limits,
            share_bps => limits.narrowed(share_bps),
        })
    }
}

impl Latch {
    /// The protocol's latch. A byte that no version wrote is refused: what is not understood is not changed.
    pub fn of_brake(brake: &stored::Brake) -> Result<Self, BrakeError> {
        Ok(Self {
            level: Level::from_byte(brake.level).ok_or(BrakeError::Unknown)?,
            cause: Cause::from_byte(brake.cause).ok_or(BrakeError::Unknown)?,
            tripped_unix_s: brake.tripped_unix_s.get(),
            evidence_unix_s: brake.evidence_unix_s.get(),
            expires_unix_s: brake.expires_unix_s.get(),
            migration_ends_unix_s: brake.migration_ends_unix_s.get(),
        })
    }

    /// A market's latch, as [`Latch::of_brake`].
    pub fn of_custody(custody: &stored::Custody) -> Result<Self, BrakeError> {
        Ok(Self {
            level: Level::from_byte(custody.level).ok_or(BrakeError::Unknown)?,
            cause: Cause::from_byte(custody.cause).ok_or(BrakeError::Unknown)?,
            tripped_unix_s: custody.tripped_unix_s.get(),
            evidence_unix_s: custody.evidence_unix_s.get(),
            expires_unix_s: custody.expires_unix_s.get(),
            migration_ends_unix_s: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn outflow_survives_its_account(
            hour in any::<(i64, u64, u64, u64, u64)>(),
            queue in any::<(u64, u64, i64, u64, u64)>(),
        ) {
            let window = Window {
                start_unix_s: hour.0,
                opening_atoms: hour.1,
                capacity_atoms: hour.2,
                current_atoms: hour.3,
                previous_atoms: hour.4,
            };
            let queue = Queue {
                entered_atoms: queue.0,
                served_atoms: queue.1,
                served_unix_s: queue.2,
                rate_atoms: queue.3,
                unpaid_atoms: queue.4,
            };
            let outflow = Outflow { hour: window, day: Window { start_unix_s: hour.0.wrapping_add(1), ..window }, queue };
            let vault = stored::Outflow { mint: [7; 32], ..bytemuck::Zeroable::zeroed() };
            let stored = outflow.stored(&vault);
            prop_assert_eq!((Outflow::from(&stored), stored.mint), (outflow, [7; 32]));
        }
    }
}
