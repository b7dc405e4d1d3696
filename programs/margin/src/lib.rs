//! Collateral, option series, quotes and their fills, margin and settlement.
use anchor_lang::prelude::*;

mod custody;
mod errors;
mod events;
mod guard;
mod instructions;
mod maker_quote;
mod others;
mod package;
mod portfolio_reads;
mod restore;
mod state;
mod valuation;

mod wire;
mod wrapped_mint;

pub use errors::MarginError;
use instructions::*;
pub use wire::{GreeksView, MarginView, MarketTerms};
// By name, or the framework's trait of that name would be taken.
use instructions::AccountClose;

pub const ID: Address = Address::new_from_array(abi::ids::MARGIN);

/// Clock periods are divided by this: 1, or more in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "localnet") { 60 } else { 1 };

/// Grows with every release. Feature `next` builds the release after this one, so that an upgrade can be rehearsed with real code.
pub const CODE_VERSION: u32 = if cfg!(feature = "next") { 2 } else { 1 };

#[program]
pub mod margin {
    use super::*;

    #[discrim = 0]
    pub fn config_init(ctx: &mut Context<ConfigInit>, genesis_hash: [u8; 32], authority: Address) -> Result<()> {
        ctx.accounts.config_init(genesis_hash, authority, &ctx.bumps)
    }

    #[discrim = 1]
    pub fn authority_set(ctx: &mut Context<AuthoritySet>, authority: Address) -> Result<()> {
        ctx.accounts.authority_set(authority)
    }

    #[discrim = 2]
    pub fn market_create(
        ctx: &mut Context<MarketCreate>,
        symbol: [u8; 16],
        lots_per_unit: u32,
        strike_tick_e6: u64,
        taker_fee_bps: u16,
        maker_fee_bps: u16,
        limits: CustodyLimits,
    ) -> Result<()> {
        let args = MarketCreateArgs { symbol, lots_per_unit, strike_tick_e6, taker_fee_bps, maker_fee_bps, limits };
        ctx.accounts.market_create(&args, &ctx.bumps)
    }

    #[discrim = 3]
    pub fn expiry_create(ctx: &mut Context<ExpiryCreate>, expiry_unix_s: i64) -> Result<()> {
        ctx.accounts.expiry_create(expiry_unix_s, &ctx.bumps)
    }

    #[discrim = 4]
    pub fn account_open(ctx: &mut Context<AccountOpen>, subaccount: u16) -> Result<()> {
        ctx.accounts.account_open(subaccount, &ctx.bumps)
    }

    #[discrim = 5]
    pub fn account_close(ctx: &mut Context<AccountClose>) -> Result<()> {
        ctx.accounts.account_close()
    }

    #[discrim = 6]
    pub fn account_deposit(ctx: &mut Context<AccountDeposit>, amount: u64) -> Result<()> {
        ctx.accounts.account_deposit(amount)
    }

