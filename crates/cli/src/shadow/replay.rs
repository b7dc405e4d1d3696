//! A recording under two codes.

use super::{Recorded, Recording, record::looked_up};
use crate::{
    Error,
    audit::{self, Check, State, sha256},
    deploy::elf_hash,
    keys::PROGRAMS,
};
use abi::{
    ids,
    loader::PROGRAM_DATA_HEADER_LEN,
    margin::{MarginAccount, Market},
};
use client::addresses;
use litesvm::LiteSVM;
use policy::snapshot::{account_digest, market_digest};
use sha2::{Digest, Sha256};
use solana_account::Account;
use solana_clock::Clock;
use solana_pubkey::Pubkey;
use solana_transaction::versioned::VersionedTransaction;

/// First bytes of what a root is taken of.
const ROOT_DOMAIN: &[u8] = b"bastion:shadow:v1";
/// Where the loader writes the slot of the last deployment: none, in a VM that begins with it.
const SLOT_AT: usize = 4;
/// Owners whose accounts the VM makes itself.
const NATIVE: [&str; 2] =
    ["Sysvar1111111111111111111111111111111111111", "NativeLoader1111111111111111111111111111111"];

/// What came out.
#[derive(Clone, Debug)]
pub struct Shadow {
    pub program: Pubkey,
    pub elf_hash: [u8; 32],
    pub recording: [u8; 32],
    pub slot: u64,
    pub accounts: usize,
    pub replayed: Vec<Replayed>,
    /// Every invariant, on what the candidate leaves.
    pub checks: Vec<Check>,
    /// sha256 over all of it.
    pub root: [u8; 32],
}

/// One transaction under both codes.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub signature: String,
    pub slot: u64,
    /// Whether the cluster took it.
    pub recorded: bool,
    pub running: Outcome,
    pub candidate: Outcome,
}

/// What one code made of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `None` if it succeeded.
    pub error: Option<String>,
    /// sha256 over the content of every account that it names.
    pub content: [u8; 32],
}

impl Replayed {
    pub fn same(&self) -> bool {
        self.running == self.candidate
    }

    /// Whether the VM came to the cluster's own result with the cluster's own code.
    pub fn reproduced(&self) -> bool {
        self.running.error.is_none() == self.recorded
    }
}

impl Shadow {
    pub fn differing(&self) -> usize {
        self.replayed.iter().filter(|replayed| !replayed.same()).count()
    }

    pub fn reproduced(&self) -> usize {
        self.replayed.iter().filter(|replayed| replayed.reproduced()).count()
    }

    /// Fails if the candidate did something else than the code that runs, or broke what must hold.
    pub fn require(&self) -> Result<(), Error> {
        if self.differing() > 0 {
            return Err(Error::ShadowDiffers { differing: self.differing(), replayed: self.replayed.len() });
        }
        audit::require(&self.checks)
    }
}

/// Runs a recording under the code that runs and under `elf` at `program`.
pub fn replay(recording: &Recording, program: &Pubkey, elf: &[u8]) -> Result<Shadow, Error> {
    let mut running = vm(recording, None)?;
    let mut candidate = vm(recording, Some((program, elf)))?;
    let mut replayed = Vec::with_capacity(recording.transactions.len());
    for recorded in &recording.transactions {
        replayed.push(Replayed {
            signature: recorded.signature.clone(),
            slot: recorded.slot,
            recorded: recorded.succeeded,
            running: send(&mut running, recorded, recording)?,
            candidate: send(&mut candidate, recorded, recording)?,
        });
    }
    let name = PROGRAMS.iter().find(|known| known.id == *program).map(|known| known.name);
    let mut checks = audit::checks(&state(recording, &candidate));
    // The candidate is not adopted: that its hash is another is the point.
    checks.retain(|check| check.what != audit::CODE || Some(check.of.as_str()) != name);
    let recording_hash = sha256(&[&serde_json::to_vec(recording).unwrap_or_default()]);
    let elf_hash = elf_hash(elf);
    let root = root(&recording_hash, program, &elf_hash, &replayed, &checks);
    Ok(Shadow {
        program: *program,
        elf_hash,
        recording: recording_hash,
        slot: recording.slot,
        accounts: recording.accounts.len(),
        replayed,
        checks,
        root,
    })
}

