//! Shows that a market's vaults hold what it owes, while new code is on a canary step.
use crate::content::tokens_atoms;
use crate::state::{now, Council, Rollout};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use abi::margin::Market;
use anchor_lang::prelude::*;
use policy::snapshot::liabilities_atoms;

#[derive(Accounts)]
pub struct CanaryCheck {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any rollout of this governor on a canary step.
    #[account(mut)]
    pub rollout: Account<Rollout>,
    /// Checked by the handler: a market of margin.
    pub market: UncheckedAccount,
    /// Checked by the handler: the market's.
    pub quote_tokens: UncheckedAccount,
    /// Checked by the handler: the market's.
    pub base_tokens: UncheckedAccount,
}

impl CanaryCheck {
    /// Authority: anyone.
    /// Effects: counts a clean check, one a slot.
    /// Errors: `RolloutStageWrong`, `CheckedThisSlot`, `MarketUnreadable`, `TokensSwapped`, `MarketInsolvent`.
    fn validate(&self) -> Result<()> {
        let unreadable = |_| GovernorError::MarketUnreadable;
        let market = shared::read::<Market, _>(self.market.account(), &abi::ids::MARGIN, unreadable)?;
        let own = market.quote_tokens == *self.quote_tokens.address().as_array()
            && market.base_tokens == *self.base_tokens.address().as_array();
        require!(own, GovernorError::TokensSwapped);
        let (quote, base) = liabilities_atoms(&market);
        let held = i128::from(tokens_atoms(self.quote_tokens.account())?);
        let solvent = held >= quote && tokens_atoms(self.base_tokens.account())? >= base;
        require!(solvent, GovernorError::MarketInsolvent);
        Ok(())
    }

    pub fn canary_check(&mut self) -> Result<()> {
        self.validate()?;
        let machine = self.rollout.machine()?.check(&now()?).map_err(GovernorError::from)?;
        self.rollout.advance(machine, &mut self.council)?;
        Ok(())
    }
}
