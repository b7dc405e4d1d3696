//! What is behind a [`crate::World`]: a whole bank in process, LiteSVM for runs of many transactions, or a network.

use crate::{Failure, Outcome, loader_accounts, remote::Remote};
use litesvm::LiteSVM;
use solana_account::{Account, AccountSharedData, ReadableAccount};
use solana_clock::Clock;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_program_test::{
    ProgramTest, ProgramTestContext,
    tokio::runtime::{Builder, Runtime},
};
use solana_pubkey::Pubkey;
use solana_transaction::Transaction;
use std::collections::BTreeMap;

/// What a world is made of at its start.
pub struct Genesis {
    /// Address, ELF and upgrade authority of each program.
    pub programs: Vec<(Pubkey, Vec<u8>, Pubkey)>,
    pub accounts: Vec<(Pubkey, Account)>,
}

pub enum Bank {
    /// `solana-program-test`: a bank of the validator's own runtime.
    Full {
        runtime: Runtime,
        context: Box<ProgramTestContext>,
    },
    Lite(Box<LiteSVM>),
    /// A network, over RPC.
    Remote(Box<Remote>),
}

impl Bank {
    pub fn full(genesis: Genesis) -> Self {
        let mut test = ProgramTest::default();
        test.prefer_bpf(true);
        for (id, elf, authority) in &genesis.programs {
            for (address, account) in loader_accounts(*id, elf, Some(*authority)) {
                test.add_genesis_account(address, account);
            }
        }
        for (address, account) in genesis.accounts {
            test.add_genesis_account(address, account);
        }
        // One thread: the task that registers blockhashes then runs only while the bank is asked something, and never while a warp
        // freezes the bank under it.
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let context = Box::new(runtime.block_on(test.start_with_context()));
        Self::Full { runtime, context }
    }

    pub fn lite(genesis: Genesis) -> Self {
        Self::lite_of(LiteSVM::new().with_precompiles().with_transaction_history(0), genesis)
    }

    /// As [`Self::lite`], without the checks that a run of many transactions does not need: transactions are not signed, whoever they
    /// name as a signer has signed, and logs are kept whole.
    pub fn trusting(genesis: Genesis) -> Self {
        let svm = LiteSVM::new().with_precompiles().with_transaction_history(0);
        Self::lite_of(svm.with_sigverify(false).with_log_bytes_limit(None), genesis)
    }

    fn lite_of(mut svm: LiteSVM, genesis: Genesis) -> Self {
        for (id, elf, authority) in &genesis.programs {
            let [program, data] = loader_accounts(*id, elf, Some(*authority));
            // The code first: storing the program loads it.
            for (address, account) in [data, program] {
                svm.set_account(address, account).expect("a well-formed program");
            }
        }
        for (address, account) in genesis.accounts {
            svm.set_account(address, account).expect("a well-formed account");
        }
        Self::Lite(Box::new(svm))
    }

    /// The same bank once more; what happens to one does not happen to the other.
    pub fn fork(&self) -> Self {
        match self {
            Self::Lite(svm) => Self::Lite(svm.clone()),
            _ => panic!("only LiteSVM forks"),
        }
    }

    /// As [`Remote::source_writes`].
    pub fn source_writes(&self, address: &Pubkey, account: &Account) -> Vec<Instruction> {
        match self {
            Self::Remote(remote) => remote.source_writes(address, account),
            _ => panic!("only a network needs transactions for that"),
        }
    }

    /// Every account there is.
    pub fn everything(&self) -> BTreeMap<Pubkey, Account> {
        match self {
            Self::Lite(svm) => {
                svm.accounts_db().inner.iter().map(|(address, account)| (*address, account.clone().into())).collect()
            }
            _ => panic!("only LiteSVM lists its accounts"),
        }
    }

    /// The accounts of a program, where the bank lists them.
    pub fn owned(&self, program: &Pubkey) -> Option<Vec<(Pubkey, Vec<u8>)>> {
        let Self::Lite(svm) = self else { return None };
        let accounts = svm.accounts_db().inner.iter().filter(|(_, account)| account.owner() == program);
        Some(accounts.map(|(address, account)| (*address, account.data().to_vec())).collect())
    }

