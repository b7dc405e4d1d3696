//! The mock program on the in-process VM.

use litesvm::LiteSVM;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use solana_transaction::Transaction;

use crate::kinds::{HEADER_BYTES, PAIR_BYTES, RESULT_BYTES};

pub struct Vm {
    svm: LiteSVM,
    program: Pubkey,
    payer: Keypair,
}

impl Vm {
    pub fn new() -> Self {
        let mut svm = LiteSVM::new().with_sigverify(false).with_transaction_history(0);
        let (program, payer) = (Pubkey::new_from_array([7; 32]), Keypair::new_from_array([1; 32]));
        svm.add_program(program, &testkit::elf("mock_arith")).expect("the VM accepts the ELF");
        svm.airdrop(&payer.pubkey(), 1_000_000_000).expect("an airdrop");
        Self { svm, program, payer }
    }

    /// Each pair's value and flag, or nothing if the program stopped. A
    /// program stops only by a panic here; any other failure is the test's.
    pub fn compute(&self, kind: u8, ty: u8, pairs: &[(u128, u128)]) -> Option<Vec<(u128, bool)>> {
        let mut data = Vec::with_capacity(HEADER_BYTES + PAIR_BYTES * pairs.len());
        data.extend([kind, ty]);
        for (a, b) in pairs {
            data.extend(a.to_le_bytes());
            data.extend(b.to_le_bytes());
        }
        let instruction = Instruction { program_id: self.program, accounts: Vec::new(), data };
        let payer = self.payer.pubkey();
        let transaction = Transaction::new_signed_with_payer(
            &[instruction],
            Some(&payer),
            &[&self.payer],
            self.svm.latest_blockhash(),
        );
        let mut returned = match self.svm.simulate_transaction(transaction) {
            Ok(info) => info.meta.return_data.data,
            Err(failed) => {
                let logs = failed.meta.logs.join("\n");
                assert!(logs.contains("SBF program panicked") || logs.contains("Program failed to complete"), "{logs}");
                assert!(!logs.contains("exceeded CUs"), "{logs}");
                return None;
            }
        };
        returned.resize(RESULT_BYTES * pairs.len(), 0);
        let results = returned.chunks_exact(RESULT_BYTES).map(|result| {
            let (value, flag) = result.split_at(16);
            (u128::from_le_bytes(value.try_into().expect("16 bytes")), flag == [1])
        });
        Some(results.collect())
    }
}
