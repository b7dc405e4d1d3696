//! What happened, with the balances after, so that an indexer needs no replay. `seq` counts the market's events.
use crate::wire::MarketTerms;
use anchor_lang::prelude::*;

/// The moment and the number of an event.
#[derive(Clone, Copy)]
pub struct Stamp {
    pub slot: u64,
    pub unix_s: i64,
}

impl Stamp {
    pub fn now() -> Result<Self> {
        let (slot, unix_s) = shared::now()?;
        Ok(Self { slot, unix_s })
    }
}

#[event]
pub struct MarketCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub symbol: [u8; 16],
}

#[event]
pub struct ExpiryCreated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub expiry_unix_s: i64,
    pub lowest_strike_e6: u64,
    pub highest_strike_e6: u64,
}

#[event]
pub struct AccountOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub account: Address,
    pub owner: Address,
    pub index: u64,
}

#[event]
pub struct AccountClosed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub account: Address,
    pub index: u64,
}

#[event]
pub struct AccountDeposited {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub mint: Address,
    pub amount_atoms: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
}

#[event]
pub struct AccountWithdrawn {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub mint: Address,
    pub amount_atoms: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
}

#[event]
pub struct AccountTransferred {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub source: Address,
    pub destination: Address,
    pub mint: Address,
    pub amount_atoms: u64,
    pub source_quote_atoms: i64,
    pub source_base_atoms: u64,
    pub destination_quote_atoms: i64,
    pub destination_base_atoms: u64,
}

/// One leg of a fill. Those of one fill come before its `QuoteFilled`.
#[event]
pub struct LegFilled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub taker_account: Address,
    pub maker_account: Address,
    pub nonce: u64,
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: u8,
    /// From the taker's view: positive bought.
    pub lots: i64,
    pub price_e6: u64,
    /// What the leg's buyer paid, before fees.
    pub premium_atoms: i64,
    pub taker_lots: i64,
    pub maker_lots: i64,
}

#[event]
pub struct QuoteFilled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub taker_account: Address,
    pub maker_account: Address,
    pub nonce: u64,
    pub packages: u64,
    pub filled_packages: u64,
    /// Premiums and fee together; positive was received.
    pub taker_cash_atoms: i64,
    pub maker_cash_atoms: i64,
    pub taker_fee_atoms: i64,
    pub maker_fee_atoms: i64,
    pub taker_quote_atoms: i64,
    pub maker_quote_atoms: i64,
}

#[event]
pub struct QuotePosted {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the account's events.
    pub seq: u64,
    pub account: Address,
    pub nonce: u64,
    pub digest: [u8; 32],
    pub expiry_slot: u64,
}

#[event]
pub struct QuoteWithdrawn {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the account's events.
    pub seq: u64,
    pub account: Address,
    pub nonce: u64,
}

#[event]
pub struct DelegateChanged {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the account's events.
    pub seq: u64,
    pub account: Address,
    pub delegate: Address,
    /// Bits: 1 trade, 2 cancel; 0 no delegate.
    pub rights: u8,
}

#[event]
pub struct NonceFloorRaised {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the account's events.
    pub seq: u64,
    pub account: Address,
    pub nonce_floor: u64,
}

#[event]
pub struct ExpirySettled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub expiry_unix_s: i64,
    pub settlement_price_e6: u64,
    /// Lots, long and short, whose accounts have yet to settle.
    pub unsettled_lots: u64,
}

#[event]
pub struct AccountSettled {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub expiry_unix_s: i64,
    pub positions: u8,
    /// Positive was received.
    pub cash_atoms: i64,
    pub quote_atoms: i64,
    pub unsettled_lots: u64,
}

#[event]
pub struct SeriesWritten {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub writer: Address,
    pub holder: Address,
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: u8,
    pub hedge_strike_e6: u64,
    pub lots: u64,
    pub writer_lots: i64,
    pub holder_lots: i64,
}

#[event]
pub struct ModeChanged {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the account's events.
    pub seq: u64,
    pub account: Address,
    /// 0 standard, 1 portfolio.
    pub mode: u8,
}

/// `seq` counts the wrapped series' events.
#[event]
pub struct WrappedOpened {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub wrapped: Address,
    pub mint: Address,
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: u8,
}

#[event]
pub struct PositionWrapped {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub wrapped: Address,
    pub destination: Address,
    pub lots: u64,
    pub account_lots: i64,
    pub wrapped_lots: u64,
}

#[event]
pub struct PositionUnwrapped {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub wrapped: Address,
    pub source: Address,
    pub lots: u64,
    pub account_lots: i64,
    pub wrapped_lots: u64,
}

#[event]
pub struct SeriesWrittenWrapped {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub writer: Address,
    pub wrapped: Address,
    pub destination: Address,
    pub lots: u64,
    pub writer_lots: i64,
    pub wrapped_lots: u64,
}

#[event]
pub struct WrappedRedeemed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub wrapped: Address,
    pub holder: Address,
    pub destination: Address,
    pub lots: u64,
    pub payoff_atoms: i64,
    pub wrapped_lots: u64,
    pub unsettled_lots: u64,
}

#[event]
pub struct WrappedClosed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub wrapped: Address,
    pub mint: Address,
    pub forfeit_lots: u64,
    pub unsettled_lots: u64,
}

