//! Puts tokens behind every market of one quote token.
use crate::custody;
use crate::errors::MarginError;
use crate::events::{StakeChanged, Stamp};
use crate::guard::{level_require, BRAKE};
use crate::state::{Fund, Stake, MIN_READER, VERSION};
use abi::margin::STAKE_SEED;
use anchor_lang::prelude::*;
use anchor_spl::token_interface::{Mint, TokenInterface};
use policy::Action;

#[derive(Accounts)]
pub struct InsuranceStake {
    /// Spends from `source`, and owns the stake.
    pub owner: Signer,
    /// `dup`: a signer's view gives no access to data, so the owner may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub fund: Account<Fund>,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [STAKE_SEED, fund.address().as_ref(), owner.address().as_ref()],
        bump
    )]
    pub stake: Account<Stake>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = fund.mint @ MarginError::MintOfAnotherFund)]
    pub mint: Account<Mint>,
    /// No check here: the token program holds it to `mint` and to the owner's signature.
    #[account(mut)]
    pub source: UncheckedAccount,
    #[account(mut, address = fund.tokens @ MarginError::WrongTokenVault)]
    pub tokens: UncheckedAccount,
    pub token_program: Interface<'static, TokenInterface>,
    pub system_program: Program<System>,
}

impl InsuranceStake {
    /// Authority: whoever owns the stake and may spend from `source`.
    /// Effects: the fund grows by `amount`, and the stake by shares at the present price.
    /// Errors: `AmountZero`, `LevelForbids`, `StakeTooSmall`, `FundEmpty`; the token program's when `source` cannot pay.
    fn validate(&self, amount: u64, stamp: &Stamp) -> Result<()> {
        require!(amount > 0, MarginError::AmountZero);
        level_require(self.brake.account(), Action::Deposit, stamp.unix_s)
    }

    pub fn insurance_stake(&mut self, amount: u64, bumps: &InsuranceStakeBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        self.validate(amount, &stamp)?;
        if self.stake.version == 0 {
            self.fund.record_opened()?;
            self.stake.version = VERSION;
            self.stake.min_reader = MIN_READER;
            self.stake.bump = bumps.stake;
            self.stake.fund = *self.fund.address();
            self.stake.owner = *self.owner.address();
        }
        self.fund.stake(&mut self.stake, amount)?;
        emit!(StakeChanged {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.fund.next_seq()?,
            fund: self.stake.fund,
            owner: self.stake.owner,
            atoms: i64::try_from(amount).map_err(|_| MarginError::AmountOverflow)?,
            shares: self.stake.shares.get(),
            leaving_shares: self.stake.leaving_shares.get(),
            leaving_unix_s: self.stake.leaving_unix_s.get(),
            fund_balance_atoms: self.fund.balance_atoms.get(),
            fund_shares: self.fund.shares.get(),
        });
        custody::stake_receive(self, amount)
    }
}
