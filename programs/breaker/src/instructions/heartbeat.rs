//! A monitor reports that it watches.
use crate::events::HeartbeatReceived;
use crate::state::Brake;
use crate::BreakerError;
use abi::breaker::BRAKE_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct Heartbeat {
    pub monitor: Signer,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl Heartbeat {
    /// Authority: any monitor.
    /// Effects: the heartbeat is now.
    /// Errors: `NotMonitor`.
    pub fn heartbeat(&mut self) -> Result<()> {
        require!(self.brake.monitors().contains(self.monitor.address()), BreakerError::NotMonitor);
        let (slot, unix_s) = shared::now()?;
        self.brake.heartbeat_unix_s = unix_s.into();
        let seq = self.brake.seq_next()?;
        emit!(HeartbeatReceived { slot, unix_s, seq, monitor: *self.monitor.address() });
        Ok(())
    }
}
