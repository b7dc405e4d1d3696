//! Option vaults. A vault is two margin accounts of one PDA, a mandate, an epoch clock and shares; nobody manages it.
//!
//! `open -> auction -> live -> settled`, and the next epoch opens. Strike, size and reserve price follow from the mandate, the listed
//! strikes, the surface and the feed. Deposits and withdrawals wait for the turn of the epoch; every step but their own is anyone's.
use anchor_lang::prelude::*;

mod errors;
mod events;
mod instructions;
mod margin;
mod reads;
mod settlement;
mod shares;
mod state;
mod wrapped;

use instructions::*;
use state::MandateArgs;

pub const ID: Address = Address::new_from_array(abi::ids::VAULT);

/// Shortest periods of a mandate are divided by this; more than 1 only in a build for local networks.
pub const TIME_DIVISOR: u32 = if cfg!(feature = "localnet") { 60 } else { 1 };

#[program]
pub mod vault {
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
    pub fn vault_create(
        ctx: &mut Context<VaultCreate>,
        id: u16,
        kind: u8,
        mandate: MandateArgs,
        fee_recipient: Address,
    ) -> Result<()> {
        ctx.accounts.vault_create(id, kind, mandate, fee_recipient, &ctx.bumps)
    }

    #[discrim = 3]
    pub fn deposit(ctx: &mut Context<DepositMake>, amount_atoms: u64) -> Result<()> {
        ctx.accounts.deposit(amount_atoms, &ctx.bumps)
    }

    #[discrim = 4]
    pub fn deposit_cancel(ctx: &mut Context<DepositCancel>, ticket_id: u64) -> Result<()> {
        ctx.accounts.deposit_cancel(ticket_id)
    }

    #[discrim = 5]
    pub fn auction_open(ctx: &mut Context<AuctionOpen>) -> Result<()> {
        ctx.accounts.auction_open()
    }

    #[discrim = 7]
    pub fn auction_clear(ctx: &mut Context<AuctionClear>) -> Result<()> {
        ctx.accounts.auction_clear()
    }

    #[discrim = 8]
    pub fn bid_refund(ctx: &mut Context<BidRefund>, ticket_id: u64) -> Result<()> {
        ctx.accounts.bid_refund(ticket_id)
    }

    #[discrim = 11]
    pub fn bid_commit(ctx: &mut Context<BidCommit>, lots: u64, commitment: [u8; 32]) -> Result<()> {
        ctx.accounts.bid_commit(lots, commitment, &ctx.bumps)
    }

    #[discrim = 12]
    pub fn bid_reveal(ctx: &mut Context<BidReveal>, price_e6: u64, salt: [u8; 32]) -> Result<()> {
        ctx.accounts.bid_reveal(price_e6, &salt)
    }

    #[discrim = 13]
    pub fn bid_settle(ctx: &mut Context<BidSettle>) -> Result<()> {
        ctx.accounts.bid_settle()
    }

    #[discrim = 14]
    pub fn epoch_turn(ctx: &mut Context<EpochTurn>) -> Result<()> {
        ctx.accounts.epoch_turn(&ctx.bumps)
    }

    #[discrim = 15]
    pub fn deposit_claim(ctx: &mut Context<DepositClaim>) -> Result<()> {
        ctx.accounts.deposit_claim()
    }

    #[discrim = 16]
    pub fn withdraw_request(ctx: &mut Context<WithdrawRequest>, shares: u64) -> Result<()> {
        ctx.accounts.withdraw_request(shares, &ctx.bumps)
    }

    #[discrim = 17]
    pub fn withdraw_cancel(ctx: &mut Context<WithdrawCancel>) -> Result<()> {
        ctx.accounts.withdraw_cancel()
    }

    #[discrim = 18]
    pub fn withdraw_claim(ctx: &mut Context<WithdrawClaim>, ticket_id: u64) -> Result<()> {
        ctx.accounts.withdraw_claim(ticket_id)
    }

    #[discrim = 19]
    pub fn mandate_set(ctx: &mut Context<MandateSet>, mandate: MandateArgs, fee_recipient: Address) -> Result<()> {
        ctx.accounts.mandate_set(mandate, fee_recipient)
    }

    #[discrim = 20]
    pub fn mandate_apply(ctx: &mut Context<MandateApply>) -> Result<()> {
        ctx.accounts.mandate_apply()
    }

    #[discrim = 21]
    pub fn fee_claim(ctx: &mut Context<FeeClaim>) -> Result<()> {
        ctx.accounts.fee_claim()
    }

    #[discrim = 22]
    pub fn bid_settle_wrapped(ctx: &mut Context<BidSettleWrapped>) -> Result<()> {
        ctx.accounts.bid_settle_wrapped()
    }

    #[discrim = 60]
    pub fn vault_hold(ctx: &mut Context<VaultHold>, until_unix_s: i64) -> Result<()> {
        ctx.accounts.vault_hold(until_unix_s)
    }

    #[discrim = 61]
    pub fn record_restore(ctx: &mut Context<RecordRestore>, at: u32, seeds: Vec<u8>) -> Result<()> {
        ctx.accounts.record_restore(at, &seeds)
    }
}