    /// An account where it lies, without a copy. LiteSVM alone has such a place.
    pub fn peek(&self, address: &Pubkey) -> Option<&AccountSharedData> {
        match self {
            Self::Lite(svm) => svm.accounts_db().inner.get(address),
            _ => panic!("only LiteSVM shows its accounts"),
        }
    }

    pub fn account(&mut self, address: &Pubkey) -> Option<Account> {
        match self {
            Self::Full { runtime, context } => {
                runtime.block_on(context.banks_client.get_account(*address)).expect("the bank answers")
            }
            Self::Lite(svm) => svm.get_account(address),
            Self::Remote(remote) => remote.account(address),
        }
    }

    pub fn set_account(&mut self, address: &Pubkey, account: Account) {
        match self {
            Self::Full { context, .. } => context.set_account(address, &AccountSharedData::from(account)),
            Self::Lite(svm) => svm.set_account(*address, account).expect("a well-formed account"),
            Self::Remote(remote) => remote.set_account(address, &account),
        }
    }

    pub fn clock(&mut self) -> Clock {
        match self {
            Self::Full { runtime, context } => {
                runtime.block_on(context.banks_client.get_sysvar::<Clock>()).expect("the clock")
            }
            Self::Lite(svm) => svm.get_sysvar(),
            Self::Remote(remote) => remote.clock(),
        }
    }

    pub fn set_clock(&mut self, clock: &Clock) {
        match self {
            Self::Full { context, .. } => context.set_sysvar(clock),
            Self::Lite(svm) => svm.set_sysvar(clock),
            Self::Remote(_) => panic!("a network has its own clock"),
        }
    }

    /// Ends the slot for real; the clock's time is reset by it.
    pub fn next_slot(&mut self) {
        let clock = self.clock();
        match self {
            Self::Full { runtime, context } => {
                let bank_slot = runtime.block_on(context.banks_client.get_root_slot()).expect("a slot");
                context.warp_to_slot(bank_slot.max(clock.slot) + 1).expect("a later slot");
            }
            Self::Lite(svm) => svm.warp_to_slot(clock.slot + 1),
            Self::Remote(_) => panic!("a network has its own clock"),
        }
        let slot = self.clock().slot;
        self.set_clock(&Clock { slot, ..clock });
    }

    /// As [`Remote::land`].
    pub fn land(
        &self,
        transaction: Transaction,
        keys: &[&Keypair],
        durable: Option<[u8; 32]>,
    ) -> Result<Outcome, Box<Failure>> {
        match self {
            Self::Remote(remote) => remote.land(transaction, keys, durable),
            _ => panic!("in process nothing is simulated first"),
        }
    }

    /// Signs with the payer and `signers`, and processes.
    pub fn process(
        &mut self,
        payer: &Keypair,
        mut transaction: Transaction,
        signers: &[&Keypair],
    ) -> Result<Outcome, Box<Failure>> {
        let mut keys = vec![payer];
        keys.extend_from_slice(signers);
        match self {
            Self::Full { runtime, context } => {
                // The bank retires hashes as it goes: always the newest.
                let latest = runtime.block_on(context.banks_client.get_latest_blockhash()).expect("the bank answers");
                transaction.sign(&keys, latest);
                let answer = runtime
                    .block_on(context.banks_client.process_transaction_with_metadata(transaction))
                    .expect("the bank answers");
                let (logs, units) = answer
                    .metadata
                    .map_or_else(Default::default, |found| (found.log_messages, found.compute_units_consumed));
                match answer.result {
                    Ok(()) => Ok(Outcome { logs, units }),
                    Err(error) => Err(Box::new(Failure { error, logs })),
                }
            }
            Self::Remote(remote) => remote.process(transaction, &keys),
            Self::Lite(svm) => {
                if svm.get_sigverify() {
                    transaction.sign(&keys, svm.latest_blockhash());
                } else {
                    transaction.message.recent_blockhash = svm.latest_blockhash();
                }
                match svm.send_transaction(transaction) {
                    Ok(meta) => Ok(Outcome { logs: meta.logs, units: meta.compute_units_consumed }),
                    Err(failed) => Err(Box::new(Failure { error: failed.err, logs: failed.meta.logs })),
                }
            }
        }
    }
}
