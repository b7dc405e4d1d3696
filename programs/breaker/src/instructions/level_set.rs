//! The governor opens and ends migrations, and holds a freeze for an emergency patch.
use crate::events::LevelChanged;
use crate::state::{Brake, Config};
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use policy::Level;

#[derive(Accounts)]
pub struct LevelSet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl LevelSet {
    /// Authority: the config's authority, the governor's PDA.
    /// Effects: 4 opens a migration, which becomes a freeze by itself after 2 hours; 3 holds a freeze that is in force for 12 hours from now;
    /// 2 ends a migration whose accounts are verified.
    /// Errors: `NotAuthority`, `LevelNotSettable`, `LevelNotUpward`, `NotFrozen`, `NoMigration`.
    pub fn level_set(&mut self, level: u8) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let machine = self.brake.machine()?;
        let latch = match Level::from_byte(level) {
            Some(Level::Migrating) => machine.latch.migrate(unix_s, TIME_DIVISOR),
            Some(Level::Frozen) => machine.latch.held(unix_s, TIME_DIVISOR),
            Some(Level::CloseOnly) => machine.latch.migrated(unix_s),
            _ => return Err(BreakerError::LevelNotSettable.into()),
        };
        let latch = latch.map_err(BreakerError::from)?;
        self.brake.record(policy::Brake { latch, ..machine });
        let seq = self.brake.seq_next()?;
        let (ends, expires) = (latch.migration_ends_unix_s, latch.expires_unix_s);
        emit!(LevelChanged { slot, unix_s, seq, level, migration_ends_unix_s: ends, expires_unix_s: expires });
        Ok(())
    }
}
