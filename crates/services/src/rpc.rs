//! The cluster's JSON RPC: the dozen methods that the daemons need, each with a time limit.

use crate::{base64_of, base64_read};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use solana_hash::Hash;
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use solana_transaction::Transaction;
use std::time::Duration;

/// Accounts in one request, by the validator's own limit.
const ACCOUNTS_MAX: usize = 100;
/// Signatures in one request; the validator's limit is 256.
const STATUSES_MAX: usize = 256;
const COMMITMENT: &str = "confirmed";
const MESSAGE_MAX: usize = 300;

#[derive(Debug, thiserror::Error)]
pub enum RpcError {
    #[error("{url} does not answer: {source}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("{url} answers {method} with {reason}")]
    Refused { url: String, method: &'static str, reason: String },
    #[error("{url} answers {method} with what is no answer to it: {reason}")]
    Malformed { url: String, method: &'static str, reason: String },
}

/// An account as it is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub owner: Pubkey,
    pub lamports: u64,
    pub data: Vec<u8>,
}

/// What a simulation found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// The transaction's error, as RPC writes it.
    pub error: Option<Value>,
    pub logs: Vec<String>,
    pub units: u64,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub slot: u64,
    /// Whether at least the majority of stake voted for its block.
    pub confirmed: bool,
    pub error: Option<Value>,
}

