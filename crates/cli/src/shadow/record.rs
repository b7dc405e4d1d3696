//! A recording: state at one moment, and the transactions that came after it.

use crate::{
    Connection, Error,
    deploy::Progress,
    keys::PROGRAMS,
    status::{accounts_of, clock, program_accounts},
};
use abi::{ids, margin::Market, oracle::Feed};
use base64::{Engine, engine::general_purpose::STANDARD};
use client::addresses;
use serde::{Deserialize, Serialize};
use solana_account::Account;
use solana_address_lookup_table_interface::state::LOOKUP_TABLE_META_SIZE;
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::GetConfirmedSignaturesForAddress2Config;
use solana_rpc_client_api::config::RpcTransactionConfig;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_status_client_types::{EncodedTransaction, TransactionBinaryEncoding, UiTransactionEncoding};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

/// Accounts of one request.
const BATCH: usize = 100;
/// Transactions of the past, of each program, whose accounts are cloned beforehand: who was here lately comes again.
const RECENT: usize = 40;
/// Between two looks at what was sent.
const POLL: Duration = Duration::from_secs(1);

/// State at a slot, and what was sent after it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Recording {
    pub genesis_hash: String,
    pub slot: u64,
    pub unix_s: i64,
    /// By address.
    pub accounts: BTreeMap<String, Stored>,
    /// In the order in which the cluster executed them.
    pub transactions: Vec<Recorded>,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Stored {
    pub lamports: u64,
    pub owner: String,
    pub executable: bool,
    /// Base64.
    pub data: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Recorded {
    pub signature: String,
    pub slot: u64,
    pub unix_s: i64,
    /// Whether the cluster took it.
    pub succeeded: bool,
    /// Its wire form, base64.
    pub transaction: String,
}

impl Recorded {
    pub fn decode(&self) -> Option<VersionedTransaction> {
        EncodedTransaction::Binary(self.transaction.clone(), TransactionBinaryEncoding::Base64).decode()
    }
}

impl Stored {
    fn of(account: &Account) -> Self {
        Self {
            lamports: account.lamports,
            owner: account.owner.to_string(),
            executable: account.executable,
            data: STANDARD.encode(&account.data),
        }
    }

    pub fn account(&self) -> Option<Account> {
        Some(Account {
            lamports: self.lamports,
            data: STANDARD.decode(&self.data).ok()?,
            owner: self.owner.parse().ok()?,
            executable: self.executable,
            rent_epoch: u64::MAX,
        })
    }
}

impl Recording {
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::NotRecording { path: path.to_owned(), reason: error.to_string() })
    }

    pub fn save(&self, path: &Path) -> Result<(), Error> {
        std::fs::write(path, serde_json::to_vec(self).unwrap_or_default()).map_err(Error::file(path))
    }
}

/// How long to listen.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    pub seconds: u64,
    /// Ends sooner, once so many transactions were heard.
    pub transactions: Option<usize>,
}

/// Clones the protocol and everything that it is used with, and listens.
pub fn record(connection: &Connection, listen: &Listen, progress: Progress) -> Result<Recording, Error> {
    let (before, mut wanted) = recent(connection)?;
    wanted.extend(protocol(connection)?);
    let (slot, unix_s) = clock(connection)?;
    let mut accounts = BTreeMap::new();
    clone(connection, &wanted, &mut accounts)?;
    progress(&format!("{} accounts cloned at slot {slot}; listening for {} s", accounts.len(), listen.seconds));
    let mut transactions = Vec::new();
    for signature in heard(connection, &before, listen)? {
        transactions.extend(fetch(connection, &signature)?);
    }
    transactions.retain(|(_, recorded)| recorded.slot > slot);
    transactions.sort_by_key(|(at, recorded)| (recorded.slot, *at));
    let transactions: Vec<_> = transactions.into_iter().map(|(_, recorded)| recorded).collect();
    // Whoever came for the first time: their accounts as they are now, the same for both codes. First the tables, then what they name.
    let decoded: Vec<_> = transactions.iter().filter_map(Recorded::decode).collect();
    add(connection, decoded.iter().flat_map(keys), &mut accounts)?;
    let named: Vec<_> = decoded.iter().flat_map(|transaction| looked_up(transaction, &accounts)).collect();
    add(connection, named.into_iter(), &mut accounts)?;
    progress(&format!("{} transactions recorded", transactions.len()));
    let genesis_hash = crate::connection::bs58(&connection.genesis_hash()?);
    Ok(Recording { genesis_hash, slot, unix_s, accounts, transactions })
}

