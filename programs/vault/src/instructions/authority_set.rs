//! Hands the right to create vaults to another key, the governor's in the end.
use crate::errors::VaultError;
use crate::events::AuthorityChanged;
use crate::state::Config;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct AuthoritySet {
    #[account(address = config.authority @ VaultError::NotAuthority)]
    pub authority: Signer,
    #[account(mut, seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
}

impl AuthoritySet {
    /// Authority: the current one. Effects: replaces it at once. Errors: `NotAuthority`, `ZeroAuthority`.
    fn validate(&self, authority: &Address) -> Result<()> {
        require!(*authority != Address::default(), VaultError::ZeroAuthority);
        Ok(())
    }

    pub fn authority_set(&mut self, authority: Address) -> Result<()> {
        self.validate(&authority)?;
        let (slot, unix_s) = shared::now()?;
        self.config.authority = authority;
        emit!(AuthorityChanged { slot, unix_s, seq: self.config.next_seq()?, authority });
        Ok(())
    }
}