/// A cluster's RPC.
#[derive(Clone, Debug)]
pub struct Rpc {
    http: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
struct Reply<T> {
    result: Option<T>,
    error: Option<ReplyError>,
}

#[derive(Deserialize)]
struct ReplyError {
    code: i64,
    message: String,
}

#[derive(Deserialize)]
struct AtSlot<T> {
    context: Context,
    value: T,
}

#[derive(Deserialize)]
struct Context {
    slot: u64,
}

#[derive(Deserialize)]
struct RawAccount {
    owner: String,
    lamports: u64,
    data: (String, String),
}

#[derive(Deserialize)]
struct Keyed {
    pubkey: String,
    account: RawAccount,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBlockhash {
    blockhash: String,
    last_valid_block_height: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSimulated {
    err: Option<Value>,
    logs: Option<Vec<String>>,
    units_consumed: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStatus {
    slot: u64,
    err: Option<Value>,
    confirmation_status: Option<String>,
}

impl RawAccount {
    fn read(&self) -> Option<Account> {
        let data = base64_read(&self.data.0)?;
        Some(Account { owner: self.owner.parse().ok()?, lamports: self.lamports, data })
    }
}

impl Rpc {
    pub fn new(url: &str, timeout: Duration) -> Result<Self, RpcError> {
        let http = reqwest::Client::builder().timeout(timeout).build();
        let http = http.map_err(|source| RpcError::Unreachable { url: url.to_owned(), source })?;
        Ok(Self { http, url: url.to_owned() })
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn genesis_hash(&self) -> Result<[u8; 32], RpcError> {
        let text: String = self.call("getGenesisHash", json!([])).await?;
        let hash: Option<Hash> = text.parse().ok();
        hash.map(|hash| hash.to_bytes()).ok_or_else(|| self.malformed("getGenesisHash", "no hash"))
    }

    pub async fn slot(&self) -> Result<u64, RpcError> {
        self.call("getSlot", json!([{ "commitment": COMMITMENT }])).await
    }

    pub async fn block_height(&self) -> Result<u64, RpcError> {
        self.call("getBlockHeight", json!([{ "commitment": COMMITMENT }])).await
    }

    pub async fn balance(&self, address: &Pubkey) -> Result<u64, RpcError> {
        let params = json!([address.to_string(), { "commitment": COMMITMENT }]);
        let at: AtSlot<u64> = self.call("getBalance", params).await?;
        Ok(at.value)
    }

    /// A recent blockhash and the last block height at which it is good.
    pub async fn blockhash(&self) -> Result<(Hash, u64), RpcError> {
        let method = "getLatestBlockhash";
        let at: AtSlot<RawBlockhash> = self.call(method, json!([{ "commitment": COMMITMENT }])).await?;
        let hash = at.value.blockhash.parse().map_err(|_| self.malformed(method, "no hash"))?;
        Ok((hash, at.value.last_valid_block_height))
    }

    pub async fn account(&self, address: &Pubkey) -> Result<Option<Account>, RpcError> {
        Ok(self.accounts(std::slice::from_ref(address)).await?.pop().flatten())
    }

    /// These accounts, in order; more than a hundred take several requests, which may see different slots.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, RpcError> {
        let method = "getMultipleAccounts";
        let mut accounts = Vec::with_capacity(addresses.len());
        for chunk in addresses.chunks(ACCOUNTS_MAX) {
            let keys: Vec<String> = chunk.iter().map(Pubkey::to_string).collect();
            let params = json!([keys, { "commitment": COMMITMENT, "encoding": "base64" }]);
            let at: AtSlot<Vec<Option<RawAccount>>> = self.call(method, params).await?;
            if at.value.len() != chunk.len() {
                return Err(self.malformed(method, "another number of accounts than asked for"));
            }
            for raw in at.value {
                let read = raw.map(|raw| raw.read().ok_or_else(|| self.malformed(method, "an unreadable account")));
                accounts.push(read.transpose()?);
            }
        }
        Ok(accounts)
    }

    /// Every account of a program that has `bytes` at each of these offsets.
    pub async fn program_accounts(
        &self,
        program: &Pubkey,
        bytes: &[(usize, &[u8])],
    ) -> Result<Vec<(Pubkey, Account)>, RpcError> {
        let method = "getProgramAccounts";
        let filter = |(offset, bytes): &(usize, &[u8])| json!({ "memcmp": { "offset": offset, "bytes": base64_of(bytes), "encoding": "base64" } });
        let filters: Vec<Value> = bytes.iter().map(filter).collect();
        let options = json!({ "commitment": COMMITMENT, "encoding": "base64", "filters": filters });
        let found: Vec<Keyed> = self.call(method, json!([program.to_string(), options])).await?;
        let read = |keyed: Keyed| Some((keyed.pubkey.parse().ok()?, keyed.account.read()?));
        found
            .into_iter()
            .map(|keyed| read(keyed).ok_or_else(|| self.malformed(method, "an unreadable account")))
            .collect()
    }

    pub async fn simulate(&self, transaction: &Transaction) -> Result<Simulated, RpcError> {
        let options = json!({ "commitment": COMMITMENT, "encoding": "base64", "sigVerify": false, "replaceRecentBlockhash": true });
        let wire = self.wire("simulateTransaction", transaction)?;
        let at: AtSlot<RawSimulated> = self.call("simulateTransaction", json!([wire, options])).await?;
        let RawSimulated { err, logs, units_consumed } = at.value;
        Ok(Simulated { error: err, logs: logs.unwrap_or_default(), units: units_consumed.unwrap_or_default() })
    }

    /// Hands the transaction in, without a simulation.
    pub async fn send(&self, transaction: &Transaction) -> Result<Signature, RpcError> {
        let method = "sendTransaction";
        let options = json!({ "encoding": "base64", "skipPreflight": true, "maxRetries": 0 });
        let wire = self.wire(method, transaction)?;
        let text: String = self.call(method, json!([wire, options])).await?;
        text.parse().map_err(|_| self.malformed(method, "no signature"))
    }

    /// What became of each, `None` where the cluster has not seen it.
    pub async fn statuses(&self, signatures: &[Signature]) -> Result<Vec<Option<Status>>, RpcError> {
        let mut statuses = Vec::with_capacity(signatures.len());
        for chunk in signatures.chunks(STATUSES_MAX) {
            let texts: Vec<String> = chunk.iter().map(Signature::to_string).collect();
            let at: AtSlot<Vec<Option<RawStatus>>> = self.call("getSignatureStatuses", json!([texts])).await?;
            let read = |raw: RawStatus| {
                let confirmed = raw.confirmation_status.is_some_and(|status| status != "processed");
                Status { slot: raw.slot, confirmed, error: raw.err }
            };
            statuses.extend(at.value.into_iter().map(|raw| raw.map(read)));
        }
        Ok(statuses)
    }

    /// The slot at which an answer was given, for callers that only need to know how far the cluster is.
    pub async fn account_at(&self, address: &Pubkey) -> Result<(u64, Option<Account>), RpcError> {
        let method = "getAccountInfo";
        let params = json!([address.to_string(), { "commitment": COMMITMENT, "encoding": "base64" }]);
        let at: AtSlot<Option<RawAccount>> = self.call(method, params).await?;
        let read = at.value.map(|raw| raw.read().ok_or_else(|| self.malformed(method, "an unreadable account")));
        Ok((at.context.slot, read.transpose()?))
    }

    fn wire(&self, method: &'static str, transaction: &Transaction) -> Result<String, RpcError> {
        let bytes = wincode::serialize(transaction).map_err(|error| self.malformed(method, &error.to_string()))?;
        Ok(base64_of(&bytes))
    }

    fn malformed(&self, method: &'static str, reason: &str) -> RpcError {
        RpcError::Malformed { url: self.url.clone(), method, reason: reason.to_owned() }
    }

    async fn call<T: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<T, RpcError> {
        let unreachable =
            |source: reqwest::Error| RpcError::Unreachable { url: self.url.clone(), source: source.without_url() };
        let refused = |reason: String| RpcError::Refused { url: self.url.clone(), method, reason };
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let response = self.http.post(&self.url).json(&request).send().await.map_err(unreachable)?;
        let status = response.status();
        let text = response.text().await.map_err(unreachable)?;
        let short = || text.chars().take(MESSAGE_MAX).collect::<String>();
        if !status.is_success() {
            return Err(refused(format!("{status}: {}", short())));
        }
        let reply: Reply<T> =
            serde_json::from_str(&text).map_err(|error| self.malformed(method, &format!("{error}: {}", short())))?;
        match reply {
            Reply { error: Some(error), .. } => Err(refused(format!("{} ({})", error.message, error.code))),
            Reply { result: Some(result), .. } => Ok(result),
            Reply { .. } => Err(self.malformed(method, "neither result nor error")),
        }
    }
}
