//! Makes margin accounts ones of version 2. Only the release after this one has it: feature `next`. The accounts stand here without it,
//! since the framework names them whatever is left out.
use crate::state::Config;
use anchor_lang::prelude::*;

#[cfg_attr(not(feature = "next"), expect(dead_code, reason = "no instruction of this release takes them"))]
#[derive(Accounts)]
pub struct AccountMigrate {
    /// Not read: proves that the program has been set up.
    #[account(seeds = [abi::config::CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
}

#[cfg(feature = "next")]
mod next {
    use super::AccountMigrate;
    use crate::ID;
    use abi::margin::MarginAccount;
    use anchor_lang::prelude::*;
    use policy::migration;

    /// Refusals, beyond the codes of this release.
    #[error_code(offset = 6390)]
    pub enum MigrationError {
        #[msg("one of the accounts is not a margin account that this program can read")]
        AccountUnreadable,
        #[msg("every one of the accounts is of version 2 already: there is nothing to migrate")]
        AlreadyMigrated,
    }

    impl AccountMigrate {
        /// Authority: anyone, at every level: nobody's balance, position or right is read or moved. The remaining accounts are margin accounts
        /// of any market and version, as many as a transaction names.
        /// Effects: each says which of its places hold a position; those that said so are left alone. INVARIANT(G-12)
        /// Errors: `AccountUnreadable`, `AlreadyMigrated`.
        pub fn account_migrate(&mut self, accounts: &mut [AccountView]) -> Result<()> {
            let mut moved = false;
            for view in accounts {
                require!(view.owned_by(&ID), MigrationError::AccountUnreadable);
                let mut data = view.try_borrow_mut()?;
                abi::read::<MarginAccount>(ID.as_array(), ID.as_array(), &data)
                    .map_err(|_| MigrationError::AccountUnreadable)?;
                let account = abi::read_mut(&mut data).map_err(|_| MigrationError::AccountUnreadable)?;
                moved |= migration::account(account);
            }
            require!(moved, MigrationError::AlreadyMigrated);
            Ok(())
        }
    }
}
