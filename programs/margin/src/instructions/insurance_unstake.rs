//! Gives notice for shares of the insurance fund.
use crate::errors::MarginError;
use crate::events::{StakeChanged, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Fund, Stake};
use anchor_lang::address_eq;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
pub struct InsuranceUnstake {
    pub owner: Signer,
    #[account(mut)]
    pub fund: Account<Fund>,
    #[account(
        mut,
        constraint = address_eq(&stake.fund, fund.address()) @ MarginError::StakeOfAnotherFund,
        constraint = address_eq(&stake.owner, owner.address()) @ MarginError::NotStakeOwner
    )]
    pub stake: Account<Stake>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
}

impl InsuranceUnstake {
    /// Authority: the owner.
    /// Effects: six days from now the shares may be claimed; until then they bear losses as before. Shares that are on notice already
    /// wait for as long as those that join them.
    /// Errors: `AmountZero`, `LevelForbids` while accounts are migrated, `SharesTooMany`.
    pub fn insurance_unstake(&mut self, shares: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        require!(shares > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Withdraw, stamp.unix_s)?;
        self.stake.leave(shares, stamp.unix_s)?;
        emit!(StakeChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.fund.next_seq()?,
            fund: self.stake.fund,
            owner: self.stake.owner,
            atoms: 0,
            shares: self.stake.shares.get(),
            leaving_shares: self.stake.leaving_shares.get(),
            leaving_unix_s: self.stake.leaving_unix_s.get(),
            fund_balance_atoms: self.fund.balance_atoms.get(),
            fund_shares: self.fund.shares.get(),
        });
        Ok(())
    }
}
