//! Closes the protocol to new risk when nobody watches it any more.
use crate::state::Brake;
use crate::trips::brake_trip;
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;
use policy::{trip, Trigger};

#[derive(Accounts)]
pub struct TripHeartbeat {
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl TripHeartbeat {
    /// Authority: anyone, while no monitor has reported for more than an hour.
    /// Effects: raises the protocol to level 2, or renews that level.
    /// Errors: `MonitorsUnset`, `MonitorsAlive`, `LevelNotUpward`.
    fn validate(&self) -> Result<()> {
        require!(self.brake.monitor_count > 0, BreakerError::MonitorsUnset);
        let (_, unix_s) = shared::now()?;
        let is_silent = trip::is_silent(self.brake.heartbeat_unix_s.get(), unix_s, TIME_DIVISOR);
        require!(is_silent, BreakerError::MonitorsAlive);
        Ok(())
    }

    pub fn trip_heartbeat(&mut self) -> Result<()> {
        self.validate()?;
        brake_trip(&mut self.brake, Trigger::Heartbeat)
    }
}
