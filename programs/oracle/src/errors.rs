//! Why the oracle refuses. Codes start at 6000; the list only grows.
use abi::pyth::PythError;
use anchor_lang::prelude::*;
use risk::feed::{LimitsError, Refusal};
use risk::settlement::Unsettled;
use shared::UpgradeAuthorityError;

#[error_code(offset = 6000)]
pub enum OracleError {
    #[msg("program_data is not the oracle's ProgramData account")]
    ProgramDataMismatch,
    #[msg("the oracle is final: it has no upgrade authority that could initialise it")]
    ProgramFinal,
    #[msg("the signer is not the oracle's upgrade authority")]
    NotUpgradeAuthority,
    #[msg("the signer is not the authority named in the config")]
    NotAuthority,
    #[msg("a symbol is 1 to 16 bytes of A-Z, 0-9, '-', '/', then zeros")]
    SymbolInvalid,
    #[msg("the source's owner must be one of the two Pyth receivers")]
    SourceOwnerUnsupported,
    #[msg("the source account is not the one that the feed is pinned to")]
    SourceAddressMismatch,
    #[msg("the source account belongs to another program than the feed's receiver")]
    SourceOwnerMismatch,
    #[msg("a Pyth price update has 134 bytes")]
    SourceLengthWrong,
    #[msg("the source account is not a Pyth price update")]
    SourceDiscriminatorWrong,
    #[msg("the price update is not fully verified")]
    SourceNotFullyVerified,
    #[msg("the price update is of another feed")]
    SourceFeedIdMismatch,
    #[msg("max_age_s must be 1 to 60")]
    MaxAgeOutOfRange,
    #[msg("max_confidence_bps must be 1 to 200")]
    MaxConfidenceOutOfRange,
    #[msg("the published price is zero or negative")]
    PriceNotPositive,
    #[msg("the published exponent is outside -12..=0")]
    ExponentOutOfRange,
    #[msg("the price is outside 0.0001..=10,000,000")]
    PriceOutOfBounds,
    #[msg("the half width of the price (2.12 x confidence) exceeds the feed's bound")]
    ConfidenceTooWide,
    #[msg("published more than 2 seconds in the future")]
    PublishedInFuture,
    #[msg("published longer ago than the feed's bound: post a newer update")]
    PublishedTooOld,
    #[msg("published before the update that the feed holds")]
    PublishedBackwards,
    #[msg("the cluster's clock is behind the feed's last refresh: retry when it has caught up")]
    ClockBackwards,
    #[msg("the expiry lies in the future")]
    NotExpired,
    #[msg("no finished 30-minute window since the expiry has 24 good minutes: keep refreshing the feed, also after the expiry")]
    SettlementPending,
    #[msg("the expiry is not a time that buckets can name")]
    ExpiryOutOfRange,
    #[msg("a counter or sum would pass 64 bits")]
    CounterOverflow,
}

impl From<UpgradeAuthorityError> for OracleError {
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

impl From<PythError> for OracleError {
    fn from(error: PythError) -> Self {
        match error {
            PythError::WrongLength => Self::SourceLengthWrong,
            PythError::WrongDiscriminator => Self::SourceDiscriminatorWrong,
            PythError::NotFullyVerified => Self::SourceNotFullyVerified,
        }
    }
}

impl From<LimitsError> for OracleError {
    fn from(error: LimitsError) -> Self {
        match error {
            LimitsError::MaxAge => Self::MaxAgeOutOfRange,
            LimitsError::MaxConfidence => Self::MaxConfidenceOutOfRange,
        }
    }
}

impl From<Refusal> for OracleError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::PriceNotPositive => Self::PriceNotPositive,
            Refusal::ExponentOutOfRange => Self::ExponentOutOfRange,
            Refusal::PriceOutOfBounds => Self::PriceOutOfBounds,
            Refusal::ConfidenceTooWide => Self::ConfidenceTooWide,
            Refusal::PublishedInFuture => Self::PublishedInFuture,
            Refusal::PublishedTooOld => Self::PublishedTooOld,
            Refusal::PublishedBackwards => Self::PublishedBackwards,
        }
    }
}

impl From<Unsettled> for OracleError {
    fn from(reason: Unsettled) -> Self {
        match reason {
            Unsettled::NotExpired => Self::NotExpired,
            Unsettled::Pending => Self::SettlementPending,
            Unsettled::TimeOutOfRange => Self::ExpiryOutOfRange,
        }
    }
}
