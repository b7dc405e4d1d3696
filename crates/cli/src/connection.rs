//! Where to and as whom: `--url` and `--keypair` as in the Solana command line.

use crate::{Error, keys};
use solana_commitment_config::CommitmentConfig;
use solana_hash::Hash;
use solana_instruction::Instruction;
use solana_keypair::{Keypair, read_keypair_file};
use solana_message::{Message, VersionedMessage};
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::RpcClient;
use solana_rpc_client_api::{client_error::ErrorKind, request::RpcError};
use solana_signer::Signer;
use solana_transaction::versioned::VersionedTransaction;
use std::path::{Path, PathBuf};

const LOCAL_URL: &str = "http://127.0.0.1:8899";
/// Genesis hashes of the public clusters.
const PUBLIC_CLUSTERS: [(&str, &str); 3] = [
    ("mainnet", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
    ("devnet", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
    ("testnet", "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"),
];

/// How often a transaction is sent whose blockhash went out of date: on a busy machine the validator may take that long.
const SENDINGS: u8 = 4;

/// A network.
pub struct Connection {
    pub rpc: RpcClient,
}

impl Connection {
    /// Connects and checks that somebody answers.
    pub fn open(url: &str) -> Result<Self, Error> {
        let rpc = RpcClient::new_with_commitment(url.to_owned(), CommitmentConfig::confirmed());
        rpc.get_version().map_err(|source| Error::Unreachable { url: url.to_owned(), source: Box::new(source) })?;
        Ok(Self { rpc })
    }

    /// Refuses mainnet, devnet and testnet.
    pub fn local_only(&self) -> Result<(), Error> {
        let genesis = self.genesis_hash()?;
        match PUBLIC_CLUSTERS.iter().find(|(_, hash)| *hash == bs58(&genesis)) {
            Some((cluster, _)) => Err(Error::PublicCluster { url: self.rpc.url(), cluster }),
            None => Ok(()),
        }
    }

    pub fn genesis_hash(&self) -> Result<[u8; 32], Error> {
        Ok(self.rpc.get_genesis_hash().map_err(Error::rpc("genesis hash"))?.to_bytes())
    }

    /// The account's owner and data, or `None` if there is no such account.
    pub fn account(&self, address: &Pubkey) -> Result<Option<(Pubkey, Vec<u8>)>, Error> {
        let found = self.rpc.get_account_with_commitment(address, self.rpc.commitment());
        let found = found.map_err(Error::rpc(format!("account {address}")))?;
        Ok(found.value.map(|account| (account.owner, account.data)))
    }

    /// Owner and data of each of these accounts at one slot, `None` where there is none.
    pub fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<(Pubkey, Vec<u8>)>>, Error> {
        let found = self.rpc.get_multiple_accounts_with_commitment(addresses, self.rpc.commitment());
        let found = found.map_err(Error::rpc(format!("{} accounts", addresses.len())))?;
        Ok(found.value.into_iter().map(|account| account.map(|account| (account.owner, account.data))).collect())
    }

    /// Signs, sends and waits for confirmation; `what` names the step if it fails.
    pub fn send(
        &self,
        what: &str,
        payer: &Keypair,
        signers: &[&Keypair],
        instructions: &[Instruction],
    ) -> Result<(), Error> {
        let mut all = vec![payer];
        all.extend(signers.iter().filter(|signer| signer.pubkey() != payer.pubkey()));
        self.send_as(what, |blockhash| {
            let message = Message::new_with_blockhash(instructions, Some(&payer.pubkey()), &blockhash);
            VersionedTransaction::try_new(VersionedMessage::Legacy(message), &all)
                .map_err(|error| Error::Instruction { what: "signing", reason: error.to_string() })
        })
    }

    /// Sends what `build` makes of a fresh blockhash, and makes it anew if that blockhash went out of date first: from then on the
    /// transaction cannot land, so that nothing is done twice.
    pub fn send_as(
        &self,
        what: &str,
        build: impl Fn(Hash) -> Result<VersionedTransaction, Error>,
    ) -> Result<(), Error> {
        let mut left = SENDINGS;
        loop {
            left = left.saturating_sub(1);
            let blockhash = self.rpc.get_latest_blockhash().map_err(Error::rpc(what))?;
            let transaction = build(blockhash)?;
            let Err(error) = self.rpc.send_and_confirm_transaction(&transaction) else { return Ok(()) };
            if !matches!(*error.kind, ErrorKind::RpcError(RpcError::ForUser(_))) {
                return Err(Error::sending(what)(error));
            }
            let signature = transaction.signatures.first().copied().unwrap_or_default();
            let status = self.rpc.get_signature_status(&signature).map_err(Error::rpc(what))?;
            match status {
                Some(result) => return result.map_err(|error| Error::sending(what)(error.into())),
                None if left == 0 => return Err(Error::sending(what)(error)),
                None => {}
            }
        }
    }
}

/// What `--url` means: a word for a cluster, a URL, or nothing, for the Solana configuration and then this machine.
pub fn url_resolve(argument: Option<&str>) -> String {
    match argument {
        Some("l" | "localhost") => LOCAL_URL.to_owned(),
        Some("d" | "devnet") => "https://api.devnet.solana.com".to_owned(),
        Some("t" | "testnet") => "https://api.testnet.solana.com".to_owned(),
        Some("m" | "mainnet-beta") => "https://api.mainnet-beta.solana.com".to_owned(),
        Some(url) => url.to_owned(),
        None => solana_config().map_or_else(|| LOCAL_URL.to_owned(), |config| config.json_rpc_url),
    }
}

/// The payer: the named file, else the one of the Solana configuration, else the local network's deployer.
pub fn keypair_load(argument: Option<&Path>) -> Result<Keypair, Error> {
    let configured = || solana_config().map(|config| PathBuf::from(config.keypair_path)).filter(|path| path.exists());
    match argument.map(Path::to_owned).or_else(configured) {
        Some(path) => read_keypair_file(&path).map_err(|error| Error::Keypair { path, reason: error.to_string() }),
        None => Ok(keys::local_key("deployer")),
    }
}

/// Base58, as people write addresses and hashes.
pub fn bs58(bytes: &[u8; 32]) -> String {
    Pubkey::new_from_array(*bytes).to_string()
}

fn solana_config() -> Option<solana_cli_config::Config> {
    let path = solana_cli_config::CONFIG_FILE.as_ref()?;
    solana_cli_config::Config::load(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_resolve_knows_the_words_of_the_solana_command_line() {
        assert_eq!(url_resolve(Some("l")), LOCAL_URL);
        assert_eq!(url_resolve(Some("localhost")), LOCAL_URL);
        assert_eq!(url_resolve(Some("http://10.0.0.1:8899")), "http://10.0.0.1:8899");
    }

    #[test]
    fn keypair_load_of_missing_file_fails_naming_it() {
        let error = keypair_load(Some(Path::new("/nonexistent/id.json"))).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("/nonexistent/id.json")));
    }
}
