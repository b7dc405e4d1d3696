//! A guardian pulls the brake.
use crate::events::LevelRaised;
use crate::state::Brake;
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;
use policy::Level;

#[derive(Accounts)]
pub struct GuardianRaise {
    pub guardian: Signer,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl GuardianRaise {
    /// Authority: any one guardian.
    /// Effects: raises the level for 6 hours, after which at most level 2 remains; counts the trip.
    /// Errors: `NotGuardian`, `LevelUnknown`, `LevelAboveGuardian`, `LevelNotUpward`, `GuardiansDisabled`.
    fn validate(&self, level: u8) -> Result<Level> {
        require!(self.brake.guardians().contains(self.guardian.address()), BreakerError::NotGuardian);
        Ok(Level::from_byte(level).ok_or(BreakerError::LevelUnknown)?)
    }

    pub fn guardian_raise(&mut self, level: u8) -> Result<()> {
        let to = self.validate(level)?;
        let (slot, unix_s) = shared::now()?;
        let raised = self.brake.machine()?.guardian_raise(to, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
        self.brake.record(raised);
        let (seq, scope) = (self.brake.seq_next()?, *self.brake.address());
        emit!(LevelRaised {
            slot,
            unix_s,
            seq,
            scope,
            guardian: *self.guardian.address(),
            level,
            expires_unix_s: raised.latch.expires_unix_s,
            guardian_trips: raised.trips.count,
        });
        Ok(())
    }
}
