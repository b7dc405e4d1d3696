//! The council lowers a market's level, with the market's sums verified in the same instruction.
use crate::events::LevelRelaxed;
use crate::state::{Config, Custody};
use crate::{reads, BreakerError};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;
use policy::Level;

#[derive(Accounts)]
pub struct MarketLevelRelax {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    /// No seeds: only `custody_open` creates accounts of this kind.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the custody's two vaults.
    pub base_tokens: Account<TokenAccount>,
    pub quote_tokens: Account<TokenAccount>,
}

impl MarketLevelRelax {
    /// Authority: the config's authority, the governor's PDA.
    /// Effects: lowers the market's level in force to `level`.
    /// Errors: `CustodyHeld`, `NotAuthority`, `LevelUnknown`, `MarketUnreadable`, `VaultUnknown`, `InvariantBroken`, `LevelNotDownward`.
    fn validate(&self, level: u8) -> Result<Level> {
        let to = Level::from_byte(level).ok_or(BreakerError::LevelUnknown)?;
        let market = reads::market(self.market.account(), &self.custody)?;
        let covered = reads::is_covered(&self.custody, &market, &self.base_tokens, &self.quote_tokens)?;
        require!(covered, BreakerError::InvariantBroken);
        Ok(to)
    }

    pub fn market_level_relax(&mut self, level: u8) -> Result<()> {
        let to = self.validate(level)?;
        let (slot, unix_s) = shared::now()?;
        let latch = self.custody.latch()?.relax(to, unix_s, true).map_err(BreakerError::from)?;
        self.custody.record(latch);
        let (seq, scope) = (self.custody.seq_next()?, *self.custody.address());
        emit!(LevelRelaxed { slot, unix_s, seq, scope, level });
        Ok(())
    }
}
