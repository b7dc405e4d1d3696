//! Why the governor refuses. Codes start at 6800; the list only grows.
use anchor_lang::prelude::*;
use policy::ballot::BallotError;
use policy::proposal::Reason;
use policy::rollout::RolloutError;
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
    #[msg(
        "action kinds are 1 to 14: upgrade, relax, council, guardians, market, limits, monitors, emergency patch, ratify, recover, hand over, roll back, attestors, delays"
    )]
    ActionUnknown,
    #[msg("the action's bytes are too few or too many for its kind")]
    ActionLengthWrong,
    #[msg("brake and markets are relaxed to levels 0 to 3")]
    ActionLevelWrong,
    #[msg("a council has 1 to 15 members; there are 1 to 8 guardians, 1 to 4 monitors and 3 attestors")]
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
    #[msg("the proposal was executed, cancelled or rejected before")]
    ProposalClosed,
    #[msg("only a proposal that is over gives its buffers back: cancel it first")]
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
    #[msg(
        "windows have 1 to 10,000 basis points, a day's no fewer than the hour's and at most 24 times as many; the cap is above zero"
    )]
    ActionLimitsWrong,
    #[msg("not the custody that the proposal names")]
    CustodySwapped,
    #[msg("an upgrade goes from a schema to itself or to the next")]
    SchemaWrong,
    #[msg("an emergency patch is for margin, vault or oracle, keeps the schema and can be rolled back")]
    PatchOutOfBounds,
    #[msg("delays are 90 days at most")]
    DelayTooLong,
    #[msg("a flag is 0 or 1")]
    ActionFlagWrong,
    #[msg("this member has objected already")]
    AlreadyObjected,
    #[msg("a veto sends a proposal back once, and this one was sent back before")]
    VetoSpent,
    #[msg("an upgrade is queued with upgrade_queue, which takes its program's rollout")]
    UpgradeQueuedElsewhere,
    #[msg("another upgrade of the program is under way: it must end first")]
    UpgradeActive,
    #[msg("the upgrade replaces other code than what runs now: propose again")]
    PreviousHashMismatch,
    #[msg("the proposer must stage a buffer with the code that runs now, for the way back")]
    RollbackNotStaged,
    #[msg("a way back is staged already")]
    RollbackStaged,
    #[msg("not the staged buffer of the way back")]
    RollbackBufferSwapped,
    #[msg("the staged buffer does not hold the code that runs now")]
    RollbackHashMismatch,
    #[msg("the upgrade said before the vote that there is no way back")]
    RollForwardOnly,
    #[msg("an emergency patch is queued while the brake stands at level 3 or higher")]
    EmergencyWithoutFreeze,
    #[msg("the brake cannot be read as this version knows it")]
    BrakeUnreadable,
    #[msg("not the rollout of the program that the proposal names")]
    RolloutSwapped,
    #[msg("another proposal holds the rollout")]
    RolloutOfAnother,
    #[msg("the rollout is at another stage")]
    RolloutStageWrong,
    #[msg("the proposal that holds the rollout can still be executed")]
    ProposalAlive,
    #[msg("one attempt at a freeze in six hours")]
    AttemptTooSoon,
    #[msg("the freeze still has time: it is ended by anyone when that is over")]
    FreezeRunning,
    #[msg("the freeze's time is over: end it and freeze again")]
    FreezeOverdue,
    #[msg("there is no freeze to end")]
    NoFreeze,
    #[msg("the brake must stand at level 4 from the snapshot on")]
    NotMigrating,
    #[msg("verify in a later slot than the code was replaced in")]
    ExecutedThisSlot,
    #[msg("more parts than are to be recorded")]
    PartUnknown,
    #[msg("no failed, overdue or unratified upgrade, and no vote under a freeze: nothing to roll back")]
    RollbackUnfounded,
    #[msg("the time of this canary step has not passed")]
    DwellRemains,
    #[msg("this canary step needs more clean checks, in slots of their own")]
    ChecksMissing,
    #[msg("one check a slot")]
    CheckedThisSlot,
    #[msg("no promotion while the brake stands above level 1")]
    BrakeOn,
    #[msg("an emergency patch stays on its lowest step until the council ratifies it")]
    PatchUnratified,
    #[msg("there is no emergency patch to ratify")]
    NothingToRatify,
    #[msg("two of the three attestors must post the same result first")]
    AttestationsMissing,
    #[msg("the signer is not an attestor")]
    NotAttestor,
    #[msg("this attestor has posted a result already")]
    AlreadyAttested,
    #[msg("a result of zeros is none")]
    RootZero,
    #[msg("not margin's config")]
    NotMarginConfig,
    #[msg("the account is not a market of margin that this version can read")]
    MarketUnreadable,
    #[msg("not the market's token vaults")]
    TokensSwapped,
    #[msg("the snapshot is of another attempt or another program")]
    SnapshotStale,
    #[msg("the snapshot is sealed")]
    SnapshotSealed,
    #[msg("pages of the snapshot are missing")]
    PagesMissing,
    #[msg("there are more accounts than were recorded, or verified: some page or record leaves one out")]
    AccountsMissing,
    #[msg("no such page: a market has one for each 20 registry indices")]
    PageUnknown,
    #[msg("an account is not a margin account of this market that this version can read")]
    AccountForeign,
    #[msg("accounts go in the order of their registry indices, each once, all on this page")]
    AccountOutOfOrder,
    #[msg("a page is replaced only by a fuller one")]
    PageNotFuller,
    #[msg("not a page of this snapshot")]
    PageSwapped,
    #[msg("the accounts are not those of the page, in its order")]
    PageAccountsDiffer,
    #[msg("the page is verified already")]
    PageVerified,
    #[msg("the page's accounts differ from the snapshot")]
    PageDiffers,
    #[msg("the market is verified already")]
    MarketVerified,
    #[msg("the market's sums or tokens differ from the snapshot")]
    MarketDiffers,
    #[msg("the market's vaults hold less than it owes: a clean check is refused")]
    MarketInsolvent,
    #[msg("no executable vote of the council to roll this upgrade back, under a freeze of the guardians")]
    VoteWrong,
    #[msg("lamports go to whoever paid, to the proposer, or to the insurance of upgrades")]
    RecipientWrong,
    #[msg("nothing is over yet that would give this back")]
    NotOver,
    #[msg("close the snapshot's pages first")]
    PagesOpen,
    #[msg("the bond is settled")]
    BondSettled,
    #[msg("what was signed is not a ballot: 98 bytes that begin with bastion:ballot:1")]
    SignatureUnproven,
    #[msg("the account is not the margin program")]
    NotMargin,
    #[msg("the page has no account at that place")]
    PlaceUnknown,
    #[msg("the preimage is not what the snapshot recorded: all accounts of the page, whole and in its order, after a buffer's header of 37 bytes")]
    PreimageWrong,
    #[msg("the account is what the snapshot says: nothing to restore")]
    AccountIntact,
    #[msg("the account is not a custody of the breaker that this version can read")]
    CustodyUnreadable,
    #[msg(
        "the account does not count the roots of the rollout's program: its config does, and the brake for the breaker"
    )]
    HeadUnreadable,
    #[msg("not an account of the program that a ledger records and this version can read")]
    RecordForeign,
    #[msg("record every root first: markets and funds, feeds, vaults, custodies")]
    RootsMissing,
    #[msg("not a record of this ledger")]
    RecordSwapped,
    #[msg("not the account that was recorded")]
    RecordAccountDiffers,
    #[msg("the account is verified already")]
    RecordVerified,
    #[msg("the account differs from its record")]
    RecordDiffers,
    #[msg("the ledger is verified already")]
    LedgerVerified,
    #[msg("only markets, feeds, vaults and custodies are held")]
    NotHeld,
    #[msg("record the market in the ledger first: it stands still from then on")]
    MarketNotHeld,
    #[msg("a secp256r1 instruction must stand at that place, before this one")]
    SignatureInstructionMissing,
    #[msg("the instruction at that place is not the secp256r1 precompile's")]
    SignatureProgramWrong,
    #[msg("the secp256r1 instruction must verify one signature, and no other")]
    SignatureCountNotOne,
    #[msg("signature, key and ballot must lie in the secp256r1 instruction itself")]
    SignatureOffsetsForeign,
    #[msg("the secp256r1 instruction's offsets leave its data")]
    SignatureOffsetsOutOfRange,
    #[msg("the passkey signed other client data than was sent")]
    PasskeyClientDataOther,
    #[msg("the authenticator must say that a person was present and verified: ask for user verification")]
    PasskeyUserNotVerified,
    #[msg("the passkey's client data must be of an assertion whose challenge is the ballot's 98 bytes")]
    PasskeyNoBallot,
    #[msg("the ballot was signed for another membership of the council: sign again")]
    BallotEpochOther,
    #[msg("proposal, approval, objection to a draft and veto of what is queued each take a ballot of their own kind")]
    BallotKindOther,
    #[msg("the ballot was signed on the other side of the veto that sent the proposal back: sign again")]
    BallotRoundOther,
    #[msg("a ballot names a slot of the last 150: sign again")]
    BallotStale,
    #[msg("the cluster has no such hash for the ballot's slot")]
    BallotSlotHashWrong,
}

