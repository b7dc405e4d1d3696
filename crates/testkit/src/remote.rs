//! A world on a network: what the in-process banks do by fiat is done by transactions there.

use crate::{Failure, Outcome, keypair};
use solana_account::Account;
use solana_clock::Clock;
use solana_commitment_config::CommitmentConfig;
use solana_instruction::{AccountMeta, Instruction};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_rpc_client::rpc_client::RpcClient;
use solana_rpc_client_api::{
    client_error::{Error, ErrorKind},
    config::RpcSendTransactionConfig,
    request::{RpcError, RpcResponseErrorData},
};
use solana_signer::Signer;
use solana_system_interface::instruction::transfer;
use solana_transaction::Transaction;
use std::time::Duration;

const SOURCE_PROGRAMS: [abi::Address; 3] = [abi::ids::PYTH_RECEIVER, abi::ids::SWITCHBOARD, abi::ids::CHAINLINK];
/// Bytes of a source account that one instruction of the mock writes.
const WRITE_LEN: usize = 64;
/// The mock's one instruction.
const WRITE: u8 = 0;
const POLL: Duration = Duration::from_millis(40);
/// Polls until a transaction is sent again.
const POLLS: u32 = 50;
/// Sends of a transaction that a slot of an upgrade or a late blockhash keeps out.
const TRIES: u32 = 5;

/// Without a simulation before it.
const BLIND: RpcSendTransactionConfig = RpcSendTransactionConfig {
    skip_preflight: true,
    preflight_commitment: None,
    encoding: None,
    max_retries: None,
    min_context_slot: None,
};

pub struct Remote {
    rpc: RpcClient,
    payer: Keypair,
}

impl Remote {
    pub fn new(url: &str) -> Self {
        let rpc = RpcClient::new_with_commitment(url.to_owned(), CommitmentConfig::processed());
        Self { rpc, payer: keypair("payer") }
    }

    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        asked(|| self.rpc.get_account_with_commitment(address, CommitmentConfig::processed())).value
    }

    pub fn clock(&self) -> Clock {
        let account = self.account(&solana_sdk_ids::sysvar::clock::ID).expect("the clock");
        let word = |at: usize| account.data[at..at + 8].try_into().expect("eight bytes");
        Clock {
            slot: u64::from_le_bytes(word(0)),
            epoch_start_timestamp: i64::from_le_bytes(word(8)),
            epoch: u64::from_le_bytes(word(16)),
            leader_schedule_epoch: u64::from_le_bytes(word(24)),
            unix_timestamp: i64::from_le_bytes(word(32)),
        }
    }

    /// Gives a wallet the lamports that it lacks, or has the mock store what a source account is to say. Nothing else can be set.
    pub fn set_account(&self, address: &Pubkey, account: &Account) {
        let before = self.account(address).unwrap_or_default();
        let instructions = if account.data.is_empty() && account.owner == solana_sdk_ids::system_program::ID {
            let lacks = account.lamports.saturating_sub(before.lamports);
            if lacks == 0 {
                return;
            }
            vec![transfer(&self.payer.pubkey(), address, lacks)]
        } else {
            self.source_writes(address, account)
        };
        if instructions.is_empty() {
            return;
        }
        let transaction = Transaction::new_with_payer(&instructions, Some(&self.payer.pubkey()));
        let writer = keypair("pyth writer");
        let signs = instructions
            .iter()
            .flat_map(|instruction| &instruction.accounts)
            .any(|meta| meta.pubkey == writer.pubkey());
        let keys: &[&Keypair] = if signs { &[&self.payer, &writer] } else { &[&self.payer] };
        self.process(transaction, keys).unwrap_or_else(|failure| panic!("{address}: {failure:?}"));
    }

    /// What has the mock store `account` at this address.
    pub fn source_writes(&self, address: &Pubkey, account: &Account) -> Vec<Instruction> {
        assert!(SOURCE_PROGRAMS.contains(&account.owner.to_bytes()), "{address}: no transaction sets this account");
        let before = self.account(address).unwrap_or_default();
        assert_eq!(
            before.data.len(),
            account.data.len(),
            "{address}: source accounts are there from the first slot on"
        );
        writes(address, &before.data, account)
    }

    pub fn process(&self, transaction: Transaction, keys: &[&Keypair]) -> Result<Outcome, Box<Failure>> {
        self.insist(transaction, keys, None, false)
    }

    /// Sends what a simulation would refuse, so that the refusal stands in a block; signed over `durable`, if it lives on that hash.
    pub fn land(
        &self,
        transaction: Transaction,
        keys: &[&Keypair],
        durable: Option<[u8; 32]>,
    ) -> Result<Outcome, Box<Failure>> {
        self.insist(transaction, keys, durable, true)
    }

    /// Signs and sends until a block has it. Another signature is made only once the hash of the last one is too old for any block.
    fn insist(
        &self,
        mut transaction: Transaction,
        keys: &[&Keypair],
        durable: Option<[u8; 32]>,
        is_blind: bool,
    ) -> Result<Outcome, Box<Failure>> {
        // A nonce is a blockhash that no block knows: one try ends with the first time that it is sent again.
        let tries = if durable.is_some() { TRIES * 8 } else { TRIES };
        let mut passing = None;
        for _ in 0..tries {
            let hash = durable.map_or_else(|| asked(|| self.rpc.get_latest_blockhash()), Into::into);
            transaction.sign(keys, hash);
            match self.sent(&transaction, is_blind) {
                Some(Err(failure)) if failure.is_passing() => {
                    passing = Some(failure);
                    std::thread::sleep(POLL * 4);
                }
                Some(done) => return done,
                None => {}
            }
        }
        Err(passing.unwrap_or_else(|| panic!("a transaction was lost {tries} times")))
    }

    fn sent(&self, transaction: &Transaction, is_blind: bool) -> Option<Result<Outcome, Box<Failure>>> {
        if is_blind {
            asked(|| self.rpc.send_transaction_with_config(transaction, BLIND));
        } else if let Err(error) = self.rpc.send_transaction(transaction) {
            return Some(Err(Box::new(refusal(&error))));
        }
        self.landed(transaction)
    }

    /// What became of a transaction that was sent, which is sent again now and then; `None` if no block can have it any more.
    fn landed(&self, transaction: &Transaction) -> Option<Result<Outcome, Box<Failure>>> {
        let processed = CommitmentConfig::processed();
        let status = || {
            let found = asked(|| self.rpc.get_signature_status_with_commitment(&transaction.signatures[0], processed))?;
            let outcome = found.map(|()| Outcome { logs: vec![], units: 0 });
            Some(outcome.map_err(|error| Box::new(Failure { error, logs: vec![] })))
        };
        for poll in 1.. {
            if let Some(done) = status() {
                return Some(done);
            }
            if poll % POLLS == 0 {
                // A loaded validator loses some. The same signature lands once, however often it is sent.
                let _ = self.rpc.send_transaction_with_config(transaction, BLIND);
                if !asked(|| self.rpc.is_blockhash_valid(&transaction.message.recent_blockhash, processed)) {
                    break;
                }
            }
            std::thread::sleep(POLL);
        }
        // It may have landed in between.
        status()
    }
}

