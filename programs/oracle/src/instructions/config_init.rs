//! Creates the program's config, once.
use crate::events::OracleInitialised;
use crate::state::{Config, MIN_READER, VERSION};
use crate::{OracleError, TIME_DIVISOR};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ConfigInit {
    #[account(mut)]
    pub payer: Signer,
    pub upgrade_authority: Signer,
    /// Checked by the handler: the oracle's own ProgramData.
    pub program_data: UncheckedAccount,
    #[account(init, payer = payer, seeds = [CONFIG_SEED], bump)]
    pub config: Account<Config>,
    pub system_program: Program<System>,
}

impl ConfigInit {
    /// Authority: the program's upgrade authority, so that nobody else can claim a fresh deployment.
    /// Effects: config with `authority` and `genesis_hash`.
    /// Errors: `ProgramDataMismatch`, `ProgramFinal`, `NotUpgradeAuthority`; a second call fails as the account exists.
    fn validate(&self) -> Result<()> {
        shared::require_upgrade_authority(
            &crate::ID,
            self.program_data.account(),
            self.upgrade_authority.address(),
            OracleError::from,
        )
    }

    pub fn config_init(&mut self, genesis_hash: [u8; 32], authority: Address, bumps: &ConfigInitBumps) -> Result<()> {
        self.validate()?;
        self.config.version = VERSION;
        self.config.min_reader = MIN_READER;
        self.config.bump = bumps.config;
        self.config.time_divisor = TIME_DIVISOR.into();
        self.config.authority = authority;
        self.config.genesis_hash = genesis_hash;
        let (slot, unix_s) = shared::now()?;
        let seq = self.config.seq_next()?;
        emit!(OracleInitialised { slot, unix_s, seq, authority, time_divisor: TIME_DIVISOR });
        Ok(())
    }
}
