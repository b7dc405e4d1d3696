//! Price feeds from pinned sources and settlement prices accumulated on chain.
//!
//! No instruction here asks the breaker: prices are recorded at every level.
use anchor_lang::prelude::*;

mod errors;
mod events;
mod instructions;
mod source;
mod state;

pub use errors::OracleError;
use instructions::*;
use risk::feed::Limits;

pub const ID: Address = Address::new_from_array(abi::ids::ORACLE);

/// Clock periods are divided by this: 1, or more in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "localnet") { 60 } else { 1 };

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
        source_owner: Address,
        source_address: Address,
        feed_id: [u8; 32],
        max_age_s: u32,
        max_confidence_bps: u16,
    ) -> Result<()> {
        let limits = Limits { max_age_s, max_confidence_bps };
        ctx.accounts.feed_create(&FeedTerms { symbol, source_owner, source_address, feed_id, limits }, &ctx.bumps)
    }

    #[discrim = 3]
    pub fn feed_refresh(ctx: &mut Context<FeedRefresh>) -> Result<()> {
        ctx.accounts.feed_refresh()
    }

    #[discrim = 4]
    pub fn settlement_finalise(ctx: &mut Context<SettlementFinalise>, expiry_unix_s: i64) -> Result<()> {
        ctx.accounts.settlement_finalise(expiry_unix_s, &ctx.bumps)
    }
}
