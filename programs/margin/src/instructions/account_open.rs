//! Opens a margin account in one market.
use crate::errors::MarginError;
use crate::events::{AccountOpened, Stamp};
use crate::guard::{level_require, vault_of, BRAKE};
use crate::state::{MarginAccount, Market, ACCOUNT_VERSION, MIN_READER};
use abi::margin::ACCOUNT_SEED;
use anchor_lang::prelude::*;
use policy::Action;

#[derive(Accounts)]
#[instruction(subaccount: u16)]
pub struct AccountOpen {
    /// May be another program's PDA.
    pub owner: Signer,
    /// `dup`: a signer's view gives no access to data, so the owner may pay.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(mut)]
    pub market: Account<Market>,
    #[account(
        init,
        payer = payer,
        seeds = [ACCOUNT_SEED, market.address().as_ref(), owner.address().as_ref(), &subaccount.to_le_bytes()],
        bump
    )]
    pub account: Account<MarginAccount>,
    #[account(address = BRAKE @ MarginError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    pub system_program: Program<System>,
}

impl AccountOpen {
    /// Whether the owner is a vault whose escrow this is, by the vault program's own account.
    fn is_escrow(&self) -> bool {
        vault_of(self.owner.account()).is_ok_and(|vault| vault.escrow_account == self.account.address().to_bytes())
    }

    /// Authority: the owner.
    /// Effects: an empty account under the market's next registry index; a vault's escrow is segregated for good.
    /// Errors: `BrakeUnreadable`, `LevelForbids` while accounts are migrated; the address is taken (system program).
    pub fn account_open(&mut self, subaccount: u16, bumps: &AccountOpenBumps) -> Result<()> {
        let stamp = Stamp::now()?;
        level_require(self.brake.account(), Action::Deposit, stamp.unix_s)?;
        let index = self.market.next_index()?;
        self.account.version = ACCOUNT_VERSION;
        self.account.min_reader = MIN_READER;
        self.account.bump = bumps.account;
        self.account.subaccount = subaccount.into();
        self.account.market = *self.market.address();
        self.account.owner = *self.owner.address();
        self.account.index = index.into();
        self.account.segregated = u8::from(self.is_escrow());
        emit!(AccountOpened {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: self.market.next_seq()?,
            market: *self.market.address(),
            account: *self.account.address(),
            owner: self.account.owner,
            index,
        });
        Ok(())
    }
}
