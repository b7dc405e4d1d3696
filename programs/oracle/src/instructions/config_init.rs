//! Creates the program's config.
use crate::state::Config;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ConfigInit {
    #[account(mut)]
    pub payer: Signer,
    /// The program's upgrade authority.
    pub upgrade_authority: Signer,
    pub program_data: UncheckedAccount,
    #[account(init, payer = payer, seeds = [abi::config::CONFIG_SEED], bump)]
    pub config: Account<Config>,
    pub system_program: Program<System>,
}

impl ConfigInit {
    pub fn config_init(&mut self, genesis_hash: [u8; 32], bumps: &ConfigInitBumps) -> Result<()> {
        self.config.version = 1;
        self.config.min_reader = 1;
        self.config.bump = bumps.config;
        self.config.genesis_hash = genesis_hash;
        self.config.time_divisor = 1.into();
        Ok(())
    }
}
