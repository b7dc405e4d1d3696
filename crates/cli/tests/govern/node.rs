//! A node in this process: the part of the RPC that `bastion` asks for, over a bank of LiteSVM.
//!
//! Its clock goes on with what happens, not with the machine's: a slot with every transaction, a second with every look at it. So the
//! suite takes the same course however busy the machine is. The upgrade on a real validator, by real loader transactions, is the
//! demonstration's and the end-to-end suite's.

use base64::{Engine, engine::general_purpose::STANDARD};
use litesvm::LiteSVM;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_clock::Clock;
use solana_pubkey::Pubkey;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::{EncodedTransaction, TransactionBinaryEncoding, UiTransactionError};
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
const SYSVAR: Pubkey = Pubkey::from_str_const("Sysvar1111111111111111111111111111111111111");
/// Slots whose hashes a cluster keeps.
const SLOT_HASHES: usize = 512;
/// Of one look at the clock.
const LOOK_SLOTS: u64 = 2;
/// Any moment of a cluster that has been there for a while.
const FIRST_SLOT: u64 = 1_000;
const FIRST_UNIX_S: i64 = 1_790_000_000;

type Asked = (Value, mpsc::Sender<Value>);

/// Starts a node with these accounts and returns its URL; it lives as long as the process.
pub fn start(accounts: Vec<(Pubkey, Account)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (ask, asked) = mpsc::channel::<Asked>();
    thread::spawn(move || {
        let mut node = Node::new(accounts);
        for (request, answer) in asked {
            answer.send(node.answer(&request)).unwrap();
        }
    });
    thread::spawn(move || {
        for stream in listener.incoming() {
            let ask = ask.clone();
            thread::spawn(move || serve(stream.unwrap(), &ask));
        }
    });
    url
}

