//! One in-process bank with the five programs (the governor twice) deployed from their ELFs.

use crate::{Expect, Failure, LOADED, Outcome, elf, keypair, loader_accounts};
use abi::Layout;
use solana_account::{Account, AccountSharedData};
use solana_clock::Clock;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext, tokio::runtime::Runtime};
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction::Transaction;
use std::collections::BTreeMap;

/// Cluster time at the start of every world: 2026-01-02 00:00:00 UTC, a Friday.
pub const START_UNIX_S: i64 = 1_767_312_000;
/// The genesis hash that worlds tell the programs.
pub const GENESIS_HASH: [u8; 32] = [7; 32];
/// Upper limit a transaction asks for; the counter below makes each one distinct.
const UNIT_LIMIT: u32 = 1_400_000;

/// An in-process bank, driven synchronously.
pub struct World {
    runtime: Runtime,
    context: ProgramTestContext,
    sent: u32,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// The standard world: the protocol's programs under the upgrade authority `keypair("deployer")`.
    pub fn new() -> Self {
        Self::with(&[], &[])
    }

    /// The standard world with further programs (ELF name, address) and accounts in its genesis.
    pub fn with(programs: &[(&str, Pubkey)], accounts: &[(Pubkey, Account)]) -> Self {
        let mut test = ProgramTest::default();
        test.prefer_bpf(true);
        let authority = Some(keypair("deployer").pubkey());
        let standard = LOADED.map(|(name, id)| (name, Pubkey::from(id)));
        for (name, id) in standard.iter().chain(programs) {
            for (address, account) in loader_accounts(*id, &elf(name), authority) {
                test.add_genesis_account(address, account);
            }
        }
        for (address, account) in accounts {
            test.add_genesis_account(*address, account.clone());
        }
        let runtime = Runtime::new().expect("a runtime");
        let context = runtime.block_on(test.start_with_context());
        let mut world = Self { runtime, context, sent: 0 };
        world.set_unix_s(START_UNIX_S);
        world.rich("deployer");
        world
    }

    /// The key that pays every fee.
    pub fn payer(&self) -> Pubkey {
        self.context.payer.pubkey()
    }

    /// A keypair by name, with a thousand SOL.
    pub fn rich(&mut self, name: &str) -> Keypair {
        let keypair = keypair(name);
        let account = Account { lamports: 1_000_000_000_000, ..Account::default() };
        self.set_account(&keypair.pubkey(), account);
        keypair
    }

    pub fn account(&mut self, address: &Pubkey) -> Option<Account> {
        self.runtime.block_on(self.context.banks_client.get_account(*address)).expect("the bank answers")
    }

    /// Creates or overwrites an account, whatever the rules.
    pub fn set_account(&mut self, address: &Pubkey, account: Account) {
        self.context.set_account(address, &AccountSharedData::from(account));
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
        self.runtime.block_on(self.context.banks_client.get_sysvar::<Clock>()).expect("the clock")
    }

    pub fn unix_s(&mut self) -> i64 {
        self.clock().unix_timestamp
    }

    pub fn set_unix_s(&mut self, unix_s: i64) {
        let clock = Clock { unix_timestamp: unix_s, ..self.clock() };
        self.context.set_sysvar(&clock);
    }

    pub fn advance_s(&mut self, seconds: i64) {
        let unix_s = self.unix_s();
        self.set_unix_s(unix_s + seconds);
    }

    /// Moves the clock's slot alone: what the programs see as slots passing.
    pub fn advance_slots(&mut self, slots: u64) {
        let clock = self.clock();
        self.context.set_sysvar(&Clock { slot: clock.slot + slots, ..clock });
    }

    /// Ends the bank's slot for real, as an upgrade needs before its code can run; time stays.
    pub fn next_slot(&mut self) {
        let before = self.clock();
        let bank_slot = self.runtime.block_on(self.context.banks_client.get_root_slot()).expect("a slot");
        self.context.warp_to_slot(bank_slot.max(before.slot) + 1).expect("a later slot");
        self.set_unix_s(before.unix_timestamp);
    }

    /// Sends one transaction; the payer signs besides `signers`.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Outcome, Box<Failure>> {
        self.sent += 1;
        let mut all = instructions.to_vec();
        // Last, so that it moves no index of the instructions under test.
        all.push(ComputeBudgetInstruction::set_compute_unit_limit(UNIT_LIMIT - self.sent));
        let mut keys = vec![&self.context.payer];
        keys.extend_from_slice(signers);
        let blockhash = self.context.last_blockhash;
        let transaction = Transaction::new_signed_with_payer(&all, Some(&self.context.payer.pubkey()), &keys, blockhash);
        let answer = self
            .runtime
            .block_on(self.context.banks_client.process_transaction_with_metadata(transaction))
            .expect("the bank answers");
        let metadata = answer.metadata;
        let logs = metadata.as_ref().map(|found| found.log_messages.clone()).unwrap_or_default();
        match answer.result {
            Err(error) => Err(Box::new(Failure { error, logs })),
            Ok(()) => Ok(Outcome {
                logs,
                units: metadata.as_ref().map_or(0, |found| found.compute_units_consumed),
                return_data: metadata.and_then(|found| found.return_data).map(|found| found.data).unwrap_or_default(),
            }),
        }
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
