//! Hands the config to another authority.
use crate::errors::MarginError;
use crate::state::Config;
use anchor_lang::address_eq;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct AuthoritySet {
    pub authority: Signer,
    #[account(mut, constraint = address_eq(&config.authority, authority.address()) @ MarginError::NotAuthority)]
    pub config: Account<Config>,
}

impl AuthoritySet {
    /// Authority: the config's authority.
    /// Effects: `authority` lists markets from now on.
    /// Errors: `NotAuthority`.
    pub fn authority_set(&mut self, authority: Address) -> Result<()> {
        self.config.authority = authority;
        Ok(())
    }
}
