//! Creates the program's config.
use crate::errors::VaultError;
use crate::events::AuthorityChanged;
use crate::state::{Config, VERSION};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ConfigInit {
    /// `dup`: a signer's view gives no access to data, so the upgrade authority may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// The program's upgrade authority.
    pub upgrade_authority: Signer,
    /// The program's own ProgramData, which proves it.
    pub program_data: UncheckedAccount,
    #[account(init, payer = payer, seeds = [abi::config::CONFIG_SEED], bump)]
    pub config: Account<Config>,
    pub system_program: Program<System>,
}

impl ConfigInit {
    /// Authority: the program's upgrade authority, so that nobody can claim a fresh deployment.
    /// Effects: creates the config, with `authority` to create vaults; genesis hash and time divisor never change after.
    /// Errors: `NotUpgradeAuthority`, `ZeroAuthority`.
    fn validate(&self, authority: &Address) -> Result<()> {
        require!(*authority != Address::default(), VaultError::ZeroAuthority);
        let signer = self.upgrade_authority.address();
        shared::require_upgrade_authority(&crate::ID, self.program_data.account(), signer, |_| {
            VaultError::NotUpgradeAuthority
        })
    }

    pub fn config_init(&mut self, genesis_hash: [u8; 32], authority: Address, bumps: &ConfigInitBumps) -> Result<()> {
        self.validate(&authority)?;
        let (slot, unix_s) = shared::now()?;
        self.config.version = VERSION;
        self.config.min_reader = VERSION;
        self.config.bump = bumps.config;
        self.config.time_divisor = crate::TIME_DIVISOR.into();
        self.config.authority = authority;
        self.config.genesis_hash = genesis_hash;
        emit!(AuthorityChanged { slot, unix_s, seq: self.config.next_seq()?, authority });
        Ok(())
    }
}
