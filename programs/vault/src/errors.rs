//! Every refusal of the program. Append only: codes are never reused.
use anchor_lang::prelude::*;
use risk::vault::{MandateError, OfferError, TurnError};

#[error_code(offset = 6400)]
#[allow(dead_code, reason = "the codes of the first interface stay taken: RETIRED")]
pub enum VaultError {
    #[msg("the signer is not the upgrade authority of this program, or the ProgramData account is not its own")]
    NotUpgradeAuthority,
    #[msg("the signer is not the authority in the config")]
    NotAuthority,
    #[msg("the authority cannot be the zero address")]
    ZeroAuthority,
    #[msg("the strike must be at least 1 basis point of its total volatility from the forward")]
    StrikeDistanceOutOfBounds,
    #[msg("RETIRED: the reserve price follows from the surface")]
    ReservePremiumOutOfBounds,
    #[msg(
        "each phase of an auction must last at least 300 s (less in a build for local networks) and at most an eighth of the epoch"
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
    #[msg("the epoch's auction has begun already")]
    EpochNotOpen,
    #[msg("the deposit is below the vault's least deposit")]
    DepositBelowMinimum,
    #[msg("the deposit would exceed the vault's capacity")]
    CapacityExceeded,
    #[msg("the deposit is not the signer's, or not of this epoch")]
    WrongDeposit,
    #[msg("what the vault holds does not cover one lot: nothing to offer")]
    NothingToOffer,
    #[msg("the account is not a listed expiry of this vault's market")]
    WrongExpiry,
    #[msg("the expiry must be between half and twice the epoch's length away")]
    ExpiryOutOfRange,
    #[msg("no listed strike is within the mandate's band of deltas and far enough from the forward")]
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
    #[msg("a bid must be for at least a 64th of the lots on offer, and at most for 1,000,000,000")]
    BidLotsOutOfBounds,
    #[msg("the bid's price is below the auction's reserve price")]
    BidBelowReserve,
    #[msg("the bid's price exceeds its escrow: it cannot be revealed")]
    BidPriceOutOfBounds,
    #[msg("the holder is neither a margin account of the bidder in this vault's market nor a token account of his for the epoch's series")]
    WrongHolder,
    #[msg("RETIRED: bids are sealed, none is best")]
    WrongBestBid,
    #[msg("the bid belongs to another epoch or bidder")]
    WrongBid,
    #[msg("the auction is not cleared yet: bids are still binding")]
    AuctionNotCleared,
    #[msg("the token account does not belong to whom it must")]
    WrongTokenOwner,
    #[msg("the epoch is not live: its auction is not cleared, or it has turned already")]
    EpochNotLive,
    #[msg("the expiry has not come yet")]
    NotExpired,
    #[msg("the trading account still holds positions of this expiry: run margin's account_settle first")]
    TradingNotSettled,
    #[msg("the trading account owes quote: it must be cured before the epoch can turn")]
    QuoteDebt,
    #[msg("the vault's margin account cannot be read")]
    MarginAccountUnreadable,
    #[msg("the epoch has not turned yet: nothing to claim")]
    EpochNotSettled,
    #[msg("what is sold would not be fully covered by what the vault holds")]
    NotCovered,
    #[msg("an amount exceeds its bound")]
    AmountOverflow,
    #[msg("the account is not the breaker program")]
    WrongBreakerProgram,
    #[msg("the custody is not the market's")]
    WrongCustody,
    #[msg("a vault's kind is 1 covered call, 2 cash-secured put or 3 put spread")]
    KindUnknown,
    #[msg("the deltas must be ascending and at most 5,000 basis points")]
    DeltaOutOfBounds,
    #[msg("the discount must be at most 5,000 basis points")]
    DiscountOutOfBounds,
    #[msg("the share of open interest must be 1 to 10,000 basis points of the market's cap")]
    OpenInterestOutOfBounds,
    #[msg("the width must be 1 to 9,999 basis points of the strike for put spreads, and 0 for other vaults")]
    WidthOutOfBounds,
    #[msg("the fees must be at most 200 basis points a year and 2,000 basis points of gains")]
    FeesOutOfBounds,
    #[msg("the escrow of a bid must be 2 to 100 reserve prices")]
    EscrowOutOfBounds,
    #[msg("the least volatility must be 5 % to 500 %")]
    VolOutOfBounds,
    #[msg("the mint is not the one the vault takes deposits in")]
    WrongMint,
    #[msg("the account is not this vault's share mint")]
    WrongShareMint,
    #[msg("the account is not this vault's account of waiting shares")]
    WrongShareTokens,
    #[msg("the account is not the Token-2022 program")]
    WrongShareProgram,
    #[msg("the epoch's result can be known: wait for the turn")]
    CutOffPassed,
    #[msg("the withdrawal is not the signer's, or not of this epoch")]
    WrongWithdrawal,
    #[msg("an amount of zero does nothing")]
    AmountZero,
    #[msg("the deposits of this epoch were handed back: cancel to get yours")]
    DepositRefused,
    #[msg("the account is not the surface of the epoch's expiry")]
    WrongSurface,
    #[msg("the surface is older than 20 minutes: publishers must post first")]
    SurfaceStale,
    #[msg("what the mandate would sell cannot be valued now")]
    Unvalued,
    #[msg("what the mandate would sell is worth nothing, or more than a bid's escrow")]
    Worthless,
    #[msg("no listed strike lies within the mandate's width below the one to be sold")]
    NoHedge,
    #[msg("all 64 places of the auction's book are taken")]
    BookFull,
    #[msg("the commit phase is not over: bids stay sealed until then")]
    RevealNotOpen,
    #[msg("the reveal phase is over")]
    RevealOver,
    #[msg("the bid is revealed or settled already")]
    BidNotSealed,
    #[msg("price and salt are not what the bid committed to")]
    CommitmentMismatch,
    #[msg("the bid is settled already")]
    BidSettled,
    #[msg("the bid is not settled yet")]
    BidNotSettled,
    #[msg("bids of the auction are not settled yet: settle each of them first")]
    BidsUnsettled,
    #[msg("the epoch has just opened: it turns without an auction only when it is an epoch old, or when there are no shares yet")]
    TurnTooEarly,
    #[msg("more shares wait to be burned than there are")]
    SharesMissing,
    #[msg("no looser mandate waits")]
    NoMandatePending,
    #[msg("the looser mandate may not be applied yet: depositors have until then to leave")]
    MandatePending,
    #[msg("no fee shares wait")]
    NoFees,
    #[msg("the vault is held while the governor replaces the program's code: an hour and a half at most")]
    VaultHeld,
    #[msg("accounts are held and restored under the governor's signature only")]
    NotGovernor,
    #[msg("no account and no seeds stand at that place of the preimage")]
    PreimageUnreadable,
    #[msg("the share of what the vault holds that backs an epoch must be 1 to 10,000 basis points")]
    CoverOutOfBounds,
    #[msg("a spread has a short leg, which no token carries: bid with a margin account")]
    SpreadNotWrapped,
    #[msg("this bid is delivered as tokens: settle it with bid_settle_wrapped")]
    DeliveredAsTokens,
    #[msg("this bid is delivered to a margin account: settle it with bid_settle")]
    DeliveredAsLots,
    #[msg("the account is not margin's of the epoch's series as tokens")]
    WrongWrapped,
}

