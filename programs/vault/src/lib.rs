//! Option vaults. A vault is two margin accounts of one PDA, a mandate and an epoch clock; nobody manages it.
//!
//! `open -> auction -> live -> settled`, and the next epoch opens. Strike, size and reserve price follow from the mandate, the listed
//! strikes and the feed; every step after the deposit is permissionless.
use anchor_lang::prelude::*;

mod errors;
mod events;
mod instructions;
mod margin;
mod reads;
mod state;

use instructions::*;

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
    pub fn vault_create(ctx: &mut Context<VaultCreate>, id: u16, mandate: MandateArgs) -> Result<()> {
        ctx.accounts.vault_create(id, mandate, &ctx.bumps)
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

    #[discrim = 6]
    pub fn bid_place(ctx: &mut Context<BidPlace>, lots: u64, price_e6: u64) -> Result<()> {
        ctx.accounts.bid_place(lots, price_e6, &ctx.bumps)
    }

    #[discrim = 7]
    pub fn auction_clear(ctx: &mut Context<AuctionClear>) -> Result<()> {
        ctx.accounts.auction_clear()
    }

    #[discrim = 8]
    pub fn bid_refund(ctx: &mut Context<BidRefund>, ticket_id: u64) -> Result<()> {
        ctx.accounts.bid_refund(ticket_id)
    }

    #[discrim = 9]
    pub fn epoch_settle(ctx: &mut Context<EpochSettle>) -> Result<()> {
        ctx.accounts.epoch_settle(&ctx.bumps)
    }

    #[discrim = 10]
    pub fn claim(ctx: &mut Context<Claim>, ticket_id: u64) -> Result<()> {
        ctx.accounts.claim(ticket_id)
    }
}
