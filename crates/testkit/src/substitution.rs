//! Every account of an instruction, replaced by a wrong one: each must be refused with its own error.

use crate::{Expect, World, keypair};
use abi::{Layout, breaker::Brake};
use bytemuck::{Zeroable, bytes_of};
use client::{AccountSpec, addresses};
use solana_account::Account;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// The account that only a guardian can sign, wherever it is named.
const GUARDIAN: &str = "guardian";
const RENT: u64 = 10_000_000;

/// A walk over the accounts of one valid instruction.
pub struct Substitutions<'a> {
    instruction: Instruction,
    before: Vec<Instruction>,
    specs: &'a [AccountSpec],
    signers: Vec<&'a Keypair>,
    wrong: Vec<(&'static str, Pubkey, Expect)>,
    free: Vec<(&'static str, &'static str)>,
}

impl<'a> Substitutions<'a> {
    /// `instruction` must be one that would land; `specs` is its table in `client`.
    pub fn of(instruction: Instruction, specs: &'a [AccountSpec], signers: &[&'a Keypair]) -> Self {
        let named = instruction.accounts.len();
        assert!(named >= specs.len(), "the table names {} accounts, the instruction has {named}", specs.len());
        Self { instruction, before: vec![], specs, signers: signers.to_vec(), wrong: vec![], free: vec![] }
    }

    /// Instructions that go before it in the transaction.
    pub fn after(mut self, before: &[Instruction]) -> Self {
        self.before = before.to_vec();
        self
    }

    /// `account` replaced by `with` must be refused with this error. Several wrong ones may be given for one account.
    pub fn wrong(mut self, account: &'static str, with: Pubkey, expect: impl Into<Expect>) -> Self {
        self.wrong.push((account, with, expect.into()));
        self
    }

    /// `account` replaced by a key nobody has seen, signing if the account must sign.
    pub fn stranger(self, account: &'static str, expect: impl Into<Expect>) -> Self {
        let with = stranger(account).pubkey();
        self.wrong(account, with, expect)
    }

    /// `account` may be any account, by design; `because` says why that is safe.
    pub fn any(mut self, account: &'static str, because: &'static str) -> Self {
        self.free.push((account, because));
        self
    }

    /// Runs every case. Panics if an account of the table was neither substituted nor declared free.
    ///
    /// Where a stranger's signature is refused, a guardian's is too, and with the same error: whoever tests an instruction also shows
    /// that it gives guardians nothing.
    pub fn run(self, world: &mut World) {
        for spec in self.specs {
            let named = self.wrong.iter().any(|(account, ..)| *account == spec.name)
                || self.free.iter().any(|(account, _)| *account == spec.name);
            assert!(named, "no wrong `{}` was tried", spec.name);
        }
        for case in &self.wrong {
            self.try_wrong(world, case);
            let (account, with, _) = *case;
            let signs = self.specs.iter().any(|spec| spec.name == account && spec.signer);
            // Where the instruction creates the brake there is no guardian yet, and putting one there would refuse it for that.
            let brake = addresses::brake();
            let creates =
                world.account(&brake).is_none() && self.instruction.accounts.iter().any(|meta| meta.pubkey == brake);
            if signs && with == stranger(account).pubkey() && account != GUARDIAN && !creates {
                // INVARIANT(G-7)
                let armed = Armed::guardian(world, with);
                self.try_wrong(world, case);
                armed.disarm(world);
            }
        }
    }

    fn try_wrong(&self, world: &mut World, (account, with, expect): &(&'static str, Pubkey, Expect)) {
        let index = self.specs.iter().position(|spec| spec.name == *account);
        let index = index.unwrap_or_else(|| panic!("no account `{account}` in the table"));
        let mut instruction = self.instruction.clone();
        let replaced = instruction.accounts[index].pubkey;
        instruction.accounts[index].pubkey = *with;
        let stranger = stranger(account);
        let mut signers = self.signers.clone();
        let still_signs = instruction.accounts.iter().any(|meta| meta.is_signer && meta.pubkey == replaced);
        if self.specs[index].signer && !still_signs {
            signers.retain(|signer| signer.pubkey() != replaced);
        }
        if self.specs[index].signer && *with == stranger.pubkey() {
            world.rich(&stranger_name(account));
            signers.push(&stranger);
        }
        let mut instructions = self.before.clone();
        instructions.push(instruction);
        let before = world.snapshot(&instructions);
        match world.send(&instructions, &signers) {
            Ok(outcome) => panic!("a wrong `{account}` was accepted\n{}", outcome.logs.join("\n")),
            Err(failure) => expect.check(&failure, &format!("wrong `{account}`")),
        }
        assert_eq!(before, world.snapshot(&instructions), "a refused `{account}` changed state");
    }
}

fn stranger_name(account: &str) -> String {
    format!("stranger {account}")
}

fn stranger(account: &str) -> Keypair {
    keypair(&stranger_name(account))
}

/// A brake that names a guardian for as long as one case takes; worlds without a brake get one.
struct Armed {
    before: Account,
}

impl Armed {
    fn guardian(world: &mut World, guardian: Pubkey) -> Self {
        let address = addresses::brake();
        let before = world.account(&address).unwrap_or_default();
        let mut account = before.clone();
        if account.data.is_empty() {
            account = Account { lamports: RENT, owner: abi::ids::BREAKER.into(), ..Account::default() };
            account.data = [Brake::DISCRIMINATOR.as_slice(), bytes_of(&Brake::zeroed())].concat();
        }
        let brake: &mut Brake = abi::read_mut(&mut account.data).expect("a brake");
        let last = usize::from(brake.guardian_count).min(brake.guardians.len() - 1);
        brake.guardians[last] = guardian.to_bytes();
        brake.guardian_count = u8::try_from(last + 1).expect("few guardians");
        world.set_account(&address, account);
        Self { before }
    }

    fn disarm(self, world: &mut World) {
        world.set_account(&addresses::brake(), self.before);
    }
}