/// What a transaction names itself: accounts, and tables of more.
fn keys(transaction: &VersionedTransaction) -> Vec<Pubkey> {
    let message = &transaction.message;
    let tables = message.address_table_lookups().unwrap_or_default().iter().map(|lookup| lookup.account_key);
    message.static_account_keys().iter().copied().chain(tables).collect()
}

/// What it names through tables.
pub(super) fn looked_up(transaction: &VersionedTransaction, accounts: &BTreeMap<String, Stored>) -> Vec<Pubkey> {
    let lookups = transaction.message.address_table_lookups().unwrap_or_default();
    let named = lookups.iter().flat_map(|lookup| {
        let table = accounts.get(&lookup.account_key.to_string()).and_then(Stored::account);
        let data = table.map(|table| table.data).unwrap_or_default();
        let at = lookup.writable_indexes.iter().chain(&lookup.readonly_indexes).copied();
        at.filter_map(|index| table_address(&data, index)).collect::<Vec<_>>()
    });
    named.collect()
}

/// An address of a lookup table, from its bytes.
fn table_address(data: &[u8], index: u8) -> Option<Pubkey> {
    let (addresses, _) = data.get(LOOKUP_TABLE_META_SIZE..)?.as_chunks::<32>();
    addresses.get(usize::from(index)).copied().map(Pubkey::new_from_array)
}

/// Signatures of what is sent to the protocol after `before`, as long as one listens.
fn heard(
    connection: &Connection,
    before: &BTreeMap<Pubkey, String>,
    listen: &Listen,
) -> Result<BTreeSet<String>, Error> {
    let end = Instant::now().checked_add(Duration::from_secs(listen.seconds));
    while let Some(left) = end.and_then(|end| end.checked_duration_since(Instant::now())).filter(|left| !left.is_zero())
    {
        if let Some(wanted) = listen.transactions
            && signatures(connection, before)?.len() >= wanted
        {
            break;
        }
        std::thread::sleep(left.min(POLL));
    }
    signatures(connection, before)
}

/// The newest signature of each program, and the accounts that its latest transactions named.
fn recent(connection: &Connection) -> Result<(BTreeMap<Pubkey, String>, BTreeSet<Pubkey>), Error> {
    let (mut newest, mut named) = (BTreeMap::new(), BTreeSet::new());
    for program in &PROGRAMS {
        let config = GetConfirmedSignaturesForAddress2Config {
            limit: Some(RECENT),
            commitment: Some(connection.rpc.commitment()),
            ..GetConfirmedSignaturesForAddress2Config::default()
        };
        let found = connection.rpc.get_signatures_for_address_with_config(&program.id, config);
        let found = found.map_err(Error::rpc(format!("transactions of {}", program.name)))?;
        if let Some(first) = found.first() {
            newest.insert(program.id, first.signature.clone());
        }
        for status in &found {
            if let Some((_, recorded)) = fetch(connection, &status.signature)? {
                named.extend(recorded.decode().iter().flat_map(keys));
            }
        }
    }
    Ok((newest, named))
}

/// Signatures of every program's transactions after those of `before`, each once.
fn signatures(connection: &Connection, before: &BTreeMap<Pubkey, String>) -> Result<BTreeSet<String>, Error> {
    let mut signatures = BTreeSet::new();
    for program in &PROGRAMS {
        let mut last = None;
        loop {
            let config = GetConfirmedSignaturesForAddress2Config {
                before: last,
                until: before.get(&program.id).and_then(|signature| signature.parse().ok()),
                commitment: Some(connection.rpc.commitment()),
                ..GetConfirmedSignaturesForAddress2Config::default()
            };
            let found = connection.rpc.get_signatures_for_address_with_config(&program.id, config);
            let found = found.map_err(Error::rpc(format!("transactions of {}", program.name)))?;
            last = found.last().and_then(|status| status.signature.parse().ok());
            signatures.extend(found.into_iter().map(|status| status.signature));
            if last.is_none() {
                break;
            }
        }
    }
    Ok(signatures)
}