    #[discrim = 7]
    pub fn account_withdraw(ctx: &mut Context<AccountWithdraw>, amount: u64, ticket_id: u64) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.account_withdraw(amount, ticket_id, &others)
    }

    #[discrim = 8]
    pub fn quote_fill(ctx: &mut Context<QuoteFill>, packages: u64, nonce: u64, ix_index: u8) -> Result<()> {
        let mut others = ctx.remaining_accounts()?;
        ctx.accounts.quote_fill(&QuoteFillArgs { packages, nonce, ix_index }, &ctx.bumps, &mut others)
    }

    #[discrim = 9]
    pub fn nonce_bump(ctx: &mut Context<NonceBump>, floor: u64) -> Result<()> {
        ctx.accounts.nonce_bump(floor)
    }

    #[discrim = 10]
    pub fn quote_state_close(ctx: &mut Context<QuoteStateClose>) -> Result<()> {
        ctx.accounts.quote_state_close()
    }

    #[discrim = 11]
    pub fn expiry_settle(ctx: &mut Context<ExpirySettle>) -> Result<()> {
        ctx.accounts.expiry_settle()
    }

    #[discrim = 12]
    pub fn account_settle(ctx: &mut Context<AccountSettle>) -> Result<()> {
        ctx.accounts.account_settle()
    }

    #[discrim = 13]
    pub fn series_write(ctx: &mut Context<SeriesWrite>, written: Written) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.series_write(written, &others)
    }

    #[discrim = 14]
    pub fn account_transfer(ctx: &mut Context<AccountTransfer>, amount: u64) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.account_transfer(amount, &others)
    }

    #[discrim = 15]
    pub fn version_view(ctx: &mut Context<VersionView>) -> Result<u32> {
        Ok(ctx.accounts.version_view())
    }
    #[discrim = 16]
    pub fn quote_post(ctx: &mut Context<QuotePost>, nonce: u64, message: Vec<u8>) -> Result<()> {
        ctx.accounts.quote_post(nonce, &message, &ctx.bumps)
    }

    #[discrim = 17]
    pub fn quote_cancel(ctx: &mut Context<QuoteCancel>) -> Result<()> {
        ctx.accounts.quote_cancel()
    }

    #[discrim = 18]
    pub fn delegate_set(ctx: &mut Context<DelegateSet>, delegate: Address, rights: u8) -> Result<()> {
        ctx.accounts.delegate_set(delegate, rights)
    }
    #[discrim = 19]
    pub fn mode_set(ctx: &mut Context<ModeSet>, mode: u8) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.mode_set(mode, &others)
    }

    #[discrim = 30]
    pub fn view_margin(ctx: &mut Context<ViewMargin>) -> Result<MarginView> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.view_margin(&others)
    }

    #[discrim = 31]
    pub fn view_greeks(ctx: &mut Context<ViewGreeks>) -> Result<GreeksView> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.view_greeks(&others)
    }

    #[discrim = 32]
    pub fn wrapped_open(ctx: &mut Context<WrappedOpen>, strike_e6: u64, kind: u8) -> Result<()> {
        ctx.accounts.wrapped_open(strike_e6, kind, &ctx.bumps)
    }

    #[discrim = 33]
    pub fn position_wrap(ctx: &mut Context<PositionWrap>, lots: u64) -> Result<()> {
        let mut others = ctx.remaining_accounts()?;
        ctx.accounts.position_wrap(lots, &mut others)
    }

    #[discrim = 34]
    pub fn position_unwrap(ctx: &mut Context<PositionUnwrap>, lots: u64) -> Result<()> {
        let mut others = ctx.remaining_accounts()?;
        ctx.accounts.position_unwrap(lots, &mut others)
    }

    #[discrim = 35]
    pub fn wrapped_redeem(ctx: &mut Context<WrappedRedeem>, lots: u64, ticket_id: u64) -> Result<()> {
        ctx.accounts.wrapped_redeem(lots, ticket_id)
    }

    #[discrim = 36]
    pub fn wrapped_close(ctx: &mut Context<WrappedClose>) -> Result<()> {
        ctx.accounts.wrapped_close()
    }

    #[discrim = 37]
    pub fn series_write_wrapped(ctx: &mut Context<SeriesWriteWrapped>, lots: u64) -> Result<()> {
        let mut others = ctx.remaining_accounts()?;
        ctx.accounts.series_write_wrapped(lots, &mut others)
    }

    #[discrim = 38]
    pub fn market_update(ctx: &mut Context<MarketUpdate>, terms: MarketTerms) -> Result<()> {
        ctx.accounts.market_update(&terms, &ctx.bumps)
    }

    #[discrim = 39]
    pub fn market_apply(ctx: &mut Context<MarketApply>) -> Result<()> {
        ctx.accounts.market_apply()
    }

    #[discrim = 40]
    pub fn market_delist(ctx: &mut Context<MarketDelist>) -> Result<()> {
        ctx.accounts.market_delist()
    }

    #[discrim = 41]
    pub fn expiry_close(ctx: &mut Context<ExpiryClose>) -> Result<()> {
        ctx.accounts.expiry_close()
    }

    #[discrim = 42]
    pub fn fees_sweep(ctx: &mut Context<FeesSweep>, amount: u64, ticket_id: u64) -> Result<()> {
        ctx.accounts.fees_sweep(amount, ticket_id)
    }

    #[discrim = 20]
    pub fn liquidation_start(ctx: &mut Context<LiquidationStart>) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.liquidation_start(&ctx.bumps, &others)
    }

    #[discrim = 21]
    pub fn liquidation_bid(ctx: &mut Context<LiquidationBid>, fraction_e9: u32, limit_atoms: i64) -> Result<()> {
        let mut others = ctx.remaining_accounts()?;
        ctx.accounts.liquidation_bid(&LiquidationBidArgs { fraction_e9, limit_atoms }, &mut others)
    }

    #[discrim = 22]
    pub fn liquidation_finish(ctx: &mut Context<LiquidationFinish>) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.liquidation_finish(&others)
    }

    #[discrim = 23]
    pub fn base_auction_bid(ctx: &mut Context<BaseAuctionBid>, base_atoms: u64, limit_e6: u64) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.base_auction_bid(&BaseAuctionBidArgs { base_atoms, limit_e6 }, &others)
    }

    #[discrim = 24]
    pub fn account_refresh(ctx: &mut Context<AccountRefresh>) -> Result<()> {
        ctx.accounts.account_refresh()
    }

    #[discrim = 25]
    pub fn index_haircut(ctx: &mut Context<IndexHaircut>) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.index_haircut(&others)
    }

    #[discrim = 26]
    pub fn fund_create(ctx: &mut Context<FundCreate>) -> Result<()> {
        ctx.accounts.fund_create(&ctx.bumps)
    }

    #[discrim = 27]
    pub fn insurance_stake(ctx: &mut Context<InsuranceStake>, amount: u64) -> Result<()> {
        ctx.accounts.insurance_stake(amount, &ctx.bumps)
    }

    #[discrim = 28]
    pub fn insurance_unstake(ctx: &mut Context<InsuranceUnstake>, shares: u64) -> Result<()> {
        ctx.accounts.insurance_unstake(shares)
    }

    #[discrim = 29]
    pub fn insurance_claim(ctx: &mut Context<InsuranceClaim>, ticket_id: u64) -> Result<()> {
        ctx.accounts.insurance_claim(ticket_id)
    }

    #[discrim = 43]
    pub fn insurance_draw(ctx: &mut Context<InsuranceDraw>, ticket_id: u64) -> Result<()> {
        let others = ctx.remaining_accounts()?;
        ctx.accounts.insurance_draw(ticket_id, &others)
    }

    #[discrim = 44]
    pub fn ticket_cancel(ctx: &mut Context<TicketCancel>) -> Result<()> {
        ctx.accounts.ticket_cancel()
    }

    #[discrim = 50]
    pub fn account_restore(ctx: &mut Context<AccountRestore>, at: u32) -> Result<()> {
        ctx.accounts.account_restore(at)
    }

    #[discrim = 51]
    pub fn market_restore(ctx: &mut Context<MarketRestore>, at: u32) -> Result<()> {
        ctx.accounts.market_restore(at)
    }

    #[discrim = 60]
    pub fn market_hold(ctx: &mut Context<MarketHold>, until_unix_s: i64) -> Result<()> {
        ctx.accounts.market_hold(until_unix_s)
    }

    #[discrim = 61]
    pub fn record_restore(ctx: &mut Context<RecordRestore>, at: u32, seeds: Vec<u8>) -> Result<()> {
        ctx.accounts.record_restore(at, &seeds)
    }

    /// Of the release after this one: numbers from 200 on are not given out before it.
    #[cfg(feature = "next")]
    #[discrim = 200]
    pub fn account_migrate(ctx: &mut Context<AccountMigrate>) -> Result<()> {
        let mut accounts = ctx.remaining_accounts()?;
        ctx.accounts.account_migrate(&mut accounts)
    }
}
