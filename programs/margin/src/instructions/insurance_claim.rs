//! Pays the shares whose notice is over.
use crate::custody::{self, BreakerProgram};
use crate::errors::MarginError;
use crate::events::{StakeChanged, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Fund, Stake};
use anchor_lang::prelude::*;
use anchor_lang::{address_eq, AccountClose};
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;

#[derive(Accounts)]
pub struct InsuranceClaim {
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
    #[account(address = fund.mint @ MarginError::MintOfAnotherFund)]
    pub mint: Account<Mint>,
    #[account(mut, address = fund.custody @ MarginError::CustodyOfAnotherFund)]
    pub custody: UncheckedAccount,
    #[account(mut, address = fund.tokens @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    /// Any token account of the mint: the owner chooses. The token program holds it to the mint.
    #[account(mut)]
    pub destination: UncheckedAccount,
    /// Pays the rent of a ticket if there is one, and gets that of a stake that holds nothing any more: the owner signs beside it. `dup`: a
    /// signer's view gives no access to data, so the owner may pay.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// Created by the breaker if the amount has to wait: it derives and checks the address.
    #[account(mut)]
    pub ticket: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub breaker_program: Program<BreakerProgram>,
    pub system_program: Program<System>,
}

impl InsuranceClaim {
    /// Authority: the owner.
    /// Effects: the shares on notice end, and what they are worth now is paid, or waits under a ticket. A stake without shares is closed.
    /// Errors: `LevelForbids` while accounts are migrated, `NoticeMissing`, `NoticeRunning`; the breaker's.
    fn validate(&self, stamp: &Stamp) -> Result<()> {
        level_require(self.brake.account(), Action::Withdraw, stamp.unix_s)?;
        require!(self.stake.leaving_shares.get() > 0, MarginError::NoticeMissing);
        require!(stamp.unix_s >= self.stake.leaving_unix_s.get(), MarginError::NoticeRunning);
        Ok(())
    }

    pub fn insurance_claim(&mut self, ticket_id: u64) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(&stamp)?;
        let worth = self.fund.claim(&mut self.stake)?;
        let paid = i64::try_from(worth).map_err(|_| MarginError::AmountOverflow)?;
        emit!(StakeChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.fund.next_seq()?,
            fund: self.stake.fund,
            owner: self.stake.owner,
            atoms: paid.saturating_neg(),
            shares: self.stake.shares.get(),
            leaving_shares: 0,
            leaving_unix_s: 0,
            fund_balance_atoms: self.fund.balance_atoms.get(),
            fund_shares: self.fund.shares.get(),
        });
        // What losses have left worthless ends all the same.
        if worth > 0 {
            custody::stake_release(self, worth, ticket_id)?;
        }
        if self.stake.shares.get() == 0 {
            self.fund.record_closed()?;
            self.stake.close(*self.payer.account())?;
        }
        Ok(())
    }
}
