//! A program of `bench/kernels` on the in-process VM.

use std::path::Path;

use litesvm::LiteSVM;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction::Transaction;

use super::kinds::{INPUTS, NO_RESULT};

pub struct Vm {
    svm: LiteSVM,
    program: Pubkey,
    payer: Keypair,
}

impl Vm {
    pub fn new(elf: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(elf).map_err(|error| {
            format!(
                "{}: {error}; `cargo run -p sbf-build -- --manifest bench/kernels/Cargo.toml` builds it",
                elf.display()
            )
        })?;
        let mut svm = LiteSVM::new().with_sigverify(false).with_transaction_history(0);
        let (program, payer) = (Pubkey::new_from_array([7; 32]), Keypair::new_from_array([1; 32]));
        svm.add_program(program, &bytes).map_err(|error| format!("{}: {error:?}", elf.display()))?;
        svm.airdrop(&payer.pubkey(), 1_000_000_000).map_err(|error| format!("{error:?}"))?;
        Ok(Self { svm, program, payer })
    }

    /// Units of one run, or nothing if the kernel gave no result.
    pub fn units(&self, kernel: u8, inputs: &[u64; INPUTS]) -> Result<Option<u64>, String> {
        let mut data = vec![kernel];
        data.extend(inputs.iter().flat_map(|input| input.to_le_bytes()));
        let run = Instruction { program_id: self.program, accounts: Vec::new(), data };
        // SetComputeUnitLimit, the most there is.
        let mut limit = vec![2];
        limit.extend(1_400_000u32.to_le_bytes());
        let budget = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");
        let limit = Instruction { program_id: budget, accounts: Vec::new(), data: limit };
        let transaction = Transaction::new_signed_with_payer(
            &[limit, run],
            Some(&self.payer.pubkey()),
            &[&self.payer],
            self.svm.latest_blockhash(),
        );
        let logs = match self.svm.simulate_transaction(transaction) {
            Ok(info) => info.meta.logs,
            Err(failed)
                if failed
                    .meta
                    .logs
                    .iter()
                    .any(|line| line.ends_with(&format!("custom program error: {NO_RESULT:#x}"))) =>
            {
                return Ok(None);
            }
            Err(failed) => return Err(failed.meta.logs.join("; ")),
        };
        let mut remaining = logs.iter().filter_map(|line| {
            line.strip_prefix("Program consumption: ")?.strip_suffix(" units remaining")?.parse::<u64>().ok()
        });
        match (remaining.next(), remaining.next()) {
            (Some(before), Some(after)) => Ok(before.checked_sub(after)),
            _ => Err(format!("no units in {}", logs.join("; "))),
        }
    }
}
