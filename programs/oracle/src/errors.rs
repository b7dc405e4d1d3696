//! Why the oracle refuses. Codes start at 6000; the list only grows.
use anchor_lang::prelude::*;
use pricing::PricingError;
use risk::feed::Refusal;
use risk::settlement::{CreditError, Unsettled};
use risk::surface::SurfaceError;
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
    #[msg("the source's owner must be a Pyth receiver, Switchboard's on-demand program or Chainlink's store")]
    SourceOwnerUnsupported,
    #[msg("the source account is not the one that the feed is pinned to")]
    SourceAddressMismatch,
    #[msg("the source account belongs to another program than the one it was pinned with")]
    SourceOwnerMismatch,
    #[msg("a Pyth update has 134 bytes, a Switchboard feed 3,208, a Chainlink feed 248 or more")]
    SourceLengthWrong,
    #[msg("the source account is not a price of its program: its first eight bytes are others")]
    SourceDiscriminatorWrong,
    #[msg("the price update is not fully verified")]
    SourceNotFullyVerified,
    #[msg("the source account is of another feed")]
    SourceFeedIdMismatch,
    #[msg("a feed has one to three sources")]
    SourceCountOutOfRange,
    #[msg("min_sources must be 2 or more (1 on a local network) and no more than the sources")]
    MinSourcesOutOfRange,
    #[msg("the published price is zero or negative")]
    PriceNotPositive,
    #[msg("the published exponent is outside -12..=0, or more than 18 decimals")]
    ExponentOutOfRange,
    #[msg("the price is outside 0.0001..=10,000,000")]
    PriceOutOfBounds,
    #[msg("the half width of the price exceeds 2 % of it")]
    ConfidenceTooWide,
    #[msg("published more than 2 seconds, or a slot, in the future")]
    PublishedInFuture,
    #[msg("published more than 60 seconds or 150 slots ago: post a newer update")]
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
    #[msg("a source account of the feed is left out: pass all of them, in the feed's order")]
    SourceMissing,
    #[msg("more source accounts than the feed has pinned")]
    SourceSurplus,
    #[msg("a source account is passed or pinned twice")]
    SourceDoubled,
    #[msg("the source accounts are not in the feed's order")]
    SourceOutOfOrder,
    #[msg("one feed id for each source account")]
    SourceIdsMismatch,
    #[msg(
        "the Switchboard feed is of another queue, or the Chainlink feed has other decimals, than when it was pinned"
    )]
    SourceScopeMismatch,
    #[msg("the owner of this Switchboard feed may write values without an oracle")]
    SourceWritableByAuthority,
    #[msg("the Switchboard result has no samples")]
    SourceNoSamples,
    #[msg("the Chainlink feed's header is not of version 2")]
    SourceVersionWrong,
    #[msg("the Chainlink feed has more than one live round")]
    SourceLiveLengthWrong,
    #[msg("the account is not the breaker's brake")]
    BrakeUnreadable,
    #[msg("the breaker's level forbids listing")]
    LevelForbids,
    #[msg("the signer is not one of the breaker's guardians")]
    NotGuardian,
    #[msg("another change of sources waits for its delay: apply or cancel it first")]
    ChangePending,
    #[msg("no change waits")]
    NoChangePending,
    #[msg("the delay of the change has not run")]
    ChangeTooEarly,
    #[msg("the feed has no source at this place")]
    SourcePlaceEmpty,
    #[msg("a feed has three sources at most: remove one first")]
    SourcesFull,
    #[msg("without this source the feed could never be normal: add another first")]
    SourcesTooFew,
    #[msg("the settlement price is final")]
    SettlementIsFinal,
    #[msg("the price is captured; a guardian's delay still runs")]
    SettlementDelayed,
    #[msg("a delay must end later than now, the expiry and the delay there is")]
    DelayNotLonger,
    #[msg("a settlement can be delayed for 24 hours after the expiry at most")]
    DelayTooLong,
    #[msg("a board has one to eight publishers")]
    PublishersOutOfRange,
    #[msg("a publisher is named or signs twice")]
    PublisherDoubled,
    #[msg("the threshold must be 1 to the number of publishers")]
    ThresholdOutOfRange,
    #[msg("move_bps must be 1 to 10,000")]
    MoveBoundOutOfRange,
    #[msg("an account behind the neighbours has not signed: only publishers follow there")]
    PublisherNotSigner,
    #[msg("a signer is not one of the board's publishers")]
    NotPublisher,
    #[msg("fewer publishers have signed than the board's threshold")]
    PublishersTooFew,
    #[msg("the board lists twelve live expiries already")]
    SurfacesFull,
    #[msg("the account is not a market of the margin program")]
    MarketUnreadable,
    #[msg("the market is over another feed")]
    MarketOfAnotherFeed,
    #[msg("the account is not an expiry of the margin program")]
    ExpiryUnreadable,
    #[msg("the expiry is of another market or time, or settled")]
    ExpiryMismatch,
    #[msg("a neighbouring expiry has a surface: pass it, earlier first, before the publishers")]
    NeighbourMissing,
    #[msg("the account is not the surface of the neighbouring expiry that the board lists")]
    NeighbourMismatch,
    #[msg("the feed is stale or down: refresh it first")]
    FeedUnreliable,
    #[msg("the expiry has passed")]
    SurfaceExpired,
    #[msg("reference_s must be the seconds to expiry now, give or take 60")]
    SurfaceReferenceOff,
    #[msg("the rate is outside -30 %..=30 % a year, or its forward outside the price bounds")]
    SurfaceRateOutOfRange,
    #[msg("the rate moves by more than 1 % a minute")]
    SurfaceRateMovesTooFast,
    #[msg("total volatility moves faster at a listed strike than the board's bound: wait, or move less")]
    SurfaceVolMovesTooFast,
    #[msg("the volatility at the forward is more than four times off the realised one")]
    SurfaceVolOutsideBand,
    #[msg("b is outside 0..=4")]
    SurfaceSlopeOutOfRange,
    #[msg("|rho| is not below 1")]
    SurfaceCorrelationOutOfRange,
    #[msg("sigma is outside 0.0001..=10")]
    SurfaceWidthOutOfRange,
    #[msg("|a| is above 50 or |m| above 10")]
    SurfaceLevelOutOfRange,
    #[msg("the least total variance is negative")]
    SurfaceNegativeVariance,
    #[msg("b (1 + |rho|) is above 2")]
    SurfaceWingTooSteep,
    #[msg("the implied density is negative at a listed strike or midway between two")]
    SurfaceButterfly,
    #[msg("total variance falls from one expiry to the next at a listed strike or midway between two")]
    SurfaceCalendar,
    #[msg("less than a minute, or more than two years, to an expiry: no slice can be taken")]
    SurfaceTimeOutOfRange,
    #[msg("a listed strike is too far from the forward to check")]
    SurfaceStrikeOutOfRange,
    #[msg("the feed is held while the governor replaces the program's code: an hour and a half at most")]
    FeedHeld,
    #[msg("accounts are held and restored under the governor's signature only")]
    NotGovernor,
    #[msg("no account and no seeds stand at that place of the preimage")]
    PreimageUnreadable,
    #[msg("the board is of another feed")]
    BoardOfAnotherFeed,
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

