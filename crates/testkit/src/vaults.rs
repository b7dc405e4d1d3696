//! Option vaults: their addresses, a mandate, and every vault of a world held to its invariants, as `invariants` has them.

use crate::SOL;
use abi::Layout;
use abi::vault::Vault;
use bytemuck::Zeroable;
use client::{addresses, vault::MandateArgs};
use invariants::{Account as Raw, vaults};
use solana_account::Account;
use solana_pubkey::Pubkey;
use std::collections::BTreeMap;

/// Weekly covered calls of SOL.
pub const VAULT_MANDATE: MandateArgs = MandateArgs {
    delta_min_bps: 500,
    delta_max_bps: 2_500,
    distance_bps: 5_000,
    discount_bps: 1_000,
    open_interest_bps: 1_000,
    width_bps: 0,
    management_bps: 0,
    performance_bps: 0,
    escrow_multiple: 10,
    cover_bps: 10_000,
    vol_min_e9: 400_000_000,
    auction_s: 3_600,
    epoch_s: 604_800,
    deposit_min_atoms: SOL / 10,
    capacity_atoms: 1_000 * SOL,
};

/// What stands for a vault whose key a test holds, so that the test signs as the vault program does for its own.
pub fn vault_account(escrow: Pubkey) -> Account {
    let vault = Vault { version: 1, min_reader: 1, escrow_account: escrow.to_bytes(), ..Zeroable::zeroed() };
    let data = [&Vault::DISCRIMINATOR[..], bytemuck::bytes_of(&vault)].concat();
    Account { lamports: 1_000_000_000_000, data, owner: abi::ids::VAULT.into(), ..Account::default() }
}

/// A vault's addresses.
#[derive(Clone, Copy, Debug)]
pub struct VaultKeys {
    pub vault: Pubkey,
    pub trading: Pubkey,
    pub escrow: Pubkey,
    pub share_mint: Pubkey,
    pub share_tokens: Pubkey,
}

impl VaultKeys {
    pub fn of(market: &Pubkey, id: u16) -> Self {
        let vault = addresses::vault(market, id);
        let account = |subaccount| addresses::margin_account(market, &vault, subaccount);
        Self {
            vault,
            trading: account(abi::vault::TRADING_SUBACCOUNT),
            escrow: account(abi::vault::ESCROW_SUBACCOUNT),
            share_mint: addresses::share_mint(&vault),
            share_tokens: addresses::share_tokens(&vault),
        }
    }
}

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
