//! Closes a market to new risk, for good.
use crate::errors::MarginError;
use crate::events::{MarketDelisted, Stamp};
use crate::state::{Config, Market};
use abi::config::CONFIG_SEED;
use abi::margin::MARKET_DELISTED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct MarketDelist {
    #[account(address = config.authority @ MarginError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    #[account(mut, constraint = market.is_free() @ MarginError::MarketHeld)]
    pub market: Account<Market>,
}

impl MarketDelist {
    /// Authority: the config's authority.
    /// Effects: positions may only shrink, no expiry is listed any more; what is open runs to its settlement, and everybody leaves as ever.
    /// There is no way back: a market that is wanted again is created under another symbol.
    /// Errors: `MarketHeld`, `NotAuthority`, `MarketDelisted`.
    pub fn market_delist(&mut self) -> Result<()> {
        let stamp = Stamp::now()?;
        self.market.require_listed()?;
        self.market.state = MARKET_DELISTED;
        emit!(MarketDelisted {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
        });
        Ok(())
    }
}
