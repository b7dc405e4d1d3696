//! The council: typed proposals, approvals, delays, and the upgrade authority over the programs' code. Deployed twice; each twin holds
//! the other's authority.
use anchor_lang::prelude::*;
use core::num::NonZeroU32;

mod code;
mod draft;
mod errors;
mod events;
mod instructions;
mod loader;
mod state;

pub use errors::GovernorError;
use instructions::*;

pub const ID: Address =
    Address::new_from_array(if cfg!(feature = "twin") { abi::ids::GOVERNOR_TWIN } else { abi::ids::GOVERNOR });

/// Delays are divided by this: 1, or in a build for local networks as much as makes seven days ten seconds. Compiled in: no account
/// can shorten a delay.
pub const TIME_DIVISOR: NonZeroU32 = match NonZeroU32::new(if cfg!(feature = "localnet") { 60_480 } else { 1 }) {
    Some(divisor) => divisor,
    None => NonZeroU32::MIN,
};

#[program]
pub mod governor {
    use super::*;

    #[discrim = 0]
    pub fn council_init(ctx: &mut Context<CouncilInit>, members: Vec<Address>) -> Result<()> {
        ctx.accounts.council_init(&members, &ctx.bumps)
    }

    #[discrim = 1]
    pub fn program_adopt(ctx: &mut Context<ProgramAdopt>, elf_len: u32) -> Result<()> {
        ctx.accounts.program_adopt(elf_len, &ctx.bumps)
    }

    #[discrim = 2]
    pub fn proposal_create(ctx: &mut Context<ProposalCreate>, action: Vec<u8>) -> Result<()> {
        ctx.accounts.proposal_create(&action, &ctx.bumps)
    }

    #[discrim = 3]
    pub fn proposal_approve(ctx: &mut Context<ProposalApprove>, digest: [u8; 32]) -> Result<()> {
        ctx.accounts.proposal_approve(digest)
    }

    #[discrim = 4]
    pub fn proposal_queue(ctx: &mut Context<ProposalQueue>) -> Result<()> {
        ctx.accounts.proposal_queue()
    }

    #[discrim = 5]
    pub fn upgrade_execute(ctx: &mut Context<UpgradeExecute>) -> Result<()> {
        ctx.accounts.upgrade_execute()
    }

    #[discrim = 6]
    pub fn relax_execute(ctx: &mut Context<RelaxExecute>) -> Result<()> {
        ctx.accounts.relax_execute()
    }

    #[discrim = 7]
    pub fn council_execute(ctx: &mut Context<CouncilExecute>) -> Result<()> {
        ctx.accounts.council_execute()
    }

    #[discrim = 8]
    pub fn proposal_cancel(ctx: &mut Context<ProposalCancel>) -> Result<()> {
        ctx.accounts.proposal_cancel()
    }

    #[discrim = 9]
    pub fn buffer_close(ctx: &mut Context<BufferClose>) -> Result<()> {
        ctx.accounts.buffer_close()
    }

    #[discrim = 10]
    pub fn guardians_execute(ctx: &mut Context<GuardiansExecute>) -> Result<()> {
        ctx.accounts.guardians_execute()
    }

    #[discrim = 11]
    pub fn upgrade_propose(ctx: &mut Context<UpgradePropose>, elf_hash: [u8; 32], elf_len: u32) -> Result<()> {
        ctx.accounts.upgrade_propose(elf_hash, elf_len, &ctx.bumps)
    }

    #[discrim = 12]
    pub fn market_relax_execute(ctx: &mut Context<MarketRelaxExecute>) -> Result<()> {
        ctx.accounts.market_relax_execute()
    }

    #[discrim = 13]
    pub fn limits_execute(ctx: &mut Context<LimitsExecute>) -> Result<()> {
        ctx.accounts.limits_execute()
    }

    #[discrim = 14]
    pub fn monitors_execute(ctx: &mut Context<MonitorsExecute>) -> Result<()> {
        ctx.accounts.monitors_execute()
    }
}
