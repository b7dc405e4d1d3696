//! The embedded store: quotes by account and nonce, written behind the book by a thread of its own.
//!
//! What is read back is checked like anything else that comes from outside, so a write that is lost or late costs nothing but a quote that
//! its maker posts again.

use crate::{QuoteId, Signed};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

const QUOTES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("quotes");
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const GENESIS: &str = "genesis_hash";
/// Writes that may wait; a burst beyond is not stored.
const QUEUE: usize = 8_192;
/// Writes of one transaction, at most.
const COMMIT: usize = 1_024;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the store {path}: {source}; is another relay running on it?")]
    Open { path: String, source: redb::DatabaseError },
    #[error("cannot make the folder of {path}: {source}")]
    Folder { path: String, source: std::io::Error },
    #[error("the store: {0}")]
    Redb(#[from] redb::Error),
}

enum Write {
    Put(QuoteId, Vec<u8>),
    Delete(QuoteId),
}

/// Dropping it writes what waits.
pub struct Store {
    writes: Option<SyncSender<Write>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens or creates the file, and returns the quotes in it that still pass. A store of another cluster is emptied.
    pub fn open(path: &Path, genesis_hash: &[u8; 32]) -> Result<(Self, Vec<Signed>), StoreError> {
        let shown = || path.display().to_string();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder { path: shown(), source })?;
        }
        let database = Database::create(path).map_err(|source| StoreError::Open { path: shown(), source })?;
        cluster_set(&database, genesis_hash)?;
        let quotes = quotes_read(&database, genesis_hash)?;
        let (writes, queue) = sync_channel(QUEUE);
        let thread = std::thread::spawn(move || run(&database, &queue));
        Ok((Self { writes: Some(writes), thread: Some(thread) }, quotes))
    }

    pub fn put(&self, signed: &Signed) {
        let value = [&signed.maker[..], &signed.signature, &signed.message].concat();
        self.write(Write::Put(signed.id(), value));
    }

    pub fn delete(&self, id: QuoteId) {
        self.write(Write::Delete(id));
    }

    fn write(&self, write: Write) {
        let Some(writes) = &self.writes else { return };
        if let Err(TrySendError::Full(_)) = writes.try_send(write) {
            metrics::counter!("relay_store_skipped_total").increment(1);
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        drop(self.writes.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn key(id: &QuoteId) -> Vec<u8> {
    // Big-endian, so that the order of bytes is the order of nonces.
    [&id.account[..], &id.nonce.to_be_bytes()].concat()
}

/// Remembers the cluster; of another one, nothing is kept.
fn cluster_set(database: &Database, genesis_hash: &[u8; 32]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut meta = transaction.open_table(META)?;
        let same = meta.get(GENESIS)?.is_some_and(|stored| stored.value() == genesis_hash);
        if !same {
            transaction.delete_table(QUOTES)?;
            meta.insert(GENESIS, &genesis_hash[..])?;
        }
        transaction.open_table(QUOTES)?;
    }
    transaction.commit()?;
    Ok(())
}

fn quotes_read(database: &Database, genesis_hash: &[u8; 32]) -> Result<Vec<Signed>, redb::Error> {
    let transaction = database.begin_read()?;
    let table = transaction.open_table(QUOTES)?;
    let mut quotes = vec![];
    for row in table.iter()? {
        let (_, value) = row?;
        quotes.extend(value_read(value.value(), genesis_hash));
    }
    Ok(quotes)
}

fn value_read(value: &[u8], genesis_hash: &[u8; 32]) -> Option<Signed> {
    let (maker, rest) = value.split_first_chunk()?;
    let (signature, message) = rest.split_first_chunk()?;
    Signed::check(*maker, *signature, message.to_vec(), genesis_hash).ok()
}

fn run(database: &Database, queue: &Receiver<Write>) {
    while let Ok(first) = queue.recv() {
        let batch: Vec<Write> = std::iter::once(first).chain(queue.try_iter().take(COMMIT)).collect();
        if let Err(error) = commit(database, &batch) {
            metrics::counter!("relay_store_failures_total").increment(1);
            tracing::error!(%error, writes = batch.len(), "the store takes no writes");
        }
    }
}

fn commit(database: &Database, batch: &[Write]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(QUOTES)?;
        for write in batch {
            match write {
                Write::Put(id, value) => drop(table.insert(&key(id)[..], &value[..])?),
                Write::Delete(id) => drop(table.remove(&key(id)[..])?),
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quote::tests::{GENESIS, Terms};

    #[test]
    fn store_gives_back_what_was_put_and_not_deleted_and_nothing_of_another_cluster() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/relay.redb");
        let quotes: Vec<_> = (1..=3).map(|nonce| Terms { nonce, ..Terms::default() }.signed()).collect();
        {
            let (store, found) = Store::open(&path, &GENESIS).unwrap();
            assert_eq!(found, []);
            quotes.iter().for_each(|quote| store.put(quote));
            store.delete(quotes[1].id());
        }
        let (store, found) = Store::open(&path, &GENESIS).unwrap();
        assert_eq!(found, [quotes[0].clone(), quotes[2].clone()]);
        assert!(matches!(Store::open(&path, &GENESIS), Err(StoreError::Open { .. })), "one relay, one file");
        drop(store);
        assert_eq!(Store::open(&path, &[9; 32]).unwrap().1, []);
        assert_eq!(Store::open(&path, &GENESIS).unwrap().1, [], "the other cluster's start emptied it");
    }

    #[test]
    fn store_passes_over_rows_that_no_longer_verify() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.redb");
        let good = Terms::default().signed();
        let mut forged = Terms { nonce: 9, ..Terms::default() }.signed();
        forged.signature[0] ^= 1;
        {
            let (store, _) = Store::open(&path, &GENESIS).unwrap();
            store.put(&forged);
            store.put(&good);
        }
        assert_eq!(Store::open(&path, &GENESIS).unwrap().1, [good]);
    }
}