/// `ready_unix_s` is 0 where the terms stand at once.
#[event]
pub struct MarketUpdated {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub terms: MarketTerms,
    pub ready_unix_s: i64,
}

/// The terms of the last `MarketUpdated` had waited, and stand now.
#[event]
pub struct MarketChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
}

#[event]
pub struct MarketDelisted {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
}

#[event]
pub struct ExpiryClosed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub expiry_unix_s: i64,
}

/// `fees_atoms` is what is left.
#[event]
pub struct FeesSwept {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub destination: Address,
    pub amount_atoms: u64,
    pub fees_atoms: u64,
}

#[event]
pub struct LiquidationStarted {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub account: Address,
    pub opener: Address,
    /// 0 auction, 1 insolvent.
    pub phase: u8,
    pub mtm_atoms: i64,
    pub mm_atoms: i64,
    /// Seconds counted in this phase: not zero where the call only brought the clock up to date.
    pub elapsed_s: u64,
    /// The account's balance, after what had become due on it.
    pub quote_atoms: i64,
}

#[event]
pub struct SliceSold {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub bidder_account: Address,
    /// 0 auction, 1 insolvent.
    pub phase: u8,
    pub elapsed_s: u64,
    /// Part of every balance and position that was offered, 1e9 = all.
    pub fraction_e9: u32,
    /// Paid by the bidder; negative was paid to it out of insurance.
    pub price_atoms: i64,
    pub insurance_fee_atoms: i64,
    pub opener_fee_atoms: i64,
    pub slice_quote_atoms: i64,
    pub slice_base_atoms: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
    pub bidder_quote_atoms: i64,
    pub bidder_base_atoms: u64,
}

/// One position of a slice. Those of one slice come before its `SliceSold`.
#[event]
pub struct SlicePositionMoved {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub bidder_account: Address,
    pub expiry_unix_s: i64,
    pub strike_e6: u64,
    pub kind: u8,
    /// What the bidder took: negative is a short.
    pub lots: i64,
    pub account_lots: i64,
    pub bidder_lots: i64,
}

/// Base bought from an account in debt.
#[event]
pub struct BaseSold {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub bidder_account: Address,
    /// Seconds of debt so far, as the price counts them.
    pub elapsed_s: u64,
    pub price_e6: u64,
    pub sold_base_atoms: u64,
    pub paid_atoms: i64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
    pub bidder_quote_atoms: i64,
    pub bidder_base_atoms: u64,
}

/// What had become due on a quote balance is booked.
#[event]
pub struct BalanceRefreshed {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    /// What the balance lost, to interest or to haircuts.
    pub lost_atoms: i64,
    pub quote_atoms: i64,
    pub insurance_atoms: u64,
}

/// Every positive quote balance of the market falls, from now on, in the proportion of the two indices.
#[event]
pub struct BalancesCut {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    /// The insolvent account that it is for.
    pub account: Address,
    pub raised_atoms: i64,
    pub index_before_e18: u64,
    pub index_e18: u64,
    pub insurance_atoms: u64,
    /// The account's balance, after what had become due on it.
    pub quote_atoms: i64,
}

#[event]
pub struct FundCreated {
    pub slot: u64,
    pub unix_s: i64,
    /// Counts the fund's events, here and below.
    pub seq: u64,
    pub fund: Address,
    pub mint: Address,
}

/// Shares were bought, put on notice or paid.
#[event]
pub struct StakeChanged {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub fund: Address,
    pub owner: Address,
    /// Positive came in, negative went out; 0 for a notice.
    pub atoms: i64,
    pub shares: u64,
    pub leaving_shares: u64,
    pub leaving_unix_s: i64,
    pub fund_balance_atoms: u64,
    pub fund_shares: u64,
}

/// The fund paid for a loss that a market's insurance could not bear.
#[event]
pub struct FundDrawn {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub fund: Address,
    pub market: Address,
    pub account: Address,
    pub drawn_atoms: u64,
    pub fund_balance_atoms: u64,
    pub insurance_atoms: u64,
    /// The account's balance, after what had become due on it.
    pub quote_atoms: i64,
}

#[event]
pub struct LiquidationFinished {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub opener: Address,
    pub opener_fee_atoms: u64,
    /// 0 where the opener's account is gone: the fee is insurance's then.
    pub opener_quote_atoms: i64,
    pub slices: u32,
}

/// A withdrawal that waited is a balance again.
#[event]
pub struct TicketReturned {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
    pub ticket: Address,
    pub amount_atoms: u64,
    pub quote_atoms: i64,
    pub base_atoms: u64,
}

#[event]
pub struct AccountRestored {
    pub slot: u64,
    pub unix_s: i64,
    /// As recorded: restoring is no event of the account's own.
    pub seq: u64,
    pub market: Address,
    pub account: Address,
    pub owner: Address,
    pub quote_atoms: i64,
    pub base_atoms: u64,
}

#[event]
pub struct MarketRestored {
    pub slot: u64,
    pub unix_s: i64,
    /// As recorded.
    pub seq: u64,
    pub market: Address,
    pub quote_balances_atoms: i64,
    pub base_balances_atoms: u64,
    pub insurance_atoms: u64,
    pub open_interest_lots: u64,
}

/// Nothing of a market changes before then.
#[event]
pub struct MarketHeld {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub market: Address,
    pub until_unix_s: i64,
}

/// An account was written back after a rollback.
#[event]
pub struct RecordRestored {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
    pub account: Address,
}
