//! One in-process bank with the five programs (the governor twice) deployed from their ELFs.

use crate::bank::{Bank, Genesis};
use crate::{Expect, Failure, LOADED, Outcome, Publication, SourceAccount, elf, keypair, meter, remote::Remote};
use abi::Layout;
use sha2::{Digest, Sha256};
use solana_account::{Account, AccountSharedData};
use solana_clock::Clock;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_system_interface::instruction::{advance_nonce_account, create_nonce_account};
use solana_transaction::Transaction;
use std::collections::{BTreeMap, BTreeSet};

/// Cluster time at the start of every world: 2026-01-02 00:00:00 UTC, a Friday.
pub const START_UNIX_S: i64 = 1_767_312_000;
/// The genesis hash that worlds tell the programs.
pub const GENESIS_HASH: [u8; 32] = [7; 32];
/// Upper limit a transaction asks for, less a counter that makes each one distinct.
const UNIT_LIMIT: u32 = 1_400_000;
/// Entries that the cluster keeps of its slots' hashes, after their count.
const SLOT_HASHES: usize = 512;
const COUNT_LEN: usize = 8;
const ENTRY_LEN: usize = 8 + 32;
const RICH_LAMPORTS: u64 = 1_000_000_000_000;
/// Where a nonce account holds its hash: after version, state and authority.
const NONCE_HASH_AT: usize = 4 + 4 + 32;

/// An in-process bank, driven synchronously.
pub struct World {
    bank: Bank,
    payer: Keypair,
    sent: u32,
    measured: bool,
    /// Every address that a transaction named or a test wrote to: no bank but LiteSVM lists its accounts.
    named: BTreeSet<Pubkey>,
}