impl From<BallotError> for GovernorError {
    fn from(error: BallotError) -> Self {
        match error {
            BallotError::OtherDigest => Self::DigestMismatch,
            BallotError::OtherEpoch => Self::BallotEpochOther,
            BallotError::OtherKind => Self::BallotKindOther,
            BallotError::OtherRound => Self::BallotRoundOther,
            BallotError::Stale => Self::BallotStale,
            BallotError::OtherSlotHash => Self::BallotSlotHashWrong,
        }
    }
}

impl From<RolloutError> for GovernorError {
    fn from(error: RolloutError) -> Self {
        match error {
            RolloutError::Active => Self::UpgradeActive,
            RolloutError::WrongStage => Self::RolloutStageWrong,
            RolloutError::ProposalAlive => Self::ProposalAlive,
            RolloutError::NotFrozen => Self::EmergencyWithoutFreeze,
            RolloutError::AttemptTooSoon => Self::AttemptTooSoon,
            RolloutError::FreezeRunning => Self::FreezeRunning,
            RolloutError::FreezeOverdue => Self::FreezeOverdue,
            RolloutError::ExecutedThisSlot => Self::ExecutedThisSlot,
            RolloutError::PartUnknown => Self::PartUnknown,
            RolloutError::RollbackUnfounded => Self::RollbackUnfounded,
            RolloutError::RollForwardOnly => Self::RollForwardOnly,
            RolloutError::DwellRemains => Self::DwellRemains,
            RolloutError::ChecksMissing => Self::ChecksMissing,
            RolloutError::CheckedThisSlot => Self::CheckedThisSlot,
            RolloutError::BrakeOn => Self::BrakeOn,
            RolloutError::Unratified => Self::PatchUnratified,
            RolloutError::NothingToRatify => Self::NothingToRatify,
            RolloutError::Overflow => Self::CounterOverflow,
        }
    }
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
            ActionError::WrongSchema => Self::SchemaWrong,
            ActionError::WrongPatch => Self::PatchOutOfBounds,
            ActionError::WrongDelay => Self::DelayTooLong,
            ActionError::WrongFlag => Self::ActionFlagWrong,
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
            Reason::AlreadyObjected => Self::AlreadyObjected,
            Reason::VetoSpent => Self::VetoSpent,
            Reason::ClockOverflow => Self::CounterOverflow,
        }
    }
}