/// One connection: requests until the client hangs up.
fn serve(stream: TcpStream, ask: &mpsc::Sender<Asked>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(body) = read(&mut reader) {
        let request: Value = serde_json::from_slice(&body).unwrap();
        let (answer, answered) = mpsc::channel();
        ask.send((request, answer)).unwrap();
        let body = answered.recv().unwrap().to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut len = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            len = value.trim().parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; len];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

/// A transaction that was executed, whatever came of it.
struct Landed {
    signature: String,
    wire: String,
    keys: Vec<Pubkey>,
    clock: Clock,
    error: Option<TransactionError>,
}

struct Node {
    svm: LiteSVM,
    /// Of the last slots, from the latest down, as the sysvar holds them.
    hashes: Vec<Vec<u8>>,
    landed: Vec<Landed>,
}

impl Node {
    fn new(accounts: Vec<(Pubkey, Account)>) -> Self {
        let mut svm = LiteSVM::new().with_precompiles().with_transaction_history(0);
        // The code first: storing a program loads it.
        let (programs, others): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|(_, account)| account.executable);
        for (address, account) in others.into_iter().chain(programs) {
            svm.set_account(address, account).unwrap();
        }
        let clock: Clock = svm.get_sysvar();
        svm.set_sysvar(&Clock { slot: FIRST_SLOT, unix_timestamp: FIRST_UNIX_S, ..clock });
        Self { svm, hashes: Vec::new(), landed: Vec::new() }
    }

    fn clock(&self) -> Clock {
        self.svm.get_sysvar()
    }

    fn pass(&mut self, slots: u64, seconds: i64) {
        let clock = self.clock();
        let (slot, unix_timestamp) = (clock.slot + slots, clock.unix_timestamp + seconds);
        self.svm.set_sysvar(&Clock { slot, unix_timestamp, ..clock });
        self.slot_hash(slot - 1);
    }

    /// A slot that is over has a hash.
    fn slot_hash(&mut self, slot: u64) {
        self.hashes.insert(0, [&slot.to_le_bytes()[..], &Sha256::digest(slot.to_le_bytes())].concat());
        self.hashes.truncate(SLOT_HASHES);
        let count = u64::try_from(self.hashes.len()).unwrap().to_le_bytes();
        let data = [&count[..], &self.hashes.concat()].concat();
        let address = Pubkey::from(abi::ids::SYSVAR_SLOT_HASHES);
        self.svm.set_account(address, Account { lamports: 1, data, owner: SYSVAR, ..Account::default() }).unwrap();
    }

    fn answer(&mut self, request: &Value) -> Value {
        let (method, params) = (request["method"].as_str().unwrap(), &request["params"]);
        let result = self.result(method, params);
        json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })
    }

    fn result(&mut self, method: &str, params: &Value) -> Value {
        match method {
            "getVersion" => json!({ "solana-core": "4.2.2", "feature-set": 0 }),
            "getGenesisHash" => json!(Pubkey::new_from_array([7; 32]).to_string()),
            "getSlot" => json!(self.clock().slot),
            "getBalance" => {
                let lamports = self.svm.get_account(&address(&params[0])).map_or(0, |account| account.lamports);
                self.at_slot(json!(lamports))
            }
            "getMinimumBalanceForRentExemption" => {
                let len = usize::try_from(params[0].as_u64().unwrap()).unwrap();
                json!(self.svm.minimum_balance_for_rent_exemption(len))
            }
            "getLatestBlockhash" => {
                let blockhash = self.svm.latest_blockhash().to_string();
                self.at_slot(json!({ "blockhash": blockhash, "lastValidBlockHeight": u64::MAX }))
            }
            "isBlockhashValid" => self.at_slot(json!(true)),
            "getAccountInfo" => {
                let address = address(&params[0]);
                if address == CLOCK {
                    self.pass(LOOK_SLOTS, 1);
                }
                let value = self.account(&address);
                self.at_slot(value)
            }
            "getMultipleAccounts" => {
                let value = params[0].as_array().unwrap().iter().map(|text| self.account(&address(text))).collect();
                self.at_slot(value)
            }
            "getProgramAccounts" => self.program_accounts(&address(&params[0]), &params[1]["filters"]),
            "sendTransaction" => self.send(params[0].as_str().unwrap()),
            "getSignatureStatuses" => {
                let value = params[0].as_array().unwrap().iter().map(|signature| self.status(signature)).collect();
                self.at_slot(value)
            }
            "getSignaturesForAddress" => self.signatures(&address(&params[0]), &params[1]),
            "getTransaction" => self.transaction(params[0].as_str().unwrap()),
            other => panic!("{other} is not answered here"),
        }
    }

    fn at_slot(&self, value: Value) -> Value {
        json!({ "context": { "slot": self.clock().slot, "apiVersion": "4.2.2" }, "value": value })
    }

    fn account(&self, address: &Pubkey) -> Value {
        self.svm
            .get_account(address)
            .filter(|account| account.lamports > 0)
            .map_or(Value::Null, |account| shown(&account))
    }

    fn program_accounts(&self, program: &Pubkey, filters: &Value) -> Value {
        let wanted = |data: &[u8]| {
            filters.as_array().into_iter().flatten().all(|filter| {
                let memcmp = &filter["memcmp"];
                let at = usize::try_from(memcmp["offset"].as_u64().unwrap()).unwrap();
                let bytes: Vec<u8> = serde_json::from_value(memcmp["bytes"].clone()).unwrap();
                data.get(at..at + bytes.len()) == Some(&bytes)
            })
        };
        let all = self.svm.accounts_db().inner.iter();
        all.map(|(address, account)| (address, Account::from(account.clone())))
            .filter(|(_, account)| account.owner == *program && account.lamports > 0 && wanted(&account.data))
            .map(|(address, account)| json!({ "pubkey": address.to_string(), "account": shown(&account) }))
            .collect()
    }

    /// Executes in a slot of its own.
    fn send(&mut self, wire: &str) -> Value {
        let encoded = EncodedTransaction::Binary(wire.to_owned(), TransactionBinaryEncoding::Base64);
        let transaction: VersionedTransaction = encoded.decode().unwrap();
        let (signature, keys) =
            (transaction.signatures[0].to_string(), transaction.message.static_account_keys().to_vec());
        let clock = self.clock();
        let error = self.svm.send_transaction(transaction).err().map(|failed| failed.err);
        self.landed.push(Landed { signature: signature.clone(), wire: wire.to_owned(), keys, clock, error });
        self.pass(1, 0);
        json!(signature)
    }

    fn find(&self, signature: &str) -> Option<&Landed> {
        self.landed.iter().rev().find(|landed| landed.signature == signature)
    }

    fn status(&self, signature: &Value) -> Value {
        self.find(signature.as_str().unwrap()).map_or(Value::Null, |landed| {
            let (error, status) = landed.outcome();
            json!({
                "slot": landed.clock.slot, "confirmations": null, "status": status, "err": error,
                "confirmationStatus": "confirmed",
            })
        })
    }

    /// Newest first, between `until` and `before`.
    fn signatures(&self, named: &Pubkey, config: &Value) -> Value {
        let at = |key: &str| {
            let signature = config[key].as_str()?;
            self.landed.iter().rposition(|landed| landed.signature == signature)
        };
        let (from, to) = (at("until").map_or(0, |at| at + 1), at("before").unwrap_or(self.landed.len()));
        let limit = config["limit"].as_u64().map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
        let found = self.landed[from..to].iter().rev().filter(|landed| landed.keys.contains(named)).take(limit);
        let shown = found.map(|landed| {
            json!({
                "signature": landed.signature, "slot": landed.clock.slot, "err": landed.outcome().0, "memo": null,
                "blockTime": landed.clock.unix_timestamp, "confirmationStatus": "confirmed",
            })
        });
        shown.collect()
    }

    fn transaction(&self, signature: &str) -> Value {
        self.find(signature).map_or(Value::Null, |landed| {
            let (error, status) = landed.outcome();
            json!({
                "slot": landed.clock.slot, "blockTime": landed.clock.unix_timestamp, "transactionIndex": 0,
                "version": "legacy", "transaction": [landed.wire, "base64"],
                "meta": { "err": error, "status": status, "fee": 0, "preBalances": [], "postBalances": [] },
            })
        })
    }
}

impl Landed {
    /// The error, and the same as a result, as the RPC writes them.
    fn outcome(&self) -> (Value, Value) {
        let error = self.error.clone().map(UiTransactionError::from);
        let error = serde_json::to_value(error).unwrap();
        let status = if error.is_null() { json!({ "Ok": null }) } else { json!({ "Err": error }) };
        (error, status)
    }
}

fn address(text: &Value) -> Pubkey {
    text.as_str().unwrap().parse().unwrap()
}

fn shown(account: &Account) -> Value {
    json!({
        "lamports": account.lamports, "owner": account.owner.to_string(), "executable": account.executable,
        "rentEpoch": 0, "space": account.data.len(), "data": [STANDARD.encode(&account.data), "base64"],
    })
}
