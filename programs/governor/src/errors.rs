//! Why the governor refuses. Codes start at 6800; the list only grows.
use anchor_lang::prelude::*;
use policy::proposal::Reason;
use policy::ActionError;
use shared::{NonceError, UpgradeAuthorityError};

#[error_code(offset = 6800)]
pub enum GovernorError {
    #[msg("program_data is not the program's ProgramData account")]
    ProgramDataMismatch,
    #[msg("the program is final: it has no upgrade authority")]
    ProgramFinal,
    #[msg("the signer is not the program's upgrade authority")]
    NotUpgradeAuthority,
    #[msg("the account is not the upgradeable loader")]
    NotLoader,
    #[msg("the account is not the sysvar of that name")]
    NotSysvar,
    #[msg("a durable-nonce transaction: sign with a recent blockhash, so that an approval cannot be kept for later")]
    DurableNonce,
    #[msg("a governor cannot hold its own upgrade authority: its twin does")]
    SelfAdoption,
    #[msg("elf_len must be above zero and fit the program's code account")]
    ElfLenOutOfRange,
    #[msg("bytes that are not zero follow the ELF of that length")]
    TailNotZero,
    #[msg("the signer is not a member of the council")]
    NotMember,
    #[msg("action kinds are 1 upgrade, 2 relax the brake, 3 replace the council, 4 replace the guardians, 5 relax a market, 6 set its limits, 7 replace the monitors")]
    ActionUnknown,
    #[msg("the action's bytes are too few or too many for its kind")]
    ActionLengthWrong,
    #[msg("brake and markets are relaxed to levels 0 to 3")]
    ActionLevelWrong,
    #[msg("a council has 1 to 15 members, and there are 1 to 8 guardians and 1 to 4 monitors")]
    KeyCountWrong,
    #[msg("each key may be named once, and none may be zero")]
    KeyInvalid,
    #[msg("new code has at least one byte")]
    CodeEmpty,
    #[msg("an upgrade is proposed with upgrade_propose, which checks its buffer")]
    UpgradeWithoutBuffer,
    #[msg("the account is not a buffer of the upgradeable loader")]
    NotBuffer,
    #[msg("the proposer must be the buffer's authority: the governor takes it over with the proposal")]
    BufferAuthorityForeign,
    #[msg("the governor is not the buffer's authority any more")]
    BufferAuthorityLost,
    #[msg("the buffer must hold 37 + elf_len bytes exactly: whatever follows would be deployed too")]
    BufferLengthMismatch,
    #[msg("the buffer's code does not have the committed sha256")]
    BufferHashMismatch,
    #[msg("not the buffer that the proposal names")]
    BufferSwapped,
    #[msg("not the program that the proposal names")]
    ProgramSwapped,
    #[msg("not the ProgramData account of the adopted program")]
    ProgramDataSwapped,
    #[msg("lamports of the buffer go to the proposer only")]
    SpillRedirected,
    #[msg("the code account is too small for the new code: extend the program first")]
    ProgramDataTooSmall,
    #[msg("the deployed code does not have the approved sha256")]
    DeployedHashMismatch,
    #[msg("the digest is not this proposal's: read the action again")]
    DigestMismatch,
    #[msg("the proposal's action is of another kind")]
    ActionOtherKind,
    #[msg("only a draft is approved and queued")]
    ProposalNotDraft,
    #[msg("only a queued proposal is executed, once")]
    ProposalNotQueued,
    #[msg("the proposal was executed or cancelled before")]
    ProposalClosed,
    #[msg("only a cancelled proposal gives its buffer back: cancel it first")]
    ProposalNotCancelled,
    #[msg("the proposal has expired: propose again")]
    ProposalExpired,
    #[msg("the council changed after the proposal was made: propose again")]
    MembershipStale,
    #[msg("approve in a later slot than the proposal's")]
    CreatedThisSlot,
    #[msg("this member has approved already")]
    AlreadyApproved,
    #[msg("the class needs more approvals of current members")]
    ApprovalsMissing,
    #[msg("the delay would end after the proposal's expiry: propose again")]
    QueuedTooLate,
    #[msg("the delay's seconds have not passed")]
    SecondsRemain,
    #[msg("the delay's slots have not passed")]
    SlotsRemain,
    #[msg("only the proposer cancels a proposal that can still be executed")]
    NotProposer,
    #[msg("the account is not the breaker program")]
    NotBreaker,
    #[msg("the stored state or class was written by code that this version does not know")]
    StateUnknown,
    #[msg("a clock or counter would pass 64 bits")]
    CounterOverflow,
    #[msg("windows have 1 to 10,000 basis points, a day's no fewer than the hour's and at most 24 times as many; the cap is above zero")]
    ActionLimitsWrong,
    #[msg("not the custody that the proposal names")]
    CustodySwapped,
}

impl From<UpgradeAuthorityError> for GovernorError {
    fn from(error: UpgradeAuthorityError) -> Self {
        match error {
            UpgradeAuthorityError::WrongProgramData | UpgradeAuthorityError::NotProgramData => {
                Self::ProgramDataMismatch
            }
            UpgradeAuthorityError::ProgramFinal => Self::ProgramFinal,
            UpgradeAuthorityError::NotAuthority => Self::NotUpgradeAuthority,
        }
    }
}

impl From<NonceError> for GovernorError {
    fn from(error: NonceError) -> Self {
        match error {
            NonceError::WrongSysvar => Self::NotSysvar,
            NonceError::DurableNonce => Self::DurableNonce,
        }
    }
}

impl From<ActionError> for GovernorError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::UnknownKind => Self::ActionUnknown,
            ActionError::WrongLength => Self::ActionLengthWrong,
            ActionError::WrongLevel => Self::ActionLevelWrong,
            ActionError::WrongCount => Self::KeyCountWrong,
            ActionError::WrongKey => Self::KeyInvalid,
            ActionError::EmptyCode => Self::CodeEmpty,
            ActionError::WrongLimits => Self::ActionLimitsWrong,
        }
    }
}

impl From<Reason> for GovernorError {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::NotDraft => Self::ProposalNotDraft,
            Reason::NotQueued => Self::ProposalNotQueued,
            Reason::Closed => Self::ProposalClosed,
            Reason::Expired => Self::ProposalExpired,
            Reason::StaleMembership => Self::MembershipStale,
            Reason::CreatedThisSlot => Self::CreatedThisSlot,
            Reason::NotMember => Self::NotMember,
            Reason::AlreadyApproved => Self::AlreadyApproved,
            Reason::ApprovalsMissing => Self::ApprovalsMissing,
            Reason::QueuedTooLate => Self::QueuedTooLate,
            Reason::SecondsRemain => Self::SecondsRemain,
            Reason::SlotsRemain => Self::SlotsRemain,
            Reason::NotProposer => Self::NotProposer,
            Reason::ClockOverflow => Self::CounterOverflow,
        }
    }
}
