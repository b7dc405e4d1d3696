//! Price feeds aggregated from pinned sources, volatility surfaces, and settlement prices accumulated on chain.
//!
//! Prices are recorded at every level of the breaker; only listing asks it.
use anchor_lang::prelude::*;

mod board;
mod errors;
mod events;
mod guard;
mod instructions;
mod source;
mod state;
mod surface;

use board::Terms;
pub use errors::OracleError;
use instructions::*;
use pricing::Svi;
use risk::surface::Fit;

pub const ID: Address = Address::new_from_array(abi::ids::ORACLE);

/// Clock periods are divided by this: 1, or more in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "localnet") { 60 } else { 1 };
/// Fewest sources that a feed may call normal: one only where nothing is at stake.
pub const MIN_SOURCES: u8 = if cfg!(feature = "localnet") { 1 } else { 2 };
/// How long a change of sources or publishers waits, and how long after its expiry a settlement can be delayed.
pub const SOURCE_DELAY_S: i64 = scaled_s(48 * 3_600);
pub const DELAY_MAX_S: i64 = scaled_s(24 * 3_600);

const fn scaled_s(seconds: i64) -> i64 {
    match seconds.checked_div(TIME_DIVISOR as i64) {
        Some(scaled) => scaled,
        None => seconds,
    }
}

#[program]
pub mod oracle {
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
    pub fn feed_create(
        ctx: &mut Context<FeedCreate>,
        symbol: [u8; 16],
        min_sources: u8,
        feed_ids: Vec<[u8; 32]>,
    ) -> Result<()> {
        let sources = ctx.remaining_accounts()?;
        let terms = FeedTerms { symbol, min_sources, feed_ids: &feed_ids };
        ctx.accounts.feed_create(&terms, &sources, &ctx.bumps)
    }

    #[discrim = 3]
    pub fn feed_refresh(ctx: &mut Context<FeedRefresh>) -> Result<()> {
        let sources = ctx.remaining_accounts()?;
        ctx.accounts.feed_refresh(&sources)
    }

    #[discrim = 4]
    pub fn settlement_finalise(ctx: &mut Context<SettlementFinalise>, expiry_unix_s: i64) -> Result<()> {
        ctx.accounts.settlement_finalise(expiry_unix_s, &ctx.bumps)
    }

    #[discrim = 5]
    pub fn settlement_delay(
        ctx: &mut Context<SettlementDelay>,
        expiry_unix_s: i64,
        not_before_unix_s: i64,
    ) -> Result<()> {
        ctx.accounts.settlement_delay(expiry_unix_s, not_before_unix_s, &ctx.bumps)
    }

    #[discrim = 6]
    pub fn source_add(ctx: &mut Context<SourceAdd>, feed_id: [u8; 32]) -> Result<()> {
        ctx.accounts.source_add(feed_id)
    }

    #[discrim = 7]
    pub fn source_remove(ctx: &mut Context<SourceRemove>, place: u8) -> Result<()> {
        ctx.accounts.source_remove(place)
    }

    #[discrim = 8]
    pub fn source_apply(ctx: &mut Context<SourceApply>) -> Result<()> {
        ctx.accounts.source_apply()
    }

    #[discrim = 9]
    pub fn source_cancel(ctx: &mut Context<SourceCancel>) -> Result<()> {
        ctx.accounts.source_cancel()
    }

    #[discrim = 10]
    pub fn board_create(
        ctx: &mut Context<BoardCreate>,
        threshold: u8,
        move_bps: u16,
        publishers: Vec<Address>,
    ) -> Result<()> {
        ctx.accounts.board_create(&Terms { threshold, move_bps, publishers: &publishers }, &ctx.bumps)
    }

    #[discrim = 11]
    pub fn board_update(
        ctx: &mut Context<BoardUpdate>,
        threshold: u8,
        move_bps: u16,
        publishers: Vec<Address>,
    ) -> Result<()> {
        ctx.accounts.board_update(&Terms { threshold, move_bps, publishers: &publishers })
    }

    #[discrim = 12]
    pub fn board_apply(ctx: &mut Context<BoardApply>) -> Result<()> {
        ctx.accounts.board_apply()
    }

    #[discrim = 13]
    #[allow(
        clippy::too_many_arguments,
        reason = "the arguments are the wire format: five parameters, two times and a rate"
    )]
    pub fn surface_post(
        ctx: &mut Context<SurfacePost>,
        expiry_unix_s: i64,
        a_e9: i64,
        b_e9: i64,
        rho_e9: i64,
        m_e9: i64,
        sigma_e9: i64,
        reference_s: u64,
        rate_e9: i64,
    ) -> Result<()> {
        let more = ctx.remaining_accounts()?;
        let fit = Fit { svi: Svi { a_e9, b_e9, rho_e9, m_e9, sigma_e9 }, reference_s, rate_e9 };
        ctx.accounts.surface_post(expiry_unix_s, &fit, &more, &ctx.bumps)
    }

    #[discrim = 60]
    pub fn feed_hold(ctx: &mut Context<FeedHold>, until_unix_s: i64) -> Result<()> {
        ctx.accounts.feed_hold(until_unix_s)
    }

    #[discrim = 61]
    pub fn record_restore(ctx: &mut Context<RecordRestore>, at: u32, seeds: Vec<u8>) -> Result<()> {
        ctx.accounts.record_restore(at, &seeds)
    }
}
