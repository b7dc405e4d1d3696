//! A proven trip, recorded.
use crate::events::LevelTripped;
use crate::state::{Brake, Custody};
use crate::{BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::{Latch, Trigger};

/// Raises or renews one market's level.
///
/// INVARIANT(G-17): a proof about a market writes that market's custody and nothing else.
pub fn market_trip(custody: &mut Account<Custody>, trigger: Trigger) -> Result<()> {
    let (slot, unix_s) = shared::now()?;
    let latch = custody.latch()?.trip(trigger, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
    custody.record(latch);
    let (seq, scope) = (custody.seq_next()?, *custody.address());
    report(slot, unix_s, seq, scope, &latch);
    Ok(())
}

/// Raises or renews the protocol's level.
pub fn brake_trip(brake: &mut Account<Brake>, trigger: Trigger) -> Result<()> {
    let (slot, unix_s) = shared::now()?;
    let machine = brake.machine()?;
    let latch = machine.latch.trip(trigger, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
    brake.record(policy::Brake { latch, ..machine });
    let (seq, scope) = (brake.seq_next()?, *brake.address());
    report(slot, unix_s, seq, scope, &latch);
    Ok(())
}

fn report(slot: u64, unix_s: i64, seq: u64, scope: Address, latch: &Latch) {
    emit!(LevelTripped {
        slot,
        unix_s,
        seq,
        scope,
        level: latch.level.byte(),
        cause: latch.cause.byte(),
        tripped_unix_s: latch.tripped_unix_s,
        expires_unix_s: latch.expires_unix_s,
    });
}
