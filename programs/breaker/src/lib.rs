//! Custody and brakes: this program's PDAs own every token vault, and tokens leave only through `release`, while the level allows it.
use anchor_lang::prelude::*;

mod errors;
mod events;
mod instructions;
mod state;

pub use errors::BreakerError;
use instructions::*;

pub const ID: Address = Address::new_from_array(abi::ids::BREAKER);

/// Clock periods are divided by this: 1, or more in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "localnet") { 60 } else { 1 };

#[program]
pub mod breaker {
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
    pub fn guardians_set(ctx: &mut Context<GuardiansSet>, guardians: Vec<Address>) -> Result<()> {
        ctx.accounts.guardians_set(&guardians)
    }

    #[discrim = 3]
    pub fn custody_open(ctx: &mut Context<CustodyOpen>) -> Result<()> {
        ctx.accounts.custody_open(&ctx.bumps)
    }

    #[discrim = 4]
    pub fn tokens_open(ctx: &mut Context<TokensOpen>) -> Result<()> {
        ctx.accounts.tokens_open(&ctx.bumps)
    }

    #[discrim = 5]
    pub fn release(ctx: &mut Context<Release>, amount: u64) -> Result<()> {
        ctx.accounts.release(amount)
    }

    #[discrim = 6]
    pub fn guardian_raise(ctx: &mut Context<GuardianRaise>, level: u8) -> Result<()> {
        ctx.accounts.guardian_raise(level)
    }

    #[discrim = 7]
    pub fn level_relax(ctx: &mut Context<LevelRelax>, level: u8) -> Result<()> {
        ctx.accounts.level_relax(level)
    }
}
