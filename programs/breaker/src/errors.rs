//! Why the breaker refuses. Codes start at 6600; the list only grows.
use abi::token::MintRefusal;
use anchor_lang::prelude::*;
use policy::{BrakeError, OutflowError};
use shared::UpgradeAuthorityError;

#[error_code(offset = 6600)]
pub enum BreakerError {
    #[msg("program_data is not the breaker's ProgramData account")]
    ProgramDataMismatch,
    #[msg("the breaker is final: it has no upgrade authority that could initialise it")]
    ProgramFinal,
    #[msg("the signer is not the breaker's upgrade authority")]
    NotUpgradeAuthority,
    #[msg("the signer is not the authority named in the config")]
    NotAuthority,
    #[msg("the signer is not one of the brake's guardians")]
    NotGuardian,
    #[msg("at most 8 guardians")]
    GuardiansTooMany,
    #[msg("each guardian may be named once, and none may be the zero address")]
    GuardianInvalid,
    #[msg("levels are 0 normal, 1 throttle, 2 close only, 3 frozen, 4 migrating")]
    LevelUnknown,
    #[msg("a guardian raises to level 3 at most")]
    LevelAboveGuardian,
    #[msg("the level in force is already as high: a trip only raises")]
    LevelNotUpward,
    #[msg("the level in force is not above that: relaxing only lowers")]
    LevelNotDownward,
    #[msg("the guardians have used their 3 trips: the authority re-arms them with guardians_set")]
    GuardiansDisabled,
    #[msg("a migration ends by verification or rollback, not by relaxing")]
    MigrationOpen,
    #[msg("a time does not fit 64 bits")]
    TimeOverflow,
    #[msg("the mint is none of the token program that was passed: SPL Token or Token-2022")]
    MintNotSplToken,
    #[msg("the amount must be above zero")]
    AmountZero,
    #[msg("the vault holds fewer tokens than the amount, beside what it owes to those who wait: take less now, and the rest once tokens have come in; what waits in the queue has all left within 10,000 / day_bps days")]
    VaultIlliquid,
    #[msg("withdrawals are queued at level 3: retry when the level has come down")]
    WithdrawalsQueued,
    #[msg("no withdrawals while accounts are migrated")]
    WithdrawalsRefused,
    #[msg("a counter would pass 64 bits")]
    CounterOverflow,
    #[msg("a freeze comes down by itself only when it runs out: the council relaxes it sooner")]
    FreezeStands,
    #[msg("a freeze is relaxed to level 2 at first: lower only for a market, with its sums verified")]
    FreezeUnverified,
    #[msg(
        "too little time since the last evidence: 30 minutes at level 2, an hour at level 1, a guardian's trip 6 hours"
    )]
    CooldownRunning,
    #[msg("the feed must have given 10 good samples in a row")]
    SamplesTooFew,
    #[msg("only a freeze is held for a patch")]
    NotFrozen,
    #[msg("no migration is open")]
    NoMigration,
    #[msg("the governor sets levels 2 (migration verified), 3 (freeze held) and 4 (migrating)")]
    LevelNotSettable,
    #[msg("the custody has no vault of that mint")]
    VaultUnknown,
    #[msg("a custody has two token vaults, and both are open")]
    CustodyFull,
    #[msg("hour and day limits are 1 to 10,000 basis points, the day's at least the hour's and at most 24 times it")]
    WindowOutOfBounds,
    #[msg("a market's cap on open interest must be above zero")]
    OpenInterestCapZero,
    #[msg("the account is not this custody's market, or its bytes are not readable")]
    MarketUnreadable,
    #[msg("the account is not the market's feed, or its bytes are not readable")]
    FeedUnreadable,
    #[msg("the feed's volatility of the last hour is below 3 times the last day's")]
    VolatilityNotHigh,
    #[msg("the feed's price is within 10 % of its five-minute mean")]
    PriceNotDeviant,
    #[msg("the feed is neither stale nor down, and was refreshed in the last 10 minutes")]
    FeedNotSevere,
    #[msg("the market's open interest is within its cap")]
    OpenInterestWithinCap,
    #[msg("the cluster has not restarted since the last trip")]
    NotRestarted,
    #[msg("the account is not the sysvar of the last restart")]
    RestartSlotUnreadable,
    #[msg("the insurance holds at least 70 % of its mark")]
    InsuranceNotDrawnDown,
    #[msg("the insurance mark is older than a day: take a new one")]
    InsuranceMarkStale,
    #[msg("the insurance mark is younger than a day and not below the insurance")]
    InsuranceMarkStands,
    #[msg("no monitors are set")]
    MonitorsUnset,
    #[msg("a monitor has reported in the last hour")]
    MonitorsAlive,
    #[msg("the monitors have been silent for more than an hour")]
    MonitorsSilent,
    #[msg("at most 4 monitors")]
    MonitorsTooMany,
    #[msg("each monitor may be named once, and none may be the zero address")]
    MonitorInvalid,
    #[msg("the signer is not one of the brake's monitors")]
    NotMonitor,
    #[msg("the vaults hold what the market owes")]
    InvariantHolds,
    #[msg("a vault holds less than the market owes")]
    InvariantBroken,
    #[msg("the cause of the level still holds")]
    CauseStands,
    #[msg("the queue has not come to the ticket")]
    TicketNotServed,
    #[msg("while the market is frozen a ticket waits for 12 hours from its issue")]
    TicketHeld,
    #[msg("the ticket belongs to another custody")]
    TicketOfAnotherCustody,
    #[msg("the destination is not the one that the ticket names")]
    WrongDestination,
    #[msg("the account is not the one that paid the rent")]
    NotRentPayer,
    #[msg("the ticket account does not have the address of this vault and id")]
    WrongTicket,
    #[msg("the destination is of another mint than the vault")]
    DestinationOfAnotherMint,
    #[msg("no looser limits are waiting")]
    LimitsNotPending,
    #[msg("looser limits may be applied 48 hours after they were proposed")]
    LimitsTooEarly,
    #[msg("mints with transfer fees are not supported: custody would hold less than it books")]
    MintHasTransferFee,
    #[msg("mints with a close authority are not supported: another mint could take the address")]
    MintHasCloseAuthority,
    #[msg("mints with confidential transfers are not supported")]
    MintHasConfidentialTransfers,
    #[msg("mints whose accounts are frozen by default are not supported")]
    MintFreezesByDefault,
    #[msg("mints that cannot be transferred are not supported")]
    MintNonTransferable,
    #[msg("mints that bear interest are not supported")]
    MintBearsInterest,
    #[msg("mints with a permanent delegate are not supported: it could empty custody")]
    MintHasPermanentDelegate,
    #[msg("mints with a transfer hook are not supported")]
    MintHasTransferHook,
    #[msg("mints with scaled amounts are not supported")]
    MintHasScaledAmounts,
    #[msg("mints whose transfers can be paused are not supported")]
    MintPausable,
    #[msg("the mint has an extension that this program does not know")]
    MintExtensionUnknown,
    #[msg("a canary step leaves 1 to 10,000 basis points of a window open")]
    RolloutShareOutOfBounds,
    #[msg("the custody is held while the governor replaces the program's code: an hour and a half at most")]
    CustodyHeld,
    #[msg("accounts are held and restored under the governor's signature only")]
    NotGovernor,
    #[msg("no account and no seeds stand at that place of the preimage")]
    PreimageUnreadable,
    #[msg("the account is not the brake")]
    WrongBrake,
}

