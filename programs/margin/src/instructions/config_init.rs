//! Creates the program's config.
use crate::errors::MarginError;
use crate::state::{Config, MIN_READER, VERSION};
use crate::{ID, TIME_DIVISOR};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ConfigInit {
    /// `dup`: a signer's view gives no access to data, so one wallet may fill several signer slots.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub upgrade_authority: Signer,
    /// Checked in `validate`, by derivation from the program's id.
    pub program_data: UncheckedAccount,
    #[account(init, payer = payer, seeds = [abi::config::CONFIG_SEED], bump)]
    pub config: Account<Config>,
    pub system_program: Program<System>,
}

impl ConfigInit {
    /// Authority: the program's upgrade authority, so that nobody can claim a fresh deployment.
    /// Effects: creates the config, with `authority` to list markets; genesis hash and time divisor never change after.
    /// Errors: `NotUpgradeAuthority`.
    fn validate(&self) -> Result<()> {
        let signer = self.upgrade_authority.address();
        shared::require_upgrade_authority(&ID, self.program_data.account(), signer, |_| {
            MarginError::NotUpgradeAuthority
        })
    }

    pub fn config_init(&mut self, genesis_hash: [u8; 32], authority: Address, bumps: &ConfigInitBumps) -> Result<()> {
        self.validate()?;
        self.config.version = VERSION;
        self.config.min_reader = MIN_READER;
        self.config.bump = bumps.config;
        self.config.time_divisor = TIME_DIVISOR.into();
        self.config.authority = authority;
        self.config.genesis_hash = genesis_hash;
        Ok(())
    }
}
