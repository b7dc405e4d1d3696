//! Writes a market back after an upgrade that was rolled back.
use crate::errors::MarginError;
use crate::events::{MarketRestored, Stamp};
use crate::restore::{bump_of, image, write};
use crate::state::{MIN_READER, VERSION};
use abi::margin::MARKET_SEED;
use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use shared::GOVERNOR;

#[derive(Accounts)]
pub struct MarketRestore {
    #[account(address = GOVERNOR @ MarginError::NotGovernor)]
    pub authority: Signer,
    /// Pays the rent of an account that was closed.
    #[account(mut)]
    pub payer: Signer,
    /// Checked by the handler: at the address that the recorded market has.
    #[account(mut)]
    pub market: UncheckedAccount,
    /// Not checked: the governor has compared these bytes with its snapshot.
    pub preimage: UncheckedAccount,
    pub system_program: Program<System>,
}

impl MarketRestore {
    /// Authority: the governor's PDA, whose program calls this only after a rollback and with bytes that its snapshot proves.
    /// Effects: terms, sums and counters of the market are what they were.
    /// Errors: `NotGovernor`, `PreimageUnreadable`, `RestoreElsewhere`; the system program's, where another program owns the account.
    pub fn market_restore(&mut self, at: u32) -> Result<()> {
        let stamp = Stamp::now()?;
        let mut market = image::<abi::margin::Market>(self.preimage.account(), at)?;
        let symbol = market.symbol;
        let bump = [bump_of(&self.market, &[MARKET_SEED, &symbol])?];
        market.version = VERSION;
        market.min_reader = MIN_READER;
        [market.bump] = bump;
        market.reserved_head = Zeroable::zeroed();
        market.reserved = Zeroable::zeroed();
        emit!(MarketRestored {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: market.seq.get(),
            market: *self.market.address(),
            quote_balances_atoms: market.quote_balances_atoms.get(),
            base_balances_atoms: market.base_balances_atoms.get(),
            insurance_atoms: market.insurance_atoms.get(),
            open_interest_lots: market.open_interest_lots.get(),
        });
        write(&self.payer, &mut self.market, &[MARKET_SEED, &symbol, &bump], &market)
    }
}
