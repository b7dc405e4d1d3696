//! Names the monitors anew.
use crate::events::MonitorsChanged;
use crate::state::{Brake, Config};
use crate::BreakerError;
use abi::breaker::{BRAKE_SEED, MONITORS};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct MonitorsSet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl MonitorsSet {
    /// Authority: the config's authority.
    /// Effects: replaces all monitors; their hour begins now. Without monitors there is no heartbeat to lose.
    /// Errors: `NotAuthority`, `MonitorsTooMany`, `MonitorInvalid`, `MigrationOpen`.
    fn validate(&self, monitors: &[Address], now_unix_s: i64) -> Result<()> {
        self.brake.standing_require(now_unix_s)?;
        require!(monitors.len() <= MONITORS, BreakerError::MonitorsTooMany);
        let mut rest = monitors;
        while let [first, after @ ..] = rest {
            require!(*first != Address::default() && !after.contains(first), BreakerError::MonitorInvalid);
            rest = after;
        }
        Ok(())
    }

    pub fn monitors_set(&mut self, monitors: &[Address]) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(monitors, unix_s)?;
        self.brake.monitor_count = u8::try_from(monitors.len()).map_err(|_| BreakerError::MonitorsTooMany)?;
        self.brake.monitors = [Address::default(); MONITORS];
        for (seat, monitor) in self.brake.monitors.iter_mut().zip(monitors) {
            *seat = *monitor;
        }
        self.brake.heartbeat_unix_s = unix_s.into();
        let seq = self.brake.seq_next()?;
        emit!(MonitorsChanged { slot, unix_s, seq, monitors: monitors.to_vec() });
        Ok(())
    }
}
