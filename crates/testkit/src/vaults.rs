//! Every vault of a world held to its invariants, as `invariants` has them.

use invariants::{Account as Raw, vaults};
use solana_account::Account;
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;

/// Holds every vault among the accounts to its invariants; panics with the ID of one that is broken.
pub fn vaults_check<'a>(accounts: &'a BTreeMap<Pubkey, Account>) {
    let raw = |(address, account): (&Pubkey, &'a Account)| Raw {
        address: address.to_bytes(),
        owner: account.owner.to_bytes(),
        data: &account.data,
    };
    let accounts: Vec<Raw<'a>> = accounts.iter().map(raw).collect();
    vaults::check(&accounts).unwrap_or_else(|broken| panic!("{broken}"));
}
