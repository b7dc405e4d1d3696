//! Custody and brakes: this program's PDAs own every token vault, and tokens leave only through `release`, while the level allows it.
use anchor_lang::prelude::*;

mod errors;
mod events;
mod instructions;
mod limits;
mod reads;
mod state;
mod transfer;
mod trips;

pub use errors::BreakerError;
use instructions::*;
pub use limits::LimitTerms;

pub const ID: Address = Address::new_from_array(abi::ids::BREAKER);

/// The program's only brake.
pub const BRAKE: Address = Address::new_from_array(abi::ids::BRAKE);

/// Clock periods are divided by this: 1, or more in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "drill") {
    360
} else if cfg!(feature = "localnet") {
    60
} else {
    1
};

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
    pub fn custody_open(ctx: &mut Context<CustodyOpen>, limits: LimitTerms) -> Result<()> {
        ctx.accounts.custody_open(&limits, &ctx.bumps)
    }

    #[discrim = 4]
    pub fn tokens_open(ctx: &mut Context<TokensOpen>) -> Result<()> {
        ctx.accounts.tokens_open(&ctx.bumps)
    }

    #[discrim = 5]
    pub fn release(ctx: &mut Context<Release>, amount: u64, ticket_id: u64, origin: Address) -> Result<()> {
        ctx.accounts.release(&ReleaseArgs { amount, ticket_id, origin })
    }

    #[discrim = 6]
    pub fn guardian_raise(ctx: &mut Context<GuardianRaise>, level: u8) -> Result<()> {
        ctx.accounts.guardian_raise(level)
    }

    #[discrim = 7]
    pub fn level_relax(ctx: &mut Context<LevelRelax>, level: u8) -> Result<()> {
        ctx.accounts.level_relax(level)
    }

    #[discrim = 8]
    pub fn ticket_claim(ctx: &mut Context<TicketClaim>) -> Result<()> {
        ctx.accounts.ticket_claim()
    }

    #[discrim = 9]
    pub fn ticket_cancel(ctx: &mut Context<TicketCancel>) -> Result<()> {
        ctx.accounts.ticket_cancel()
    }

    #[discrim = 10]
    pub fn limits_set(ctx: &mut Context<LimitsSet>, limits: LimitTerms) -> Result<()> {
        ctx.accounts.limits_set(&limits)
    }

    #[discrim = 11]
    pub fn limits_apply(ctx: &mut Context<LimitsApply>) -> Result<()> {
        ctx.accounts.limits_apply()
    }

    #[discrim = 12]
    pub fn market_raise(ctx: &mut Context<MarketRaise>, level: u8) -> Result<()> {
        ctx.accounts.market_raise(level)
    }

    #[discrim = 13]
    pub fn market_level_relax(ctx: &mut Context<MarketLevelRelax>, level: u8) -> Result<()> {
        ctx.accounts.market_level_relax(level)
    }

    #[discrim = 14]
    pub fn relax(ctx: &mut Context<Relax>) -> Result<()> {
        ctx.accounts.relax()
    }

    #[discrim = 15]
    pub fn market_relax(ctx: &mut Context<MarketRelax>) -> Result<()> {
        ctx.accounts.market_relax()
    }

    #[discrim = 16]
    pub fn level_set(ctx: &mut Context<LevelSet>, level: u8) -> Result<()> {
        ctx.accounts.level_set(level)
    }

    #[discrim = 17]
    pub fn monitors_set(ctx: &mut Context<MonitorsSet>, monitors: Vec<Address>) -> Result<()> {
        ctx.accounts.monitors_set(&monitors)
    }

    #[discrim = 18]
    pub fn heartbeat(ctx: &mut Context<Heartbeat>) -> Result<()> {
        ctx.accounts.heartbeat()
    }

    #[discrim = 19]
    pub fn insurance_mark(ctx: &mut Context<InsuranceMark>) -> Result<()> {
        ctx.accounts.insurance_mark()
    }

    #[discrim = 20]
    pub fn trip_volatility(ctx: &mut Context<TripVolatility>) -> Result<()> {
        ctx.accounts.trip_volatility()
    }

    #[discrim = 21]
    pub fn trip_deviation(ctx: &mut Context<TripDeviation>) -> Result<()> {
        ctx.accounts.trip_deviation()
    }

    #[discrim = 22]
    pub fn trip_severity(ctx: &mut Context<TripSeverity>) -> Result<()> {
        ctx.accounts.trip_severity()
    }

    #[discrim = 23]
    pub fn trip_oi(ctx: &mut Context<TripOi>) -> Result<()> {
        ctx.accounts.trip_oi()
    }

    #[discrim = 24]
    pub fn trip_restart(ctx: &mut Context<TripRestart>) -> Result<()> {
        ctx.accounts.trip_restart()
    }

    #[discrim = 25]
    pub fn trip_insurance(ctx: &mut Context<TripInsurance>) -> Result<()> {
        ctx.accounts.trip_insurance()
    }

    #[discrim = 26]
    pub fn trip_heartbeat(ctx: &mut Context<TripHeartbeat>) -> Result<()> {
        ctx.accounts.trip_heartbeat()
    }

    #[discrim = 27]
    pub fn trip_invariant(ctx: &mut Context<TripInvariant>) -> Result<()> {
        ctx.accounts.trip_invariant()
    }

    #[discrim = 28]
    pub fn rollout_set(ctx: &mut Context<RolloutSet>, lots: u64, window_bps: u16) -> Result<()> {
        ctx.accounts.rollout_set(lots, window_bps)
    }

    #[discrim = 60]
    pub fn custody_hold(ctx: &mut Context<CustodyHold>, until_unix_s: i64) -> Result<()> {
        ctx.accounts.custody_hold(until_unix_s)
    }

    #[discrim = 61]
    pub fn record_restore(ctx: &mut Context<RecordRestore>, at: u32, seeds: Vec<u8>) -> Result<()> {
        ctx.accounts.record_restore(at, &seeds)
    }
}