impl From<OfferError> for VaultError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::NoStrike => Self::NoStrike,
            OfferError::NoHedge => Self::NoHedge,
            OfferError::Pricing(_) => Self::Unvalued,
            OfferError::Worthless => Self::Worthless,
            OfferError::UnitZero => Self::MarketUnreadable,
        }
    }
}

impl From<MandateError> for VaultError {
    fn from(broken: MandateError) -> Self {
        match broken {
            MandateError::Delta => Self::DeltaOutOfBounds,
            MandateError::Distance => Self::StrikeDistanceOutOfBounds,
            MandateError::Discount => Self::DiscountOutOfBounds,
            MandateError::OpenInterest => Self::OpenInterestOutOfBounds,
            MandateError::Width => Self::WidthOutOfBounds,
            MandateError::Fees => Self::FeesOutOfBounds,
            MandateError::Escrow => Self::EscrowOutOfBounds,
            MandateError::Vol => Self::VolOutOfBounds,
            MandateError::Epoch => Self::EpochLengthOutOfBounds,
            MandateError::Auction => Self::AuctionLengthOutOfBounds,
            MandateError::Cover => Self::CoverOutOfBounds,
            MandateError::Deposit => Self::DepositLimitsOutOfBounds,
        }
    }
}

impl From<TurnError> for VaultError {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::SharesMissing => Self::SharesMissing,
        }
    }
}
