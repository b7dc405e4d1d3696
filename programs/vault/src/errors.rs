//! Every refusal of the program. Append only: codes are never reused.
use anchor_lang::prelude::*;
use risk::vault::OfferError;

#[error_code(offset = 6400)]
pub enum VaultError {
    #[msg("the signer is not the upgrade authority of this program, or the ProgramData account is not its own")]
    NotUpgradeAuthority,
    #[msg("the signer is not the authority in the config")]
    NotAuthority,
    #[msg("the authority cannot be the zero address")]
    ZeroAuthority,
    #[msg("the strike distance must be 1 to 10,000 basis points of spot")]
    StrikeDistanceOutOfBounds,
    #[msg("the reserve premium must be 1 to 5,000 basis points of spot")]
    ReservePremiumOutOfBounds,
    #[msg(
        "an auction must last at least 300 s (less in a build for local networks) and at most a quarter of the epoch"
    )]
    AuctionLengthOutOfBounds,
    #[msg("an epoch must last at least 3,600 s (less in a build for local networks) and at most 90 days")]
    EpochLengthOutOfBounds,
    #[msg("the least deposit must be positive and at most the capacity")]
    DepositLimitsOutOfBounds,
    #[msg("the account is not the margin program")]
    WrongMarginProgram,
    #[msg("the account is not a market of the margin program that this reader understands")]
    MarketUnreadable,
    #[msg("the account is not this vault's market")]
    WrongMarket,
    #[msg("the account is not this vault's trading account")]
    WrongTradingAccount,
    #[msg("the account is not this vault's escrow account")]
    WrongEscrowAccount,
    #[msg("the mint is not the market's base mint")]
    WrongBaseMint,
    #[msg("the mint is not the market's quote mint")]
    WrongQuoteMint,
    #[msg("the account is not the epoch of this vault that the instruction needs")]
    WrongEpoch,
    #[msg("the epoch does not take deposits any more: its auction has begun")]
    EpochNotOpen,
    #[msg("the deposit is below the vault's least deposit")]
    DepositBelowMinimum,
    #[msg("the deposit would exceed the vault's capacity for one epoch")]
    CapacityExceeded,
    #[msg("the deposit is not the signer's, or not of this epoch")]
    WrongDeposit,
    #[msg("the deposits do not cover one lot: nothing to offer")]
    NothingToOffer,
    #[msg("the account is not a listed expiry of this vault's market")]
    WrongExpiry,
    #[msg("the expiry must be between half and twice the epoch's length away")]
    ExpiryOutOfRange,
    #[msg("no listed strike is the mandate's distance above spot")]
    NoStrike,
    #[msg("the account is not the market's feed")]
    WrongFeed,
    #[msg("the feed's price is older than 10 s or not normal: refresh it first")]
    FeedStale,
    #[msg("the account is not the breaker's brake that this reader understands")]
    BrakeUnreadable,
    #[msg("the breaker's level does not allow auctions now")]
    BrakeEngaged,
    #[msg("the epoch has no auction under way")]
    AuctionNotOpen,
    #[msg("the auction is over: bids are closed")]
    AuctionOver,
    #[msg("the auction is still open: wait until it ends")]
    AuctionNotOver,
    #[msg("a bid must be for 1 to 1,000,000,000 lots")]
    BidLotsOutOfBounds,
    #[msg("the bid's price is below the auction's reserve price")]
    BidBelowReserve,
    #[msg("the bid's price exceeds the largest price, 10,000,000 quote units")]
    BidPriceOutOfBounds,
    #[msg("the margin account is not one of the bidder's in this vault's market")]
    WrongHolder,
    #[msg("the account is not the auction's best bid")]
    WrongBestBid,
    #[msg("the bid belongs to another epoch or bidder")]
    WrongBid,
    #[msg("the auction is not cleared yet: bids are still binding")]
    AuctionNotCleared,
    #[msg("the token account does not belong to the bidder")]
    WrongTokenOwner,
    #[msg("the epoch is not live: its auction is not cleared, or it is settled already")]
    EpochNotLive,
    #[msg("the expiry has not come yet")]
    NotExpired,
    #[msg("the trading account still holds positions of this expiry: run margin's account_settle first")]
    TradingNotSettled,
    #[msg("the trading account owes quote: it must be cured before the epoch can settle")]
    QuoteDebt,
    #[msg("the vault's margin account cannot be read")]
    MarginAccountUnreadable,
    #[msg("the epoch is not settled yet: nothing to claim")]
    EpochNotSettled,
    #[msg("the calls would not be fully covered by the deposits")]
    NotCovered,
    #[msg("an amount exceeds its bound")]
    AmountOverflow,
    #[msg("the account is not the breaker program")]
    WrongBreakerProgram,
    #[msg("the custody is not the market's")]
    WrongCustody,
}

impl From<OfferError> for VaultError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::SpotOutOfRange => Self::FeedStale,
            OfferError::NoStrike => Self::NoStrike,
            OfferError::LotsPerUnitZero | OfferError::BaseUnitZero => Self::MarketUnreadable,
            OfferError::PriceOutOfRange => Self::BidPriceOutOfBounds,
            OfferError::LotsOutOfRange => Self::BidLotsOutOfBounds,
            OfferError::NothingOffered => Self::NothingToOffer,
            OfferError::PremiumTooLarge | OfferError::EscrowTooSmall => Self::AmountOverflow,
            // A claim on an epoch that holds no such deposit.
            OfferError::NothingDeposited | OfferError::DepositAboveTotal => Self::WrongDeposit,
        }
    }
}
