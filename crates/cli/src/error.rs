use solana_instruction::error::InstructionError;
use solana_pubkey::Pubkey;
use solana_rpc_client_api::client_error::Error as ClientError;
use solana_transaction_error::TransactionError;
use std::path::PathBuf;

/// Why a command could not go on. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no answer from {url}: start a local network with `make localnet`, or name another with --url ({source})")]
    Unreachable { url: String, source: Box<ClientError> },
    #[error("{what}: {source}")]
    Rpc { what: String, source: Box<ClientError> },
    #[error("{what}: {program} refuses: {message} ({name})")]
    RefusedBy { what: String, program: &'static str, name: &'static str, message: &'static str },
    #[error("{what}: {reason}")]
    Instruction { what: &'static str, reason: String },
    #[error("keypair {path}: {reason}")]
    Keypair { path: PathBuf, reason: String },
    #[error(
        "{url} is {cluster}: the program keys of `bastion deploy` come from public seeds and serve local networks only"
    )]
    PublicCluster { url: String, cluster: &'static str },
    #[error("{path} is missing: run `make build` first, or name another folder with --elf-dir")]
    ElfMissing { path: PathBuf },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the payer {payer} has {has} lamports and {needs} are needed: send it more")]
    PayerPoor { payer: Pubkey, has: u64, needs: u64 },
    #[error(
        "writing {name} into its buffer made no progress for {seconds} s: check the network and run again, it resumes"
    )]
    BufferStalled { name: String, seconds: u64 },
    #[error(
        "{name} is deployed with other bytes and its upgrade authority is {authority}: propose an upgrade to the governor"
    )]
    HeldElsewhere { name: String, authority: String },
    #[error("{name} has room for {room} bytes and the new ELF has {len}: extend the program first")]
    NoRoom { name: String, room: usize, len: usize },
    #[error("{name} is deployed, and {what} on the chain is not what was deployed: look at it before anything else")]
    DeployedOther { name: &'static str, what: &'static str },
    #[error("the ELF of {name} is longer than 4 GiB")]
    ElfTooLong { name: &'static str },
    #[error("{address} does not exist on this network")]
    AccountMissing { address: Pubkey },
    #[error("the breaker's accounts hold a level that this client does not know: use a newer one")]
    BrakeUnknown,
    #[error("{}; the markets here are: {known}", name.as_ref().map_or("name a market with --market".to_owned(), |name| format!("there is no market {name}")))]
    MarketUnknown { name: Option<String>, known: String },
    #[error("`{text}` is no address")]
    Address { text: String },
    #[error("margin has no figure: {reason}")]
    Unvalued { reason: String },
    #[error("this is no quote that can be filled: {reason}")]
    QuoteInvalid { reason: String },
    #[error("the quote's legs: {reason}")]
    LegsWrong { reason: String },
    #[error("refused: {reason}")]
    Refused { reason: String },
    #[error("{0}")]
    Decode(#[from] crate::decode::DecodeError),
    #[error("{0}")]
    Input(#[from] crate::input::InputError),
    #[error("{path}: {source}")]
    Portfolio { path: PathBuf, source: crate::input::InputError },
}

impl Error {
    /// Why a transaction failed: by the program's own error where there is one.
    pub fn sending(what: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        let what = what.into();
        move |source| match custom_code(&source).and_then(client::error_name) {
            Some((program, name, message)) => Self::RefusedBy { what, program, name, message },
            None => Self::Rpc { what, source: Box::new(source) },
        }
    }

    pub fn rpc(what: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        let what = what.into();
        move |source| Self::Rpc { what, source: Box::new(source) }
    }

    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

fn custom_code(error: &ClientError) -> Option<u32> {
    match error.get_transaction_error()? {
        TransactionError::InstructionError(_, InstructionError::Custom(code)) => Some(code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_rpc_client_api::client_error::ErrorKind;

    fn failed(error: InstructionError) -> ClientError {
        ErrorKind::TransactionError(TransactionError::InstructionError(1, error)).into()
    }

    #[test]
    fn sending_names_the_programs_error_and_keeps_every_other() {
        let code = |name: &str| client::governor::ERRORS.iter().find(|(_, known, _)| *known == name).unwrap().0;
        let early = Error::sending("step")(failed(InstructionError::Custom(code("SecondsRemain"))));
        assert!(early.to_string().starts_with("step: governor refuses: "), "{early}");
        assert!(early.to_string().ends_with("(SecondsRemain)"), "{early}");
        let other = Error::sending("step")(failed(InstructionError::InvalidSeeds));
        assert!(matches!(other, Error::Rpc { .. }), "{other}");
    }
}
