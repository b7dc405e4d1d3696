//! What a transaction did.

use base64::{Engine, engine::general_purpose::STANDARD};
use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_transaction_error::TransactionError;

/// A transaction that landed.
#[derive(Debug)]
pub struct Outcome {
    pub logs: Vec<String>,
    /// Compute units of the whole transaction.
    pub units: u64,
}

impl Outcome {
    /// Compute units of the first top-level call of `program`, calls within it included.
    pub fn units_of(&self, program: &Pubkey) -> u64 {
        let invoked = format!("Program {program} invoke [1]");
        let consumed = format!("Program {program} consumed ");
        let from = self.logs.iter().position(|line| *line == invoked).expect("the program was called");
        self.logs[from..]
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix(&consumed)?.split(' ').next()?.parse().ok())
            .expect("the runtime logs what a call consumed")
    }

    /// What `program` returned: by the log, as the budget instruction that follows leaves nothing of it in the transaction.
    pub fn returned_by(&self, program: &Pubkey) -> Vec<u8> {
        let returned = format!("Program return: {program} ");
        let text = self.logs.iter().rev().find_map(|line| line.strip_prefix(&returned));
        STANDARD.decode(text.expect("the program returned something")).expect("the runtime logs base64")
    }
}

/// A transaction that was refused.
#[derive(Debug)]
pub struct Failure {
    pub error: TransactionError,
    pub logs: Vec<String>,
}

impl Failure {
    /// The program's own error code, if that is what it was.
    pub fn code(&self) -> Option<u32> {
        match &self.error {
            TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(*code),
            _ => None,
        }
    }
}

/// The one error that a refused transaction must carry.
#[derive(Clone, Debug, PartialEq)]
pub enum Expect {
    /// A program's own code.
    Code(u32),
    /// A code of the runtime's or the framework's vocabulary.
    Builtin(InstructionError),
    /// Refused before any program ran.
    Transaction(TransactionError),
}

impl From<u32> for Expect {
    fn from(code: u32) -> Self {
        Self::Code(code)
    }
}

impl From<InstructionError> for Expect {
    fn from(error: InstructionError) -> Self {
        Self::Builtin(error)
    }
}

impl From<TransactionError> for Expect {
    fn from(error: TransactionError) -> Self {
        Self::Transaction(error)
    }
}

impl Expect {
    /// Panics with the logs unless `failure` is this error.
    pub fn check(&self, failure: &Failure, what: &str) {
        let matches = match self {
            Self::Code(code) => failure.code() == Some(*code),
            Self::Builtin(expected) => {
                matches!(&failure.error, TransactionError::InstructionError(_, error) if error == expected)
            }
            Self::Transaction(expected) => failure.error == *expected,
        };
        let name = failure.code().and_then(client::error_name);
        assert!(matches, "{what}: expected {self:?}, got {:?} {name:?}\n{}", failure.error, failure.logs.join("\n"));
    }
}
