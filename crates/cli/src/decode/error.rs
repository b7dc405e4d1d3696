use policy::ActionError;
use solana_pubkey::Pubkey;

/// Why bytes could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("give one of: an address, --account FILE, --hex BYTES, --action BYTES")]
    NoInput,
    #[error("no bytes: an account of the protocol begins with a discriminator of 8")]
    Empty,
    #[error("{has} bytes are too short for any account: the discriminator alone has 8")]
    NoDiscriminator { has: usize },
    #[error("discriminator {found} is of no account of this protocol; is the account owned by one of its programs?")]
    UnknownDiscriminator { found: String },
    #[error("{has} bytes are too short for a {kind}, which has {needs}")]
    TooShort { kind: &'static str, needs: usize, has: usize },
    #[error(
        "this {kind} has version {version} and asks for readers of version {min_reader} or newer, and this is {ours}: update the command line"
    )]
    ReaderTooOld { kind: &'static str, version: u8, min_reader: u8, ours: u8 },
    #[error("a {kind} is owned by {expected}, and this account by {owner}")]
    WrongOwner { kind: &'static str, expected: String, owner: Pubkey },
    #[error("a Pyth price account has 134 bytes and full verification; this one is not usable ({0})")]
    Pyth(String),
    #[error("`{0}` is not a hexadecimal byte")]
    NotHex(String),
    #[error("an odd number of hexadecimal digits")]
    OddHex,
    #[error("not an account dump: {0}")]
    NotDump(String),
    #[error("`{0}` is not an address")]
    NotAddress(String),
    #[error("these bytes are not an action: {reason}", reason = action_reason(*.0))]
    Action(ActionError),
    #[error("the proposal says its action has {len} bytes, and there is room for {room}")]
    ActionLen { len: u16, room: usize },
}

/// In words, for those who are about to vote.
fn action_reason(error: ActionError) -> &'static str {
    match error {
        ActionError::UnknownKind => "the first byte names no action that this version knows",
        ActionError::WrongLength => "bytes are missing, or follow the end",
        ActionError::WrongLevel => "neither the brake nor a market can be relaxed to that level",
        ActionError::WrongCount => "no key, or more keys than fit",
        ActionError::WrongKey => "it holds the zero key, or one key twice",
        ActionError::EmptyCode => "the code it upgrades to has no length",
        ActionError::WrongLimits => {
            "windows need 1 to 10000 bps, a day no narrower than an hour and no wider than 24; the cap is above zero"
        }
        ActionError::WrongSchema => "a schema goes to itself or to the next",
        ActionError::WrongPatch => {
            "an emergency patch is for margin, vault or oracle, keeps the schema and can be rolled back"
        }
        ActionError::WrongDelay => "a delay is 90 days at most",
        ActionError::WrongFlag => "a flag is 0 or 1",
    }
}
