//! Refusals. Codes are 6200 plus the position here: append only.
use anchor_lang::prelude::*;
use risk::payoff::BookError;
use risk::CashError;

#[error_code(offset = 6200)]
pub enum MarginError {
    #[msg("the signer is not this program's upgrade authority, as its ProgramData account shows it")]
    NotUpgradeAuthority,
    #[msg("the signer is not the config's authority")]
    NotAuthority,
    #[msg("the market's symbol must not be empty, and must be its feed's")]
    SymbolMismatch,
    #[msg("the account is not a feed of the oracle that this program can read")]
    FeedUnreadable,
    #[msg("the feed is not this market's")]
    FeedOfAnotherMarket,
    #[msg("the feed is too old or too bad for this (to open: 10 s and normal; to close or withdraw: 60 s and degraded): refresh it first")]
    FeedStale,
    #[msg("a mint must belong to the token program that is passed with it: SPL Token or Token-2022")]
    MintOfAnotherProgram,
    #[msg("base and quote must be different mints")]
    MintsEqual,
    #[msg("the quote token must have 6 decimals, as prices have")]
    QuoteDecimalsNotSix,
    #[msg("the base token must have at most 12 decimals")]
    BaseDecimalsTooMany,
    #[msg("lots per unit must be 1 to 1,000,000")]
    LotsPerUnitOutOfBounds,
    #[msg("the strike tick must be 0.0001 to 10,000,000 quote units")]
    StrikeTickOutOfBounds,
    #[msg("a fee must be at most 100 basis points")]
    FeeOutOfBounds,
    #[msg("the expiry must be in the future")]
    ExpiryNotInFuture,
    #[msg("the expiry must be at most two years ahead")]
    ExpiryBeyondHorizon,
    #[msg("an expiry falls on 08:00 UTC (on ten seconds in a build for local networks)")]
    ExpiryOffSchedule,
    #[msg("32 strikes around the price leave the price bounds: the tick does not suit the price")]
    StrikesOutOfBounds,
    #[msg("the account belongs to another market")]
    AccountOfAnotherMarket,
    #[msg("the expiry belongs to another market")]
    ExpiryOfAnotherMarket,
    #[msg("the mint is neither this market's base nor its quote")]
    MintOfAnotherMarket,
    #[msg("the token account is not the custody's vault of that mint")]
    WrongTokenVault,
    #[msg("the custody is not this market's")]
    CustodyOfAnotherMarket,
    #[msg("the signer does not own the account")]
    NotAccountOwner,
    #[msg("the account still holds positions: close or settle them first")]
    AccountNotFlat,
    #[msg("the account still holds a balance or owes one: withdraw or repay it first")]
    AccountNotEmpty,
    #[msg("the account cancelled quotes by raising its nonce floor, and stays open so that they stay cancelled")]
    AccountKeepsNonceFloor,
    #[msg("the amount must be above zero")]
    AmountZero,
    #[msg("the amount does not fit its type")]
    AmountOverflow,
    #[msg("the base balance is lower than the amount")]
    BaseBalanceTooLow,
    #[msg("the quote balance would become negative")]
    QuoteBalanceTooLow,
    #[msg("initial margin would be negative")]
    InitialMarginNegative,
    #[msg("a position may hold at most 1e9 lots and 2^55 quote atoms of notional at twice the price")]
    NotionalTooLarge,
    #[msg("the account has no slot left: 32 positions at most")]
    PositionsFull,
    #[msg("the account is not the breaker's brake")]
    BrakeUnreadable,
    #[msg("the breaker's level does not allow this now")]
    LevelForbids,
    #[msg("withdrawals are queued at the breaker's level in force")]
    WithdrawalsQueued,
    #[msg("the strike and kind are not listed in this expiry")]
    UnknownSeries,
    #[msg("the series has expired")]
    SeriesExpired,
    #[msg("the expiry has not been reached")]
    NotExpired,
    #[msg("the oracle has not finalised the settlement price yet")]
    SettlementPending,
    #[msg("the settlement price is fixed already")]
    AlreadySettled,
    #[msg("the account is not a settlement that this program can read")]
    SettlementUnreadable,
    #[msg("the account is not the instructions sysvar")]
    WrongInstructionsSysvar,
    #[msg("no instruction of this transaction has that index")]
    SignatureInstructionMissing,
    #[msg("the instruction at that index is not of the Ed25519 program")]
    SignatureProgramWrong,
    #[msg("the Ed25519 instruction must hold exactly one signature")]
    SignatureCountNotOne,
    #[msg("the Ed25519 instruction must verify bytes of its own data, not of another instruction")]
    SignatureOffsetsForeign,
    #[msg("the Ed25519 instruction's offsets leave its data")]
    SignatureOffsetsOutOfRange,
    #[msg("the quote was signed neither by the maker account's owner nor by its trading delegate")]
    SignatureOfAnotherKey,
    #[msg("the signed bytes are not a quote message")]
    QuoteMalformed,
    #[msg("the signed bytes are a message of another kind")]
    QuoteDomainWrong,
    #[msg("the quote is for another program")]
    QuoteProgramWrong,
    #[msg("the quote is for another cluster")]
    QuoteClusterWrong,
    #[msg("the quote is for another market")]
    QuoteMarketWrong,
    #[msg("the quote is of another maker account")]
    QuoteMakerWrong,
    #[msg("the quote's nonce is not the one named")]
    QuoteNonceMismatch,
    #[msg("the quote's last slot has passed")]
    QuoteExpired,
    #[msg("the maker has cancelled the quote: its nonce is below the floor")]
    QuoteCancelled,
    #[msg("another quote was filled under this nonce")]
    QuoteNonceReused,
    #[msg("a quote has 1 to 8 legs, as many as its header says")]
    TooManyLegs,
    #[msg("the quote's side must be 0 (buy) or 1 (sell)")]
    QuoteSideWrong,
    #[msg("the expiry of a leg is not among the accounts passed, or not writable")]
    QuoteExpiryMismatch,
    #[msg("the premium must be 0.0001 to 10,000,000 quote units")]
    QuotePriceOutOfBounds,
    #[msg("the fill exceeds what is left of the quote")]
    QuoteOverfilled,
    #[msg("the fill is below the quote's least size and does not finish it")]
    QuoteBelowMinFill,
    #[msg("taker and maker have the same owner")]
    SelfTrade,
    #[msg("the floor must be above the present one")]
    NonceFloorNotRaised,
    #[msg("the quote can still fill: its last slot has not passed")]
    QuoteStillLive,
    #[msg("the account is not the one that paid the rent")]
    NotRentPayer,
    #[msg("only an account of the vault program writes covered calls")]
    WriterNotVault,
    #[msg("the two accounts have different owners")]
    OwnersDiffer,
    #[msg("the signer is neither the account's owner nor its delegate with the right to trade")]
    NotAccountTrader,
    #[msg("the quote's source is neither the instructions sysvar nor a quote posted with this program")]
    QuoteSourceWrong,
    #[msg("two legs of a quote are of one series: net them")]
    DuplicateLeg,
    #[msg("a leg's ratio must be at least one lot a package")]
    LegRatioZero,
    #[msg("the signer is neither the account's owner nor its delegate with the right to cancel")]
    NotAccountCanceller,
    #[msg("a delegate's rights are bits: 1 trade, 2 cancel")]
    UnknownRights,
    #[msg("a delegate needs a right, and a right needs a delegate")]
    DelegateIncomplete,
    #[msg("the posted quote is of another account")]
    PostedByAnother,
    #[msg("the account would hold positions in more than 4 expiries")]
    ExpiriesFull,
    #[msg("a surface of an expiry that the account holds is not among the accounts passed")]
    SurfaceMissing,
    #[msg("a surface is older than 20 minutes: new risk and withdrawals wait for the next one")]
    SurfaceStale,
    #[msg("an expiry that the account holds, or that the lots are of, is not among the accounts passed (writable, if its lots move)")]
    ExpiryMissing,
    #[msg("the feed of the quote token is not among the accounts passed")]
    QuoteFeedMissing,
    #[msg("the feed of the quote token is older than 60 s or degraded")]
    QuoteFeedStale,
    #[msg("portfolio margin has no figure: a strike, a surface or a sum lies out of its bounds")]
    MarginUncomputable,
    #[msg("an account's mode is 0 (standard) or 1 (portfolio)")]
    UnknownMode,
    #[msg("the account is in this mode already")]
    ModeUnchanged,
    #[msg("the custody is not readable")]
    CustodyUnreadable,
    #[msg("at level 1 one fill takes at most a hundredth of the market's cap on open interest")]
    FillThrottled,
    #[msg("at level 1 a market takes at most a twentieth of its cap on open interest in an hour")]
    RateThrottled,
    #[msg("the wrapped series belongs to another market")]
    WrappedOfAnotherMarket,
    #[msg("the expiry is not the wrapped series'")]
    WrappedOfAnotherExpiry,
    #[msg("the mint is not the wrapped series'")]
    WrongWrappedMint,
    #[msg("the account holds fewer long lots of the series")]
    LotsAboveHeld,
    #[msg("fewer lots of the series are wrapped")]
    LotsAboveWrapped,
    #[msg("tokens of the series are still out: they are redeemed or unwrapped first")]
    WrappedInUse,
    #[msg("a portfolio parameter lies out of its bounds")]
    ParamsOutOfBounds,
    #[msg("the account is not the feed that the terms name for the quote token, or none that this program can read")]
    QuoteFeedUnreadable,
    #[msg("no change of this market's terms waits")]
    ChangeNotPending,
    #[msg("looser terms wait for 48 hours")]
    ChangeTooEarly,
    #[msg("the change is of another market")]
    ChangeOfAnotherMarket,
    #[msg("the market is delisted: positions may only shrink, and nothing is listed any more")]
    MarketDelisted,
    #[msg("the expiry still has lots that have not settled, or wrapped series that are open")]
    ExpiryInUse,
    #[msg("the market has taken fewer fees that have not been swept")]
    FeesBelowAmount,
    #[msg("the account has its maintenance margin: nothing is liquidated")]
    AccountHealthy,
    #[msg("the account has its initial margin again: finish its liquidation")]
    LiquidationOver,
    #[msg("the account has not got its initial margin back: top it up, or bid")]
    LiquidationOngoing,
    #[msg("the liquidation is of another account")]
    LiquidationOfAnother,
    #[msg("the fraction must be 1e-9 to the whole account")]
    FractionOutOfRange,
    #[msg("the slice costs more than the bidder's limit")]
    PriceAboveLimit,
    #[msg("insurance pays less than the bidder's limit for taking the account over")]
    PaymentBelowLimit,
    #[msg("the account holds positions of a settled expiry: settle them first")]
    SettleFirst,
    #[msg("the margin account is not the one that opened the liquidation")]
    NotOpener,
    #[msg("the account's liquidation is open: finish it first")]
    LiquidationOpen,
    #[msg("the account owes no quote: nothing of its base is for sale")]
    DebtMissing,
    #[msg("the price of base, as it has fallen, lies out of bounds")]
    BasePriceOutOfBounds,
    #[msg("without the base sold the account in debt would be short of maintenance margin")]
    DebtorMarginNegative,
    #[msg("the account is not insolvent, or its auction has not run for the 30 minutes after which balances are cut")]
    InsolvencyAuctionRunning,
    #[msg("insurance holds what the insolvent account's taker is paid")]
    HaircutNotNeeded,
    #[msg("no positive balance is left to cut, or the index is at its least")]
    IndexExhausted,
    #[msg("the global fund may still pay: draw from it first")]
    FundNotExhausted,
    #[msg("the global fund is at a cap, or empty: nothing can be drawn now")]
    FundExhausted,
    #[msg("the custody would pay the fund's share later: draw when its level and windows let it out at once")]
    FundPaysLater,
    #[msg("the amount buys not even one share")]
    StakeTooSmall,
    #[msg("the stake has fewer shares")]
    SharesTooMany,
    #[msg("the fund has shares and no tokens: nobody can join until those shares are gone")]
    FundEmpty,
    #[msg("the stake is in another fund")]
    StakeOfAnotherFund,
    #[msg("the signer does not own the stake")]
    NotStakeOwner,
    #[msg("no shares are on notice")]
    NoticeMissing,
    #[msg("the notice of six days is not over")]
    NoticeRunning,
    #[msg("the custody is not the fund's")]
    CustodyOfAnotherFund,
    #[msg("the mint is not the fund's")]
    MintOfAnotherFund,
    #[msg("the fund is of another quote token")]
    FundOfAnotherToken,
    #[msg("accounts are restored under the governor's signature only, after a rollback")]
    NotGovernor,
    #[msg("no account of this kind and version stands at that place of the preimage")]
    PreimageUnreadable,
    #[msg("the recorded account has another address")]
    RestoreElsewhere,
    #[msg("new code is on a canary step: open interest may grow by a share of its cap only, until the next step")]
    CanaryCapReached,
    #[msg("a hedge is a put below the put that is written")]
    HedgeOutOfBounds,
    #[msg("a spread can only be delivered to an account in standard margin")]
    HolderNotStandard,
    #[msg("the account is not a ticket of the breaker's that this program can read")]
    TicketUnreadable,
    #[msg("the ticket is of another account's withdrawal")]
    TicketOfAnotherAccount,
    #[msg("the market is held while the governor replaces the program's code: an hour and a half at most")]
    MarketHeld,
    #[msg("the account is not the program's config")]
    NotConfig,
    #[msg("the account is a vault's escrow, which takes no positions: name another account")]
    AccountSegregated,
    #[msg("the expiry stands for a week after its time, for the vaults that read its price: close it then")]
    ExpiryKept,
}

impl From<CashError> for MarginError {
    fn from(error: CashError) -> Self {
        match error {
            CashError::PriceOutOfRange => Self::QuotePriceOutOfBounds,
            CashError::SpotOutOfRange => Self::FeedUnreadable,
            CashError::FeeRateOutOfRange => Self::FeeOutOfBounds,
            CashError::LotsPerUnitZero => Self::LotsPerUnitOutOfBounds,
            CashError::BaseUnitZero => Self::BaseDecimalsTooMany,
            CashError::LotsOutOfRange
            | CashError::NodeOutOfRange
            | CashError::AmountNegative
            | CashError::NotionalTooLarge
            | CashError::SumTooLarge => Self::NotionalTooLarge,
        }
    }
}

impl From<BookError> for MarginError {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Full => Self::PositionsFull,
            BookError::LegEmpty => Self::AmountZero,
            BookError::LegDuplicated => Self::DuplicateLeg,
        }
    }
}
