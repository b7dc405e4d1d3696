//! Creates the program's config and the global brake, once.
use crate::events::BreakerInitialised;
use crate::state::{Brake, Config, MIN_READER, VERSION};
use crate::{BreakerError, TIME_DIVISOR};
use abi::breaker::BRAKE_SEED;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ConfigInit {
    #[account(mut)]
    pub payer: Signer,
    pub upgrade_authority: Signer,
    /// Checked by the handler: the breaker's own ProgramData.
    pub program_data: UncheckedAccount,
    #[account(init, payer = payer, seeds = [CONFIG_SEED], bump)]
    pub config: Account<Config>,
    #[account(init, payer = payer, seeds = [BRAKE_SEED], bump)]
    pub brake: Account<Brake>,
    pub system_program: Program<System>,
}

impl ConfigInit {
    /// Authority: the program's upgrade authority, so that nobody else can claim a fresh deployment.
    /// Effects: config with `authority` and `genesis_hash`; brake released, without guardians.
    /// Errors: `ProgramDataMismatch`, `ProgramFinal`, `NotUpgradeAuthority`; a second call fails as the accounts exist.
    fn validate(&self) -> Result<()> {
        shared::require_upgrade_authority(
            &crate::ID,
            self.program_data.account(),
            self.upgrade_authority.address(),
            BreakerError::from,
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
        self.brake.version = VERSION;
        self.brake.min_reader = MIN_READER;
        self.brake.bump = bumps.brake;
        self.brake.record(policy::Brake::RELEASED);
        self.brake.time_divisor = TIME_DIVISOR.into();
        let (slot, unix_s) = shared::now()?;
        // Restarts of the cluster before this deployment are nobody's concern.
        self.brake.restart_slot = slot.into();
        let seq = self.config.seq_next()?;
        emit!(BreakerInitialised { slot, unix_s, seq, authority, time_divisor: TIME_DIVISOR });
        Ok(())
    }
}
