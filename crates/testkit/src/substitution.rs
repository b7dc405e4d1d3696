//! Every account of an instruction, replaced by a wrong one: each must be refused with its own error.

use crate::{Expect, World, keypair};
use client::AccountSpec;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

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
        let with = keypair(&format!("stranger {account}")).pubkey();
        self.wrong(account, with, expect)
    }

    /// `account` may be any account, by design; `because` says why that is safe.
    pub fn any(mut self, account: &'static str, because: &'static str) -> Self {
        self.free.push((account, because));
        self
    }

    /// Runs every case. Panics if an account of the table was neither substituted nor declared free.
    pub fn run(self, world: &mut World) {
        for spec in self.specs {
            let named = self.wrong.iter().any(|(account, ..)| *account == spec.name)
                || self.free.iter().any(|(account, _)| *account == spec.name);
            assert!(named, "no wrong `{}` was tried", spec.name);
        }
        for (account, with, expect) in &self.wrong {
            let index = self.specs.iter().position(|spec| spec.name == *account);
            let index = index.unwrap_or_else(|| panic!("no account `{account}` in the table"));
            let mut instruction = self.instruction.clone();
            let replaced = instruction.accounts[index].pubkey;
            instruction.accounts[index].pubkey = *with;
            let stranger = keypair(&format!("stranger {account}"));
            let mut signers = self.signers.clone();
            let still_signs = instruction.accounts.iter().any(|meta| meta.is_signer && meta.pubkey == replaced);
            if self.specs[index].signer && !still_signs {
                signers.retain(|signer| signer.pubkey() != replaced);
            }
            if self.specs[index].signer && *with == stranger.pubkey() {
                world.rich(&format!("stranger {account}"));
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
}
