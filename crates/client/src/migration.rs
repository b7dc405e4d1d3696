//! Margin's `account_migrate`, which the release after this one has and no interface names yet.

use crate::{addresses, margin};
use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

const ACCOUNT_MIGRATE: u8 = 200;

/// Codes, names and messages of the migration's errors.
pub const ERRORS: &[(u32, &str, &str)] = &[
    (6390, "AccountUnreadable", "one of the accounts is not a margin account that this program can read"),
    (6391, "AlreadyMigrated", "every one of the accounts is of version 2 already: there is nothing to migrate"),
];

/// `account_migrate` of these accounts, of any market and in any order.
pub fn account_migrate(accounts: impl IntoIterator<Item = Pubkey>) -> Instruction {
    let config = AccountMeta::new_readonly(addresses::config(&margin::ID), false);
    let named = accounts.into_iter().map(|account| AccountMeta::new(account, false));
    let accounts = std::iter::once(config).chain(named).collect();
    Instruction { program_id: margin::ID, accounts, data: vec![ACCOUNT_MIGRATE] }
}
