//! The program's accounts: layouts from `abi`, under Anchor's attribute, as the state machines of `policy` see them.
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker as stored;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::{Latch, Level, Outflow as Flow, Trips};

abi::config_layout!(#[account]);
abi::brake_layout!(#[account]);
abi::window_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::queue_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::outflow_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::limits_layout!(#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)] #[repr(C)]);
abi::custody_layout!(#[account]);
abi::ticket_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

/// The next number of an account's events.
fn next(seq: u64) -> Result<u64> {
    seq.checked_add(1).ok_or_else(|| BreakerError::CounterOverflow.into())
}

impl Config {
    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = next(self.seq.get())?;
        self.seq = seq.into();
        Ok(seq)
    }
}

impl Brake {
    /// Fails while accounts are migrated: nobody but the governor changes anything then, and what a migration stands on is recorded.
    pub fn standing_require(&self, now_unix_s: i64) -> Result<()> {
        let migrating = self.machine()?.level_in_force(now_unix_s) == Level::Migrating;
        require!(!migrating, BreakerError::MigrationOpen);
        Ok(())
    }

    /// The stored fields as the state machine's.
    pub fn machine(&self) -> Result<policy::Brake> {
        let latch = Latch::of_brake(bytemuck::cast_ref::<Self, stored::Brake>(self)).map_err(BreakerError::from)?;
        let trips = Trips { count: self.guardian_trips, since_unix_s: self.trips_since_unix_s.get() };
        Ok(policy::Brake { latch, trips })
    }

    /// Stores the state machine's fields.
    pub fn record(&mut self, machine: policy::Brake) {
        let policy::Brake { latch, trips } = machine;
        self.level = latch.level.byte();
        self.cause = latch.cause.byte();
        self.tripped_unix_s = latch.tripped_unix_s.into();
        self.evidence_unix_s = latch.evidence_unix_s.into();
        self.expires_unix_s = latch.expires_unix_s.into();
        self.migration_ends_unix_s = latch.migration_ends_unix_s.into();
        self.guardian_trips = trips.count;
        self.trips_since_unix_s = trips.since_unix_s.into();
    }

    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = next(self.seq.get())?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// The guardians that are set.
    pub fn guardians(&self) -> &[Address] {
        self.guardians.get(..usize::from(self.guardian_count)).unwrap_or(&[])
    }

    /// The monitors that are set.
    pub fn monitors(&self) -> &[Address] {
        self.monitors.get(..usize::from(self.monitor_count)).unwrap_or(&[])
    }
}

impl Custody {
    /// The market's latch as the state machine's.
    pub fn latch(&self) -> Result<Latch> {
        let latch = Latch::of_custody(bytemuck::cast_ref::<Self, stored::Custody>(self));
        Ok(latch.map_err(BreakerError::from)?)
    }

    /// Stores the market's latch.
    pub fn record(&mut self, latch: Latch) {
        self.level = latch.level.byte();
        self.cause = latch.cause.byte();
        self.tripped_unix_s = latch.tripped_unix_s.into();
        self.evidence_unix_s = latch.evidence_unix_s.into();
        self.expires_unix_s = latch.expires_unix_s.into();
    }

    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = next(self.seq.get())?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// The number of the vault whose token account this is.
    pub fn vault_of(&self, tokens: &Address) -> Result<usize> {
        let found = self.vaults.iter().position(|vault| address_eq(&vault.tokens, tokens));
        found.ok_or_else(|| BreakerError::VaultUnknown.into())
    }

    /// Windows and queue of vault number `vault`, with its limits.
    pub fn flow(&self, vault: usize) -> Result<(Flow, policy::Limits)> {
        let stored: &stored::Outflow = bytemuck::cast_ref(self.vaults.get(vault).ok_or(BreakerError::VaultUnknown)?);
        let custody = bytemuck::cast_ref::<Self, stored::Custody>(self);
        let limits = policy::Limits::of_custody(custody, vault, TIME_DIVISOR).ok_or(BreakerError::VaultUnknown)?;
        Ok((stored.into(), limits))
    }

    /// Stores windows and queue of vault number `vault`.
    pub fn flow_record(&mut self, vault: usize, flow: Flow) -> Result<()> {
        let place = self.vaults.get_mut(vault).ok_or(BreakerError::VaultUnknown)?;
        let stored = flow.stored(bytemuck::cast_ref::<Outflow, stored::Outflow>(place));
        *place = bytemuck::cast(stored);
        Ok(())
    }
}

impl Ticket {
    /// The ticket as the queue knows it.
    pub fn place(&self) -> policy::Place {
        policy::Place {
            amount: self.amount_atoms.get(),
            end_atoms: self.end_atoms.get(),
            issued_unix_s: self.issued_unix_s.get(),
        }
    }
}

impl Custody {
    /// Whether nothing holds it.
    pub fn is_free(&self) -> bool {
        shared::is_free(self.held_until_unix_s.get())
    }

    /// Counts an account under this one.
    pub fn record_opened(&mut self) -> Result<()> {
        self.records_open = shared::opened(self.records_open.get()).ok_or(BreakerError::CounterOverflow)?.into();
        Ok(())
    }

    /// Counts an account less.
    pub fn record_closed(&mut self) -> Result<()> {
        self.records_open = shared::closed(self.records_open.get()).ok_or(BreakerError::CounterOverflow)?.into();
        Ok(())
    }
}