impl Drop for World {
    fn drop(&mut self) {
        if self.measured {
            meter::flush();
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A bank of the validator's runtime with the protocol's programs under the upgrade authority `keypair("deployer")`.
    pub fn new() -> Self {
        Self::with(&[], &[])
    }

    /// As [`World::new`], with further programs (ELF name, address) and accounts in its genesis.
    pub fn with(programs: &[(&str, Pubkey)], accounts: &[(Pubkey, Account)]) -> Self {
        Self::start(Bank::full(genesis(programs, accounts)))
    }

    /// The same protocol in LiteSVM: faster, for runs of many transactions. It does not keep a program from running in the slot of
    /// its upgrade.
    pub fn lite() -> Self {
        Self::start(Bank::lite(genesis(&[], &[])))
    }

    /// As [`World::lite`], unmeasured, for random runs: whoever a transaction names as a signer counts as one, program addresses too.
    pub fn trusting() -> Self {
        Self::start(Bank::trusting(genesis(&[], &[]))).unmeasured()
    }

    fn start(bank: Bank) -> Self {
        let mut world = Self { bank, payer: keypair("payer"), sent: 0, measured: true, named: BTreeSet::new() };
        let clock = world.clock();
        world.bank.set_clock(&Clock { slot: clock.slot.max(1), unix_timestamp: START_UNIX_S, ..clock });
        world
    }

    /// A network that answers at `url`, whose programs and mocks are those of a world and whose payer has lamports. Its clock is its own.
    pub fn remote(url: &str) -> Self {
        let bank = Bank::Remote(Box::new(Remote::new(url)));
        Self { bank, payer: keypair("payer"), sent: 0, measured: false, named: BTreeSet::new() }
    }

    /// On a network: the instructions that have a source account say `publication`; the Pyth writer signs.
    pub fn publish_instructions(&mut self, source: &SourceAccount, publication: &Publication) -> Vec<Instruction> {
        let account = Account { data: source.bytes(publication), owner: source.owner(), ..Account::default() };
        self.bank.source_writes(&source.address, &account)
    }

    /// The same world once more, of LiteSVM: what happens to one does not happen to the other.
    pub fn fork(&self) -> Self {
        let Self { bank, payer, sent, measured, named } = self;
        let (bank, payer) = (bank.fork(), payer.insecure_clone());
        Self { bank, payer, sent: *sent, measured: *measured, named: named.clone() }
    }

    /// Every account of a world of LiteSVM, but the payer of fees.
    pub fn everything(&self) -> BTreeMap<Pubkey, Account> {
        let mut accounts = self.bank.everything();
        accounts.remove(&self.payer());
        accounts
    }

    /// The accounts of a program, among all that this world's transactions named and its tests wrote.
    pub fn owned(&mut self, program: &Pubkey) -> Vec<(Pubkey, Vec<u8>)> {
        if let Some(owned) = self.bank.owned(program) {
            return owned;
        }
        let named: Vec<_> = self.named.iter().copied().collect();
        let found = named.into_iter().filter_map(|address| Some((address, self.account(&address)?)));
        found
            .filter(|(_, account)| account.owner == *program)
            .map(|(address, account)| (address, account.data))
            .collect()
    }

    /// Keeps this world's compute units out of the budgets: for runs whose inputs are random.
    pub fn unmeasured(mut self) -> Self {
        self.measured = false;
        self
    }

    /// The key that pays every fee.
    pub fn payer(&self) -> Pubkey {
        self.payer.pubkey()
    }

    /// A keypair by name, with a thousand SOL.
    pub fn rich(&mut self, name: &str) -> Keypair {
        let keypair = keypair(name);
        self.set_account(&keypair.pubkey(), rich_account());
        keypair
    }

    /// An account of a world of LiteSVM where it lies, without a copy.
    pub fn peek(&self, address: &Pubkey) -> Option<&AccountSharedData> {
        self.bank.peek(address)
    }

    pub fn account(&mut self, address: &Pubkey) -> Option<Account> {
        self.bank.account(address)
    }

    /// Creates or overwrites an account, whatever the rules.
    pub fn set_account(&mut self, address: &Pubkey, account: Account) {
        self.named.insert(*address);
        self.bank.set_account(address, account);
    }

    /// The layout `T` in an account of `program`.
    pub fn read<T: Layout>(&mut self, program: abi::Address, address: &Pubkey) -> T {
        let account = self.account(address).unwrap_or_else(|| panic!("no account at {address}"));
        *abi::read::<T>(&account.owner.to_bytes(), &program, &account.data)
            .unwrap_or_else(|error| panic!("{address}: {error:?}"))
    }

    /// Changes an account in place, for states that are long to reach.
    pub fn edit<T: Layout>(&mut self, address: &Pubkey, change: impl FnOnce(&mut T)) {
        let mut account = self.account(address).unwrap_or_else(|| panic!("no account at {address}"));
        change(abi::read_mut(&mut account.data).expect("an account of this layout"));
        self.set_account(address, account);
    }

    pub fn clock(&mut self) -> Clock {
        self.bank.clock()
    }

    pub fn unix_s(&mut self) -> i64 {
        self.clock().unix_timestamp
    }

    pub fn set_unix_s(&mut self, unix_s: i64) {
        let clock = self.clock();
        self.bank.set_clock(&Clock { unix_timestamp: unix_s, ..clock });
    }

    pub fn advance_s(&mut self, seconds: i64) {
        let unix_s = self.unix_s();
        self.set_unix_s(unix_s + seconds);
    }

    /// Moves the clock's slot alone: what the programs see as slots passing.
    pub fn advance_slots(&mut self, slots: u64) {
        let clock = self.clock();
        self.bank.set_clock(&Clock { slot: clock.slot + slots, ..clock });
    }

    /// The latest slot that has a hash, and the hash. Where the clock was moved past the bank's own slots, the slot before the clock's
    /// gets one.
    pub fn slot_hash(&mut self) -> (u64, [u8; 32]) {
        let slot = self.clock().slot.saturating_sub(1);
        let address = Pubkey::new_from_array(abi::ids::SYSVAR_SLOT_HASHES);
        let data = self.account(&address).map(|account| account.data).unwrap_or_default();
        if let Some(hash) = abi::ballot::slot_hash(&data, slot) {
            return (slot, *hash);
        }
        let hash: [u8; 32] = Sha256::digest(slot.to_le_bytes()).into();
        let held = data.first_chunk().map_or(0, |count| u64::from_le_bytes(*count));
        let held =
            data.get(COUNT_LEN..).unwrap_or_default().chunks_exact(ENTRY_LEN).take(usize::try_from(held).expect("512"));
        let new = [&slot.to_le_bytes()[..], &hash].concat();
        // From the latest slot down: what a bank of its own clock holds of later slots goes.
        let earlier = held.filter(|entry| entry.first_chunk().is_some_and(|at| u64::from_le_bytes(*at) < slot));
        let entries: Vec<_> = std::iter::once(new.as_slice()).chain(earlier).take(SLOT_HASHES).collect();
        let count = u64::try_from(entries.len()).expect("512").to_le_bytes();
        let data = [&count[..], &entries.concat()].concat();
        let account = self.account(&address).unwrap_or_default();
        let owner = solana_sdk_ids::sysvar::ID;
        self.set_account(&address, Account { data, owner, lamports: account.lamports.max(1), ..account });
        (slot, hash)
    }

    /// Ends the bank's slot for real, as an upgrade needs before its code can run; the time stays.
    pub fn next_slot(&mut self) {
        self.bank.next_slot();
    }

    /// Sends one transaction; the payer signs besides `signers`.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Outcome, Box<Failure>> {
        let transaction = self.transaction(instructions);
        let outcome = self.bank.process(&self.payer, transaction, signers)?;
        if self.measured {
            meter::record(instructions, &outcome);
        }
        Ok(outcome)
    }

    /// On a network: sends one transaction that nobody tries first, so that a refusal stands in a block. With a nonce account and whoever
    /// may advance it, the advance comes first, and the transaction lives on what the nonce holds.
    pub fn land(
        &mut self,
        instructions: &[Instruction],
        signers: &[&Keypair],
        nonce: Option<(Pubkey, &Keypair)>,
    ) -> Result<Outcome, Box<Failure>> {
        let (mut all, mut keys, mut durable) = (instructions.to_vec(), vec![], None);
        if let Some((nonce, authority)) = nonce {
            all.insert(0, advance_nonce_account(&nonce, &authority.pubkey()));
            keys.push(authority);
            let held =
                self.account(&nonce).and_then(|account| account.data.get(NONCE_HASH_AT..)?.first_chunk().copied());
            durable = Some(held.expect("a nonce account"));
        }
        let transaction = self.transaction(&all);
        keys.extend_from_slice(signers);
        keys.push(&self.payer);
        self.bank.land(transaction, &keys, durable)
    }

    /// On a network: opens a nonce account, as whoever would sign today and send next year does.
    pub fn nonce_open(&mut self, name: &str, authority: &Pubkey) -> Pubkey {
        let nonce = keypair(name);
        let (payer, address) = (self.payer(), nonce.pubkey());
        self.ok(&create_nonce_account(&payer, &address, authority, RICH_LAMPORTS), &[&nonce]);
        address
    }

    /// With a limit of units last, so that it moves no index of the instructions under test.
    fn transaction(&mut self, instructions: &[Instruction]) -> Transaction {
        self.sent += 1;
        self.named.extend(instructions.iter().flat_map(|call| &call.accounts).map(|meta| meta.pubkey));
        let limit = ComputeBudgetInstruction::set_compute_unit_limit(UNIT_LIMIT - self.sent);
        let all = [instructions, &[limit]].concat();
        Transaction::new_with_payer(&all, Some(&self.payer()))
    }

    /// Sends a transaction that must land.
    pub fn ok(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Outcome {
        self.send(instructions, signers).unwrap_or_else(|failure| {
            let name = failure.code().and_then(client::error_name);
            panic!("refused: {:?} {name:?}\n{}", failure.error, failure.logs.join("\n"))
        })
    }

    /// Sends a transaction that must be refused with exactly this error and change no byte of the accounts it names.
    pub fn fail(&mut self, instructions: &[Instruction], signers: &[&Keypair], expect: impl Into<Expect>) {
        let expect = expect.into();
        let before = self.snapshot(instructions);
        match self.send(instructions, signers) {
            Ok(outcome) => panic!("expected {expect:?}, but it landed\n{}", outcome.logs.join("\n")),
            Err(failure) => expect.check(&failure, "refused transaction"),
        }
        assert_eq!(before, self.snapshot(instructions), "a refused transaction changed state");
    }

    /// Every account the instructions name, but the payer of fees.
    pub fn snapshot(&mut self, instructions: &[Instruction]) -> BTreeMap<Pubkey, Option<Account>> {
        let payer = self.payer();
        let named = instructions.iter().flat_map(|instruction| &instruction.accounts).map(|meta| meta.pubkey);
        let keys: Vec<_> = named.filter(|key| *key != payer).collect();
        keys.into_iter().map(|key| (key, self.account(&key))).collect()
    }
}

fn genesis(programs: &[(&str, Pubkey)], accounts: &[(Pubkey, Account)]) -> Genesis {
    let authority = keypair("deployer").pubkey();
    let standard = LOADED.map(|(name, id)| (name, Pubkey::from(id)));
    let programs = standard.iter().chain(programs).map(|(name, id)| (*id, elf(name), authority)).collect();
    let rich = ["payer", "deployer"].map(|name| (keypair(name).pubkey(), rich_account()));
    Genesis { programs, accounts: rich.into_iter().chain(accounts.iter().cloned()).collect() }
}

fn rich_account() -> Account {
    Account { lamports: RICH_LAMPORTS, ..Account::default() }
}
