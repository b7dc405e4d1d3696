//! The protocol's level comes down one step by itself.
use crate::events::LevelRelaxed;
use crate::state::Brake;
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;
use policy::{trip, GOOD_SAMPLES};

#[derive(Accounts)]
pub struct Relax {
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl Relax {
    /// Authority: anyone, after 30 quiet minutes at level 2 or a quiet hour at level 1, a guardian's trip after its six hours.
    /// Effects: level 2 becomes 1, level 1 becomes 0.
    /// Errors: `MonitorsSilent`, `CooldownRunning`, `LevelNotDownward`, `FreezeStands`, `MigrationOpen`.
    fn validate(&self, unix_s: i64) -> Result<()> {
        let is_silent = trip::is_silent(self.brake.heartbeat_unix_s.get(), unix_s, TIME_DIVISOR);
        require!(self.brake.monitor_count == 0 || !is_silent, BreakerError::MonitorsSilent);
        Ok(())
    }

    pub fn relax(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;
        let machine = self.brake.machine()?;
        // The protocol has no feed of its own whose samples could be counted: each market's level sees to that.
        let latch = machine.latch.rest(GOOD_SAMPLES, unix_s, TIME_DIVISOR).map_err(BreakerError::from)?;
        self.brake.record(policy::Brake { latch, ..machine });
        let (seq, scope) = (self.brake.seq_next()?, *self.brake.address());
        emit!(LevelRelaxed { slot, unix_s, seq, scope, level: latch.level.byte() });
        Ok(())
    }
}