impl Failure {
    /// Whether the same transaction may land a moment later.
    fn is_passing(&self) -> bool {
        use solana_instruction::error::InstructionError::UnsupportedProgramId;
        use solana_transaction_error::TransactionError::{BlockhashNotFound, InstructionError};
        matches!(self.error, BlockhashNotFound | InstructionError(_, UnsupportedProgramId))
    }
}

/// The answer to a question that changes nothing, asked again if a loaded machine was late.
fn asked<T>(question: impl Fn() -> Result<T, Error>) -> T {
    let answer = (1..TRIES).find_map(|_| question().ok());
    answer.unwrap_or_else(|| question().unwrap_or_else(|error| panic!("the network does not answer: {error}")))
}

/// What a simulation before the send found.
fn refusal(error: &Error) -> Failure {
    let ErrorKind::RpcError(RpcError::RpcResponseError {
        data: RpcResponseErrorData::SendTransactionPreflightFailure(found),
        ..
    }) = error.kind()
    else {
        panic!("the network does not take transactions: {error}")
    };
    let logs = found.logs.clone().unwrap_or_default();
    Failure { error: found.err.clone().map(Into::into).expect("a reason"), logs }
}

/// The mock's writes of what differs.
fn writes(address: &Pubkey, before: &[u8], account: &Account) -> Vec<Instruction> {
    let writer = keypair("pyth writer").pubkey();
    let mut writes = vec![];
    for (at, (old, new)) in before.chunks(WRITE_LEN).zip(account.data.chunks(WRITE_LEN)).enumerate() {
        let differs = |(old, new): (&u8, &u8)| old != new;
        let Some(first) = old.iter().zip(new).position(differs) else { continue };
        let last = old.iter().zip(new).rposition(differs).unwrap_or(first);
        let offset = u16::try_from(at * WRITE_LEN + first).expect("a short account");
        let data = [&[WRITE], &offset.to_le_bytes()[..], &new[first..=last]].concat();
        let accounts = vec![AccountMeta::new(*address, false), AccountMeta::new_readonly(writer, true)];
        writes.push(Instruction { program_id: account.owner, accounts, data });
    }
    writes
}
