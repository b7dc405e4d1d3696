use std::path::PathBuf;

/// Why the local network could not start or stop. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path} is missing: run `make build` first")]
    ElfMissing { path: PathBuf },
    #[error("{path} is not an ELF file: run `make build`, or name another file")]
    NotElf { path: PathBuf },
    #[error("program `{text}` is not of the form ID=FILE[:AUTHORITY]: {reason}")]
    ProgramSpec { text: String, reason: String },
    #[error("account file {path}: {reason}")]
    AccountFile { path: PathBuf, reason: String },
    #[error("port {port} ({role}) is taken by another program: stop it, or choose another port with {option}")]
    PortTaken { port: u16, role: &'static str, option: &'static str },
    #[error("RPC port {port} leaves no port above it for WebSocket: choose one of 1..65534 with --rpc-port")]
    RpcPortRange { port: u16 },
    #[error("no free block of {width} ports for the validator's own sockets between {from} and {to}")]
    NoPortBlock { width: u16, from: u16, to: u16 },
    #[error("a local network (pid {pid}) is running in {ledger}: stop it, or start with --replace")]
    AlreadyRunning { pid: u32, ledger: PathBuf },
    #[error("the local network in {ledger} is held by a process whose pid is not known: stop it by hand")]
    HolderUnknown { ledger: PathBuf },
    #[error("the local network with pid {pid} did not stop within {seconds} s of being killed")]
    ReplaceTimeout { pid: u32, seconds: u64 },
    #[error("{path} holds files that a local network did not make: name an empty or new folder with --ledger")]
    LedgerForeign { path: PathBuf },
    #[error("{what} {path}: {source}")]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
    #[error("the faucet did not start: {0}")]
    Faucet(String),
    #[error("the validator did not start: {0}")]
    Validator(String),
    #[error("the validator produced no block within {seconds} s of starting")]
    NoBlocks { seconds: u64 },
}

impl Error {
    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}
