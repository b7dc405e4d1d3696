//! The program's accounts: layouts from `abi`, under Anchor's attribute, and the brake as the state machine sees it.
use crate::BreakerError;
use anchor_lang::prelude::*;
use policy::{Cause, Level};

abi::config_layout!(#[account]);
abi::brake_layout!(#[account]);
abi::custody_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

impl Config {
    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(BreakerError::CounterOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }
}

impl Brake {
    /// The stored fields as the state machine's.
    pub fn machine(&self) -> Result<policy::Brake> {
        Ok(policy::Brake {
            level: Level::from_byte(self.level).ok_or(BreakerError::LevelUnknown)?,
            cause: Cause::from_byte(self.cause).ok_or(BreakerError::LevelUnknown)?,
            tripped_unix_s: self.tripped_unix_s.get(),
            expires_unix_s: self.expires_unix_s.get(),
            guardian_trips: self.guardian_trips,
            trips_since_unix_s: self.trips_since_unix_s.get(),
        })
    }

    /// Stores the state machine's fields.
    pub fn record(&mut self, machine: policy::Brake) {
        self.level = machine.level.byte();
        self.cause = machine.cause.byte();
        self.tripped_unix_s = machine.tripped_unix_s.into();
        self.expires_unix_s = machine.expires_unix_s.into();
        self.guardian_trips = machine.guardian_trips;
        self.trips_since_unix_s = machine.trips_since_unix_s.into();
    }

    /// Numbers the next event.
    pub fn seq_next(&mut self) -> Result<u64> {
        let seq = self.seq.get().checked_add(1).ok_or(BreakerError::CounterOverflow)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// The guardians that are set.
    pub fn guardians(&self) -> &[Address] {
        self.guardians.get(..usize::from(self.guardian_count)).unwrap_or(&[])
    }
}
