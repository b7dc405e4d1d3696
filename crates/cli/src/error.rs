use solana_pubkey::Pubkey;
use solana_rpc_client_api::client_error::Error as ClientError;
use std::path::PathBuf;

/// Why a command could not go on. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no answer from {url}: start a local network with `make localnet`, or name another with --url ({source})")]
    Unreachable { url: String, source: Box<ClientError> },
    #[error("{what}: {source}")]
    Rpc { what: String, source: Box<ClientError> },
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
    pub fn rpc(what: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        let what = what.into();
        move |source| Self::Rpc { what, source: Box::new(source) }
    }

    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