impl From<OutflowError> for BreakerError {
    fn from(error: OutflowError) -> Self {
        match error {
            OutflowError::AmountZero => Self::AmountZero,
            OutflowError::Refused => Self::WithdrawalsRefused,
            OutflowError::Illiquid => Self::VaultIlliquid,
            OutflowError::NotServed => Self::TicketNotServed,
            OutflowError::Held => Self::TicketHeld,
            OutflowError::Overflow => Self::CounterOverflow,
        }
    }
}

impl From<UpgradeAuthorityError> for BreakerError {
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

impl From<BrakeError> for BreakerError {
    fn from(error: BrakeError) -> Self {
        match error {
            BrakeError::NotUpward => Self::LevelNotUpward,
            BrakeError::AboveGuardianLevel => Self::LevelAboveGuardian,
            BrakeError::GuardiansDisabled => Self::GuardiansDisabled,
            BrakeError::NotDownward => Self::LevelNotDownward,
            BrakeError::MigrationOpen => Self::MigrationOpen,
            BrakeError::FreezeStands => Self::FreezeStands,
            BrakeError::FreezeUnverified => Self::FreezeUnverified,
            BrakeError::CooldownRunning => Self::CooldownRunning,
            BrakeError::SamplesTooFew => Self::SamplesTooFew,
            BrakeError::NotFrozen => Self::NotFrozen,
            BrakeError::NoMigration => Self::NoMigration,
            BrakeError::Unknown => Self::LevelUnknown,
            BrakeError::TimeOverflow => Self::TimeOverflow,
        }
    }
}

impl From<MintRefusal> for BreakerError {
    fn from(refusal: MintRefusal) -> Self {
        match refusal {
            MintRefusal::NotAMint => Self::MintNotSplToken,
            MintRefusal::TransferFee => Self::MintHasTransferFee,
            MintRefusal::CloseAuthority => Self::MintHasCloseAuthority,
            MintRefusal::ConfidentialTransfers => Self::MintHasConfidentialTransfers,
            MintRefusal::FrozenByDefault => Self::MintFreezesByDefault,
            MintRefusal::NonTransferable => Self::MintNonTransferable,
            MintRefusal::BearsInterest => Self::MintBearsInterest,
            MintRefusal::PermanentDelegate => Self::MintHasPermanentDelegate,
            MintRefusal::TransferHook => Self::MintHasTransferHook,
            MintRefusal::ScaledAmounts => Self::MintHasScaledAmounts,
            MintRefusal::Pausable => Self::MintPausable,
            MintRefusal::Unknown => Self::MintExtensionUnknown,
        }
    }
}
