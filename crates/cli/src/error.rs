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
    #[error(
        "the transaction takes {len} bytes of {room}: name a lookup table of the accounts with --table, or let `--table new` make one"
    )]
    TransactionTooLong { len: usize, room: usize },
    #[error("refused: {reason}")]
    Refused { reason: String },
    #[error("{governor} has no proposal {id}: `bastion council` lists those that are open")]
    ProposalMissing { id: u64, governor: &'static str },
    #[error("proposal {id} holds a state that this client does not know: use a newer one")]
    ProposalUnknown { id: u64 },
    #[error("{program} is not adopted by {governor}: it cannot be upgraded there")]
    NotAdopted { program: Pubkey, governor: &'static str },
    #[error("proposal {id} stores the digest {stored}, and its action's is {own}: do nothing with it")]
    DigestForged { id: u64, stored: String, own: String },
    #[error("proposal {id} has the digest {stored}, not {given}: read again what it decides")]
    DigestOther { id: u64, given: String, stored: String },
    #[error("proposal {id} has {has} of the {needs} approvals that its class needs")]
    ApprovalsMissing { id: u64, has: u32, needs: u8 },
    #[error("proposal {id} can be executed in {seconds} s and {slots} slots: wait, or say --wait")]
    DelayRemains { id: u64, seconds: i64, slots: u64 },
    #[error("the way back of proposal {id} is not staged: its proposer {proposer} queues it first")]
    WayBackMissing { id: u64, proposer: Pubkey },
    #[error("{path} holds no P-256 key as PEM: PKCS #8 (PRIVATE KEY) or SEC 1 (EC PRIVATE KEY), not encrypted")]
    P256Key { path: PathBuf },
    #[error("`{command}` has not signed the ballot: {reason}")]
    P256Signer { command: String, reason: String },
    #[error("name the P-256 key: its file with --p256-key, or --p256-public and the --p256-signer that signs with it")]
    NoP256Key,
    #[error(
        "others proposed while the ballot was signed, and signed anew: each time the id that it names was taken; run it again"
    )]
    ProposedMeanwhile,
    #[error("this network's runtime has no secp256r1 precompile: there a member acts with an Ed25519 key alone")]
    NoP256,
    #[error("buffer {buffer} does not hold the bytes that proposal {id} commits to")]
    BufferOther { id: u64, buffer: Pubkey },
    #[error("proposal {id} is no upgrade")]
    NotUpgrade { id: u64 },
    #[error(
        "proposal {id} is a vote for a rollback: name it with `bastion rollback ID --vote {id}`, ID being the upgrade's"
    )]
    VoteOnly { id: u64 },
    #[error("proposal {id} hands over to {authority}, who has to sign: name its key with --keypair")]
    HeirMissing { id: u64, authority: Pubkey },
    #[error("the rollout of proposal {id} is {stage}: `bastion proposal {id}` says what comes next")]
    RolloutElsewhere { id: u64, stage: &'static str },
    #[error(
        "proposal {id} does not hold its program's rollout{}",
        .holder.map_or_else(String::new, |holder| format!(": proposal {holder} does"))
    )]
    RolloutOfAnother { id: u64, holder: Option<u64> },
    #[error("VERIFICATION FAILED: {what}; anybody may restore the code from before: `bastion rollback {id}`")]
    VerificationFailed { id: u64, what: String },
    #[error(
        "VERIFICATION FAILED: the new code added {added}, which nobody recorded; the governor cannot see that: three members vote it back (`bastion propose roll-back {program}`), and then `bastion rollback {id} --vote VOTE`"
    )]
    AccountsAdded { id: u64, program: Pubkey, added: String },
    #[error(
        "page {page} of market {market}: {missing} of its accounts is not there any more; what `bastion execute --preimages FOLDER` kept names it: verify with the same --preimages"
    )]
    PageIncomplete { page: usize, market: Pubkey, missing: usize },
    #[error("name the folder of the preimages with --preimages: `bastion execute --preimages FOLDER` keeps them")]
    PreimagesUnnamed,
    #[error("{path} holds no preimages of `bastion execute --preimages`: {reason}")]
    PreimagesOther { path: PathBuf, reason: String },
    #[error("{path} is no recording of `bastion shadow --save`: {reason}")]
    NotRecording { path: PathBuf, reason: String },
    #[error("the recording's account {address} cannot be read")]
    RecordingAccount { address: String },
    #[error("the recording's transaction {signature} cannot be read")]
    RecordingTransaction { signature: String },
    #[error("the VM does not take the code of {program}: {reason}")]
    CandidateRefused { program: Pubkey, reason: String },
    #[error("name an upgrade by its id, or a program with --program and its new code with --elf")]
    NoCandidate,
    #[error("{differing} of {replayed} transactions came out otherwise under the candidate")]
    ShadowDiffers { differing: usize, replayed: usize },
    #[error("the protocol is not on this network: there is nothing to verify")]
    NothingToAudit,
    #[error("{governor} has no council on this network: deploy the protocol first")]
    NoCouncil { governor: &'static str },
    #[error("{found} of {checked} checks failed")]
    AuditFailed { found: usize, checked: usize },
    #[error("{0}")]
    Decode(#[from] crate::decode::DecodeError),
    #[error("{0}")]
    Input(#[from] crate::input::InputError),
    #[error("{path}: {source}")]
    Portfolio { path: PathBuf, source: crate::input::InputError },
}

/// Errors of the programs that say no more than: not yet.
const PASSING: [&str; 11] = [
    "ApprovalsMissing",
    "AttemptTooSoon",
    "AttestationsMissing",
    "BrakeOn",
    "CheckedThisSlot",
    "CreatedThisSlot",
    "DwellRemains",
    "ExecutedThisSlot",
    "FreezeRunning",
    "SecondsRemain",
    "SlotsRemain",
];

impl Error {
    /// What the process ends with: 3 for what succeeds later by itself, 4 for what verification found, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::ApprovalsMissing { .. } | Self::DelayRemains { .. } => 3,
            Self::RefusedBy { name, .. } if PASSING.contains(name) => 3,
            Self::BufferOther { .. }
            | Self::DeployedOther { .. }
            | Self::ShadowDiffers { .. }
            | Self::VerificationFailed { .. }
            | Self::AccountsAdded { .. }
            | Self::AuditFailed { .. }
            | Self::DigestForged { .. } => 4,
            _ => 1,
        }
    }

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
    fn sending_names_the_programs_error() {
        let code = |name: &str| client::governor::ERRORS.iter().find(|(_, known, _)| *known == name).unwrap().0;
        let refused = |name| Error::sending("step")(failed(InstructionError::Custom(code(name))));
        let early = refused("SecondsRemain");
        assert!(early.to_string().starts_with("step: governor refuses: "), "{early}");
        assert!(early.to_string().ends_with("(SecondsRemain)"), "{early}");
        assert_eq!((early.exit_code(), refused("NotMember").exit_code()), (3, 1));
        let other = Error::sending("step")(failed(InstructionError::InvalidSeeds));
        assert!(matches!(other, Error::Rpc { .. }) && other.exit_code() == 1, "{other}");
    }

    #[test]
    fn passing_errors_are_errors_of_the_governor() {
        for name in PASSING {
            assert!(client::governor::ERRORS.iter().any(|(_, known, _)| *known == name), "{name}");
        }
    }

    #[test]
    fn exit_code_tells_later_from_never_and_from_a_failed_verification() {
        assert_eq!(Error::DelayRemains { id: 1, seconds: 1, slots: 0 }.exit_code(), 3);
        assert_eq!(Error::VerificationFailed { id: 1, what: String::new() }.exit_code(), 4);
        assert_eq!(Error::NotUpgrade { id: 1 }.exit_code(), 1);
    }
}
