//! The council lowers the level.
use crate::events::LevelRelaxed;
use crate::state::{Brake, Config};
use crate::BreakerError;
use abi::breaker::BRAKE_SEED;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use policy::Level;

#[derive(Accounts)]
pub struct LevelRelax {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, seeds = [BRAKE_SEED], bump = brake.bump)]
    pub brake: Account<Brake>,
}

impl LevelRelax {
    /// Authority: the config's authority, the governor's PDA.
    /// Effects: lowers the level in force to `level`: from a freeze to level 2 at first, as the sums of all markets cannot be verified at
    /// once; one whose sums are broken is frozen on its own.
    /// Errors: `NotAuthority`, `LevelUnknown`, `LevelNotDownward`, `FreezeUnverified`, `MigrationOpen`.
    pub fn level_relax(&mut self, level: u8) -> Result<()> {
        let to = Level::from_byte(level).ok_or(BreakerError::LevelUnknown)?;
        let (slot, unix_s) = shared::now()?;
        let relaxed = self.brake.machine()?.relax(to, unix_s).map_err(BreakerError::from)?;
        self.brake.record(relaxed);
        let (seq, scope) = (self.brake.seq_next()?, *self.brake.address());
        emit!(LevelRelaxed { slot, unix_s, seq, scope, level });
        Ok(())
    }
}
