//! The council: typed proposals, approvals, delays, and the upgrade authority over the programs' code. Deployed twice; each twin holds
//! the other's authority.
use anchor_lang::prelude::*;
use core::num::NonZeroU32;

mod account;
mod ballot;
mod canary;
mod candidate;
mod code;
mod content;
mod draft;
mod errors;
mod events;
mod held;
mod instructions;
mod loader;
mod margin;
mod state;
mod tally;
mod vote;

use candidate::Candidate;
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

/// The breaker's only brake.
pub const BRAKE: Address = Address::new_from_array(abi::ids::BRAKE);
/// Margin's config, which counts the markets.
pub const MARGIN_CONFIG: Address = Address::new_from_array(abi::ids::MARGIN_CONFIG);

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
    #[expect(clippy::too_many_arguments, reason = "the framework's arguments are the instruction's fields")]
    pub fn upgrade_propose(
        ctx: &mut Context<UpgradePropose>,
        elf_hash: [u8; 32],
        elf_len: u32,
        source_commit: [u8; 20],
        recipe_hash: [u8; 32],
        audit_hash: [u8; 32],
        migration_hash: [u8; 32],
        schema_from: u8,
        schema_to: u8,
        forward_only: bool,
        emergency: bool,
    ) -> Result<()> {
        let candidate = Candidate {
            elf_hash,
            elf_len,
            source_commit,
            recipe_hash,
            audit_hash,
            migration_hash,
            schema_from,
            schema_to,
            forward_only,
            emergency,
        };
        ctx.accounts.upgrade_propose(&candidate, &ctx.bumps)
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

    #[discrim = 15]
    pub fn proposal_object(ctx: &mut Context<ProposalObject>, digest: [u8; 32]) -> Result<()> {
        ctx.accounts.proposal_object(digest)
    }

    #[discrim = 16]
    pub fn rollback_stage(ctx: &mut Context<RollbackStage>) -> Result<()> {
        ctx.accounts.rollback_stage()
    }

    #[discrim = 17]
    pub fn upgrade_queue(ctx: &mut Context<UpgradeQueue>) -> Result<()> {
        ctx.accounts.upgrade_queue()
    }

    #[discrim = 18]
    pub fn shadow_attest(ctx: &mut Context<ShadowAttest>, digest: [u8; 32], root: [u8; 32]) -> Result<()> {
        ctx.accounts.shadow_attest(digest, root)
    }

    #[discrim = 19]
    pub fn rollout_release(ctx: &mut Context<RolloutRelease>) -> Result<()> {
        ctx.accounts.rollout_release()
    }

    #[discrim = 20]
    pub fn freeze_begin(ctx: &mut Context<FreezeBegin>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.freeze_begin(&remaining)
    }

    #[discrim = 21]
    pub fn freeze_end(ctx: &mut Context<FreezeEnd>) -> Result<()> {
        ctx.accounts.freeze_end()
    }

    #[discrim = 22]
    pub fn snapshot_open(ctx: &mut Context<SnapshotOpen>) -> Result<()> {
        ctx.accounts.snapshot_open(&ctx.bumps)
    }

    #[discrim = 23]
    pub fn snapshot_page(ctx: &mut Context<SnapshotPage>, number: u32) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.snapshot_page(number, &remaining, &ctx.bumps)
    }

    #[discrim = 24]
    pub fn snapshot_page_fill(ctx: &mut Context<SnapshotPageFill>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.snapshot_page_fill(&remaining)
    }

    #[discrim = 25]
    pub fn snapshot_seal(ctx: &mut Context<SnapshotSeal>) -> Result<()> {
        ctx.accounts.snapshot_seal()
    }

    #[discrim = 26]
    pub fn page_verify(ctx: &mut Context<PageVerify>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.page_verify(&remaining)
    }

    #[discrim = 27]
    pub fn market_verify(ctx: &mut Context<MarketVerify>) -> Result<()> {
        ctx.accounts.market_verify()
    }

    #[discrim = 28]
    pub fn upgrade_rollback(ctx: &mut Context<UpgradeRollback>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.upgrade_rollback(&remaining)
    }

    #[discrim = 29]
    pub fn canary_check(ctx: &mut Context<CanaryCheck>) -> Result<()> {
        ctx.accounts.canary_check()
    }

    #[discrim = 30]
    pub fn canary_promote(ctx: &mut Context<CanaryPromote>) -> Result<()> {
        ctx.accounts.canary_promote()
    }

    #[discrim = 31]
    pub fn ratify_execute(ctx: &mut Context<RatifyExecute>) -> Result<()> {
        ctx.accounts.ratify_execute()
    }

    #[discrim = 32]
    pub fn attestors_execute(ctx: &mut Context<AttestorsExecute>) -> Result<()> {
        ctx.accounts.attestors_execute()
    }

    #[discrim = 33]
    pub fn delays_execute(ctx: &mut Context<DelaysExecute>) -> Result<()> {
        ctx.accounts.delays_execute()
    }

    #[discrim = 34]
    pub fn hand_over_execute(ctx: &mut Context<HandOverExecute>) -> Result<()> {
        ctx.accounts.hand_over_execute()
    }

    #[discrim = 35]
    pub fn bond_settle(ctx: &mut Context<BondSettle>) -> Result<()> {
        ctx.accounts.bond_settle()
    }

    #[discrim = 36]
    pub fn page_close(ctx: &mut Context<PageClose>) -> Result<()> {
        ctx.accounts.page_close()
    }

    #[discrim = 37]
    pub fn snapshot_close(ctx: &mut Context<SnapshotClose>) -> Result<()> {
        ctx.accounts.snapshot_close()
    }

    #[discrim = 38]
    pub fn account_restore(ctx: &mut Context<AccountRestore>, place: u8) -> Result<()> {
        let mut remaining = ctx.remaining_accounts()?;
        ctx.accounts.account_restore(place, &mut remaining)
    }

    #[discrim = 39]
    pub fn market_restore(ctx: &mut Context<MarketRestore>) -> Result<()> {
        ctx.accounts.market_restore()
    }

    #[discrim = 40]
    pub fn canary_apply(ctx: &mut Context<CanaryApply>) -> Result<()> {
        ctx.accounts.canary_apply()
    }
    #[discrim = 41]
    pub fn ledger_open(ctx: &mut Context<LedgerOpen>) -> Result<()> {
        ctx.accounts.ledger_open(&ctx.bumps)
    }

    #[discrim = 42]
    pub fn record_take(ctx: &mut Context<RecordTake>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.record_take(&remaining, &ctx.bumps)
    }

    #[discrim = 43]
    pub fn ledger_seal(ctx: &mut Context<LedgerSeal>) -> Result<()> {
        ctx.accounts.ledger_seal()
    }

    #[discrim = 44]
    pub fn record_verify(ctx: &mut Context<RecordVerify>) -> Result<()> {
        let remaining = ctx.remaining_accounts()?;
        ctx.accounts.record_verify(&remaining)
    }

    #[discrim = 45]
    pub fn ledger_verify(ctx: &mut Context<LedgerVerify>) -> Result<()> {
        ctx.accounts.ledger_verify()
    }

    #[discrim = 46]
    pub fn record_restore(ctx: &mut Context<RecordRestore>, seeds: Vec<u8>) -> Result<()> {
        ctx.accounts.record_restore(&seeds)
    }

    #[discrim = 47]
    pub fn root_release(ctx: &mut Context<RootRelease>) -> Result<()> {
        ctx.accounts.root_release()
    }

    #[discrim = 48]
    pub fn record_close(ctx: &mut Context<RecordClose>) -> Result<()> {
        ctx.accounts.record_close()
    }

    #[discrim = 49]
    pub fn ledger_close(ctx: &mut Context<LedgerClose>) -> Result<()> {
        ctx.accounts.ledger_close()
    }

    #[discrim = 50]
    pub fn proposal_approve_p256(
        ctx: &mut Context<ProposalApproveP256>,
        index: u8,
        client_data: Vec<u8>,
    ) -> Result<()> {
        ctx.accounts.proposal_approve_p256(index, &client_data)
    }

    #[discrim = 51]
    pub fn proposal_object_p256(ctx: &mut Context<ProposalObjectP256>, index: u8, client_data: Vec<u8>) -> Result<()> {
        ctx.accounts.proposal_object_p256(index, &client_data)
    }

    #[discrim = 52]
    pub fn proposal_create_p256(
        ctx: &mut Context<ProposalCreateP256>,
        action: Vec<u8>,
        index: u8,
        client_data: Vec<u8>,
    ) -> Result<()> {
        ctx.accounts.proposal_create_p256(&action, index, &client_data, &ctx.bumps)
    }

    #[discrim = 53]
    #[expect(clippy::too_many_arguments, reason = "the framework's arguments are the instruction's fields")]
    pub fn upgrade_propose_p256(
        ctx: &mut Context<UpgradeProposeP256>,
        elf_hash: [u8; 32],
        elf_len: u32,
        source_commit: [u8; 20],
        recipe_hash: [u8; 32],
        audit_hash: [u8; 32],
        migration_hash: [u8; 32],
        schema_from: u8,
        schema_to: u8,
        forward_only: bool,
        emergency: bool,
        index: u8,
        client_data: Vec<u8>,
    ) -> Result<()> {
        let candidate = Candidate {
            elf_hash,
            elf_len,
            source_commit,
            recipe_hash,
            audit_hash,
            migration_hash,
            schema_from,
            schema_to,
            forward_only,
            emergency,
        };
        ctx.accounts.upgrade_propose_p256(&candidate, index, &client_data, &ctx.bumps)
    }
}
