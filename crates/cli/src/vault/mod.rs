//! `bastion vault`: every vault with its mandate, queue and epochs, and what they have yielded; deposits, withdrawals, claims and bids.

mod bids;
mod desk;
mod show;
mod steps;
#[cfg(test)]
mod tests;

pub use show::{json, write};
pub use steps::{Step, run};

use crate::{
    Connection, Error,
    market::symbol,
    status::{clock, program_accounts, single},
};
use abi::margin::{MarginAccount, Market};
use abi::vault::{EPOCH_SETTLED, Epoch, Vault};
use risk::vault::VaultKind;
use solana_pubkey::Pubkey;

/// Everything that the command shows.
#[derive(Clone, Debug)]
pub struct Status {
    pub url: String,
    pub unix_s: i64,
    pub vaults: Vec<VaultStatus>,
}

/// One vault.
#[derive(Clone, Debug)]
pub struct VaultStatus {
    pub address: Pubkey,
    pub symbol: String,
    pub vault: Vault,
    pub kind: Option<VaultKind>,
    /// Of the token that it takes, and of the market's two.
    pub decimals: u8,
    pub base_decimals: u8,
    pub quote_decimals: u8,
    pub at_risk_base_atoms: u64,
    pub at_risk_quote_atoms: i64,
    /// By number; the last is the current one.
    pub epochs: Vec<Epoch>,
}

/// Reads the whole of it.
pub fn status(connection: &Connection) -> Result<Status, Error> {
    let (_, unix_s) = clock(connection)?;
    let epochs = program_accounts::<Epoch>(connection, "Epoch", &abi::ids::VAULT)?;
    let mut vaults = Vec::new();
    for (address, vault) in program_accounts::<Vault>(connection, "Vault", &abi::ids::VAULT)? {
        let mut own: Vec<_> =
            epochs.iter().map(|(_, epoch)| *epoch).filter(|epoch| epoch.vault == address.to_bytes()).collect();
        own.sort_by_key(|epoch| epoch.number.get());
        vaults.push(of_vault(connection, address, vault, own)?);
    }
    vaults.sort_by_key(|vault| (vault.symbol.clone(), vault.vault.id.get()));
    Ok(Status { url: connection.rpc.url(), unix_s, vaults })
}

fn of_vault(connection: &Connection, address: Pubkey, vault: Vault, epochs: Vec<Epoch>) -> Result<VaultStatus, Error> {
    let market = Pubkey::new_from_array(vault.market);
    let market = single::<Market>(connection, "Market", &market)?.ok_or(Error::AccountMissing { address: market })?;
    let trading = Pubkey::new_from_array(vault.trading_account);
    let trading = single::<MarginAccount>(connection, "MarginAccount", &trading)?
        .ok_or(Error::AccountMissing { address: trading })?;
    let kind = VaultKind::from_byte(vault.kind);
    let holds_base = kind.is_some_and(VaultKind::holds_base);
    Ok(VaultStatus {
        address,
        symbol: symbol(&market.symbol),
        vault,
        kind,
        decimals: if holds_base { market.base_decimals } else { market.quote_decimals },
        base_decimals: market.base_decimals,
        quote_decimals: market.quote_decimals,
        at_risk_base_atoms: trading.base_atoms.get(),
        at_risk_quote_atoms: trading.quote_atoms.get(),
        epochs,
    })
}

/// What an epoch has yielded, in 1e-6 of the price before: realised, never projected. `None` for an epoch without a price on both sides.
pub fn yield_e6(before: &Epoch, epoch: &Epoch) -> Option<i64> {
    if epoch.state != EPOCH_SETTLED || before.share_price_e12.get() == 0 || epoch.share_price_e12.get() == 0 {
        return None;
    }
    let (from, to) = (i128::from(before.share_price_e12.get()), i128::from(epoch.share_price_e12.get()));
    let change = to.checked_sub(from)?.checked_mul(1_000_000)?.checked_div(from)?;
    i64::try_from(change).ok()
}
