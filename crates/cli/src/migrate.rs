//! `bastion migrate`: margin accounts to the layout of the release that runs.

use crate::{Connection, Error, status::program_accounts};
use abi::{governor::PAGE_ACCOUNTS, margin::MarginAccount};
use client::migration::account_migrate;
use solana_keypair::Keypair;

/// Migrates every account that is not done, as many to a transaction as a page of a snapshot holds. What was done is in words.
pub fn run(connection: &Connection, payer: &Keypair) -> Result<String, Error> {
    let found = program_accounts::<MarginAccount>(connection, "MarginAccount", &abi::ids::MARGIN)?;
    let total = found.len();
    let due: Vec<_> = found.into_iter().filter(|(_, account)| is_due(account)).map(|(address, _)| address).collect();
    let page = usize::try_from(PAGE_ACCOUNTS).unwrap_or(1);
    for accounts in due.chunks(page) {
        connection.send("migrating accounts", payer, &[], &[account_migrate(accounts.iter().copied())])?;
    }
    Ok(format!("{} of {total} margin accounts migrated to version {}", due.len(), policy::migration::ACCOUNT_VERSION))
}

fn is_due(account: &MarginAccount) -> bool {
    let mut migrated = *account;
    policy::migration::account(&mut migrated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_pubkey::Pubkey;

    #[test]
    fn page_of_accounts_fits_a_transaction() {
        let migrate = account_migrate((0..PAGE_ACCOUNTS).map(|_| Pubkey::new_unique()));
        let message = solana_transaction::Transaction::new_with_payer(&[migrate], Some(&Pubkey::new_unique())).message;
        // A signature and its count come before the message.
        assert!(message.serialize().len() + 65 <= 1_232);
    }
}