/// A transaction and its place in its block.
fn fetch(connection: &Connection, signature: &str) -> Result<Option<(u32, Recorded)>, Error> {
    let Ok(parsed) = signature.parse() else { return Ok(None) };
    let config = RpcTransactionConfig {
        encoding: Some(UiTransactionEncoding::Base64),
        commitment: Some(connection.rpc.commitment()),
        max_supported_transaction_version: Some(0),
    };
    let found = connection.rpc.get_transaction_with_config(&parsed, config);
    let found = found.map_err(Error::rpc(format!("transaction {signature}")))?;
    let EncodedTransaction::Binary(transaction, _) = found.transaction.transaction else { return Ok(None) };
    let succeeded = found.transaction.meta.is_some_and(|meta| meta.err.is_none());
    let recorded = Recorded {
        signature: signature.to_owned(),
        slot: found.slot,
        unix_s: found.block_time.unwrap_or_default(),
        succeeded,
        transaction,
    };
    Ok(Some((found.transaction_index.unwrap_or_default(), recorded)))
}

/// Addresses of everything that is the protocol's, and of what its accounts name: code, mints, token vaults, price sources.
fn protocol(connection: &Connection) -> Result<BTreeSet<Pubkey>, Error> {
    let mut wanted = BTreeSet::new();
    for program in &PROGRAMS {
        wanted.extend([program.id, addresses::program_data(&program.id)]);
        wanted.extend(accounts_of(connection, &program.id)?.into_iter().map(|(address, _)| address));
    }
    for (_, market) in program_accounts::<Market>(connection, "Market", &ids::MARGIN)? {
        wanted.extend([market.base_mint, market.quote_mint, market.base_tokens, market.quote_tokens].map(Pubkey::from));
    }
    for (_, feed) in program_accounts::<Feed>(connection, "Feed", &ids::ORACLE)? {
        wanted.extend(feed.sources.iter().filter(|source| source.kind != 0).map(|source| Pubkey::from(source.address)));
    }
    Ok(wanted)
}

/// Adds those of these accounts that are not there yet.
fn add(
    connection: &Connection,
    named: impl Iterator<Item = Pubkey>,
    accounts: &mut BTreeMap<String, Stored>,
) -> Result<(), Error> {
    let missing: BTreeSet<_> = named.filter(|address| !accounts.contains_key(&address.to_string())).collect();
    clone(connection, &missing, accounts)
}

/// Adds these accounts as they are now; of a program its code too.
fn clone(
    connection: &Connection,
    wanted: &BTreeSet<Pubkey>,
    accounts: &mut BTreeMap<String, Stored>,
) -> Result<(), Error> {
    let mut code = BTreeSet::new();
    let all: Vec<_> = wanted.iter().copied().collect();
    for batch in all.chunks(BATCH) {
        let found = connection.rpc.get_multiple_accounts_with_commitment(batch, connection.rpc.commitment());
        let found = found.map_err(Error::rpc("cloning accounts"))?.value;
        for (address, account) in batch.iter().zip(found) {
            let Some(account) = account else { continue };
            let data = addresses::program_data(address);
            if account.executable && account.owner.to_bytes() == ids::LOADER && !wanted.contains(&data) {
                code.insert(data);
            }
            accounts.insert(address.to_string(), Stored::of(&account));
        }
    }
    if code.is_empty() { Ok(()) } else { clone(connection, &code, accounts) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_message::{VersionedMessage, v0};

    #[test]
    fn looked_up_finds_what_a_transaction_names_through_a_table() {
        let (table, first, second) = (Pubkey::new_unique(), Pubkey::new_unique(), Pubkey::new_unique());
        let lookup = v0::MessageAddressTableLookup {
            account_key: table,
            writable_indexes: vec![1],
            readonly_indexes: vec![0, 9],
        };
        let message = v0::Message { address_table_lookups: vec![lookup], ..v0::Message::default() };
        let transaction = VersionedTransaction { signatures: vec![], message: VersionedMessage::V0(message) };
        assert_eq!(keys(&transaction), [table]);
        let data = [&[0; LOOKUP_TABLE_META_SIZE][..], first.as_ref(), second.as_ref()].concat();
        let stored = Stored::of(&Account { data, ..Account::default() });
        let accounts = BTreeMap::from([(table.to_string(), stored)]);
        assert_eq!(looked_up(&transaction, &accounts), [second, first]);
        assert!(looked_up(&transaction, &BTreeMap::new()).is_empty());
    }
}
