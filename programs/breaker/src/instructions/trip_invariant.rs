//! Freezes a market whose vaults hold less than it owes.
use crate::state::Custody;
use crate::trips::market_trip;
use crate::{reads, BreakerError};
use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenAccount;
use policy::Trigger;

#[derive(Accounts)]
pub struct TripInvariant {
    /// No seeds: only `custody_open` creates accounts of this kind, and what is proved is about this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
    /// Checked by the handler: the custody's two vaults.
    pub base_tokens: Account<TokenAccount>,
    pub quote_tokens: Account<TokenAccount>,
}

impl TripInvariant {
    /// Authority: anyone, while a vault holds less than balances, insurance, fees, clearing and queue together.
    /// Effects: raises the market to level 3, or renews that level.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `VaultUnknown`, `InvariantHolds`.
    fn validate(&self) -> Result<()> {
        let market = reads::market(self.market.account(), &self.custody)?;
        let covered = reads::is_covered(&self.custody, &market, &self.base_tokens, &self.quote_tokens)?;
        require!(!covered, BreakerError::InvariantHolds);
        Ok(())
    }

    pub fn trip_invariant(&mut self) -> Result<()> {
        self.validate()?;
        market_trip(&mut self.custody, Trigger::Invariant)
    }
}
