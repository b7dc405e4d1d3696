//! Price feeds from pinned sources and settlement prices accumulated on chain.
use anchor_lang::prelude::*;

mod instructions;
mod state;

use instructions::*;

pub const ID: Address = Address::new_from_array(abi::ids::ORACLE);

#[program]
pub mod oracle {
    use super::*;

    #[discrim = 0]
    pub fn config_init(ctx: &mut Context<ConfigInit>, genesis_hash: [u8; 32]) -> Result<()> {
        ctx.accounts.config_init(genesis_hash, &ctx.bumps)
    }
}