impl From<Refusal> for OracleError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OwnerMismatch => Self::SourceOwnerMismatch,
            Refusal::LengthWrong => Self::SourceLengthWrong,
            Refusal::DiscriminatorWrong => Self::SourceDiscriminatorWrong,
            Refusal::NotFullyVerified => Self::SourceNotFullyVerified,
            Refusal::FeedIdMismatch => Self::SourceFeedIdMismatch,
            Refusal::ScopeMismatch => Self::SourceScopeMismatch,
            Refusal::WritableByAuthority => Self::SourceWritableByAuthority,
            Refusal::NoSamples => Self::SourceNoSamples,
            Refusal::VersionWrong => Self::SourceVersionWrong,
            Refusal::LiveLengthWrong => Self::SourceLiveLengthWrong,
            Refusal::PriceNotPositive => Self::PriceNotPositive,
            Refusal::ExponentOutOfRange => Self::ExponentOutOfRange,
            Refusal::PriceOutOfBounds => Self::PriceOutOfBounds,
            Refusal::ConfidenceTooWide => Self::ConfidenceTooWide,
            Refusal::PublishedInFuture => Self::PublishedInFuture,
            Refusal::PublishedTooOld => Self::PublishedTooOld,
            Refusal::PublishedBackwards => Self::PublishedBackwards,
            // What only several sources together can be: one that is looked at alone never is.
            Refusal::Outlier | Refusal::Outranked | Refusal::Diverged | Refusal::Alone | Refusal::Absent => {
                Self::SourceAddressMismatch
            }
        }
    }
}

impl From<SurfaceError> for OracleError {
    fn from(error: SurfaceError) -> Self {
        match error {
            SurfaceError::Pricing(error) => error.into(),
            SurfaceError::Expired => Self::SurfaceExpired,
            SurfaceError::ReferenceOff => Self::SurfaceReferenceOff,
            SurfaceError::RateOutOfRange => Self::SurfaceRateOutOfRange,
            SurfaceError::RateMovesTooFast => Self::SurfaceRateMovesTooFast,
            SurfaceError::VolMovesTooFast => Self::SurfaceVolMovesTooFast,
            SurfaceError::VolOutsideBand => Self::SurfaceVolOutsideBand,
            SurfaceError::SpotOutOfRange => Self::PriceOutOfBounds,
        }
    }
}

impl From<PricingError> for OracleError {
    fn from(error: PricingError) -> Self {
        match error {
            PricingError::SviSlopeOutOfRange => Self::SurfaceSlopeOutOfRange,
            PricingError::SviCorrelationOutOfRange => Self::SurfaceCorrelationOutOfRange,
            PricingError::SviWidthOutOfRange => Self::SurfaceWidthOutOfRange,
            PricingError::SviLevelOutOfRange => Self::SurfaceLevelOutOfRange,
            PricingError::SviNegativeVariance => Self::SurfaceNegativeVariance,
            PricingError::SviWingTooSteep => Self::SurfaceWingTooSteep,
            PricingError::SviButterfly => Self::SurfaceButterfly,
            PricingError::SviCalendar => Self::SurfaceCalendar,
            PricingError::TimeOutOfRange => Self::SurfaceTimeOutOfRange,
            // What is left is about a strike or a forward.
            _ => Self::SurfaceStrikeOutOfRange,
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

impl From<CreditError> for OracleError {
    fn from(error: CreditError) -> Self {
        match error {
            CreditError::PriceOutOfRange => Self::PriceOutOfBounds,
            CreditError::SecondsTooMany | CreditError::SumTooLarge => Self::CounterOverflow,
        }
    }
}
