//! Hands the config's authority over: from the deployer to the governor's PDA.
use crate::events::AuthorityChanged;
use crate::state::Config;
use crate::BreakerError;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct AuthoritySet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(mut, seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
}

impl AuthoritySet {
    /// Authority: the config's current authority.
    /// Effects: replaces it at once.
    /// Errors: `NotAuthority`.
    pub fn authority_set(&mut self, authority: Address) -> Result<()> {
        self.config.authority = authority;
        let (slot, unix_s) = shared::now()?;
        let seq = self.config.seq_next()?;
        emit!(AuthorityChanged { slot, unix_s, seq, authority });
        Ok(())
    }
}
