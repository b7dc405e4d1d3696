//! Why the breaker refuses. Codes start at 6600; the list only grows.
use anchor_lang::prelude::*;
use policy::BrakeError;
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
    #[msg("the level in force is already as high: a guardian only raises")]
    LevelNotUpward,
    #[msg("the level in force is not above that: relaxing only lowers")]
    LevelNotDownward,
    #[msg("the guardians have used their 3 trips: the authority re-arms them with guardians_set")]
    GuardiansDisabled,
    #[msg("a migration ends by verification or rollback, not by relaxing")]
    MigrationOpen,
    #[msg("a time does not fit 64 bits")]
    TimeOverflow,
    #[msg("the mint does not belong to the SPL Token program; others are not supported")]
    MintNotSplToken,
    #[msg("the amount must be above zero")]
    AmountZero,
    #[msg("the vault holds fewer tokens than the amount")]
    VaultIlliquid,
    #[msg("withdrawals are queued at level 3: retry when the level has come down")]
    WithdrawalsQueued,
    #[msg("no withdrawals while accounts are migrated")]
    WithdrawalsRefused,
    #[msg("a counter would pass 64 bits")]
    CounterOverflow,
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
            BrakeError::TimeOverflow => Self::TimeOverflow,
        }
    }
}
