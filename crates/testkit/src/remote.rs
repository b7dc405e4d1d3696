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
/// Polls until a transaction counts as lost.
const POLLS: u32 = 500;
/// Sends of a transaction that a slot of an upgrade or a late blockhash keeps out.
const TRIES: u32 = 5;

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
        let mut tries = 1;
        loop {
            match self.process_once(transaction.clone(), keys) {
                Err(failure) if failure.is_passing() && tries < TRIES => tries += 1,
                done => return done,
            }
            std::thread::sleep(POLL * 4);
        }
    }

    fn process_once(&self, mut transaction: Transaction, keys: &[&Keypair]) -> Result<Outcome, Box<Failure>> {
        transaction.sign(keys, asked(|| self.rpc.get_latest_blockhash()));
        let signature = match self.rpc.send_transaction(&transaction) {
            Ok(signature) => signature,
            Err(error) => return Err(Box::new(refusal(&error))),
        };
        for _ in 0..POLLS {
            let status = || self.rpc.get_signature_status_with_commitment(&signature, CommitmentConfig::processed());
            match asked(status) {
                Some(Ok(())) => return Ok(Outcome { logs: vec![], units: 0 }),
                Some(Err(error)) => return Err(Box::new(Failure { error, logs: vec![] })),
                None => std::thread::sleep(POLL),
            }
        }
        panic!("{signature}: neither landed nor refused")
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