fn vm(recording: &Recording, candidate: Option<(&Pubkey, &[u8])>) -> Result<LiteSVM, Error> {
    let vm = LiteSVM::new().with_precompiles().with_transaction_history(0);
    let mut vm = vm.with_sigverify(false).with_blockhash_check(false);
    set_clock(&mut vm, recording.slot, recording.unix_s);
    let mut programs = Vec::new();
    for (text, stored) in &recording.accounts {
        let fault = || Error::RecordingAccount { address: text.clone() };
        let address: Pubkey = text.parse().map_err(|_| fault())?;
        let mut account = stored.account().ok_or_else(fault)?;
        if NATIVE.contains(&stored.owner.as_str()) || (account.executable && vm.get_account(&address).is_some()) {
            continue;
        }
        if let Some((_, elf)) = candidate.filter(|(program, _)| addresses::program_data(program) == address) {
            account = replaced(&account, elf);
        }
        if let Some(slot) = slot_of(&mut account) {
            slot.fill(0);
        }
        // The code first: storing a program loads it.
        if account.executable {
            programs.push((address, account));
        } else {
            vm.set_account(address, account).map_err(|_| fault())?;
        }
    }
    for (address, account) in programs {
        vm.set_account(address, account)
            .map_err(|error| Error::CandidateRefused { program: address, reason: format!("{error:?}") })?;
    }
    Ok(vm)
}

/// A program's code account with other code in it.
fn replaced(account: &Account, elf: &[u8]) -> Account {
    let mut data = account.data.get(..PROGRAM_DATA_HEADER_LEN).unwrap_or_default().to_vec();
    data.extend_from_slice(elf);
    data.resize(data.len().max(account.data.len()), 0);
    Account { data, ..account.clone() }
}

/// The slot in a program's code account.
fn slot_of(account: &mut Account) -> Option<&mut [u8]> {
    let is_code = account.owner.to_bytes() == ids::LOADER && abi::loader::program_data(&account.data).is_ok();
    if is_code { account.data.get_mut(SLOT_AT..SLOT_AT.saturating_add(8)) } else { None }
}

fn set_clock(vm: &mut LiteSVM, slot: u64, unix_timestamp: i64) {
    let clock: Clock = vm.get_sysvar();
    vm.set_sysvar(&Clock { slot, unix_timestamp, ..clock });
}

fn send(vm: &mut LiteSVM, recorded: &Recorded, recording: &Recording) -> Result<Outcome, Error> {
    let fault = || Error::RecordingTransaction { signature: recorded.signature.clone() };
    let transaction = recorded.decode().ok_or_else(fault)?;
    let named = named(&transaction, recording);
    set_clock(vm, recorded.slot, recorded.unix_s);
    let error = vm.send_transaction(transaction).err().map(|failed| format!("{:?}", failed.err));
    let content: Vec<_> = named.iter().map(|address| content(vm, address)).collect();
    Ok(Outcome { error, content: sha256(&content.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>()) })
}

/// Every account that a transaction is about.
fn named(transaction: &VersionedTransaction, recording: &Recording) -> Vec<Pubkey> {
    let own = transaction.message.static_account_keys().iter().copied();
    own.chain(looked_up(transaction, &recording.accounts)).collect()
}

/// What an account means: of positions and markets the content that verification compares, so that a layout may grow; of others the
/// bytes. Not the lamports: code that costs less is no difference.
fn content(vm: &LiteSVM, address: &Pubkey) -> [u8; 32] {
    let Some(account) = vm.get_account(address).filter(|account| !account.executable) else { return [0; 32] };
    let owner = account.owner.to_bytes();
    if let Ok(read) = abi::read::<MarginAccount>(&ids::MARGIN, &owner, &account.data) {
        return account_digest(&address.to_bytes(), read, sha256);
    }
    if let Ok(read) = abi::read::<Market>(&ids::MARGIN, &owner, &account.data) {
        return market_digest(&address.to_bytes(), read, sha256);
    }
    sha256(&[address.as_ref(), &owner, &account.data])
}

/// The recorded accounts as the VM has them now, and those that transactions have made since.
fn state(recording: &Recording, vm: &LiteSVM) -> State {
    let recorded = recording.accounts.keys().filter_map(|address| address.parse().ok());
    let made = recording.transactions.iter().filter_map(Recorded::decode);
    let made = made.flat_map(|transaction| named(&transaction, recording));
    let found = recorded
        .chain(made)
        .filter_map(|address: Pubkey| vm.get_account(&address).map(|account| (address, (account.owner, account.data))));
    found.collect()
}

fn root(
    recording: &[u8; 32],
    program: &Pubkey,
    elf_hash: &[u8; 32],
    replayed: &[Replayed],
    checks: &[Check],
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    };
    for part in [ROOT_DOMAIN, recording, program.as_ref(), elf_hash] {
        put(part);
    }
    for one in replayed {
        put(one.signature.as_bytes());
        put(one.candidate.error.as_deref().unwrap_or_default().as_bytes());
        put(&one.candidate.content);
        put(&[u8::from(one.same())]);
    }
    for check in checks {
        put(check.what.as_bytes());
        put(check.of.as_bytes());
        put(check.fault.as_deref().unwrap_or_default().as_bytes());
        put(check.detail.as_bytes());
    }
    hasher.finalize().into()
}
