//! What becomes due on a quote balance while nobody touches it: a debt's interest, and a positive one's part of a haircut.
//!
//! Both are booked before the balance next changes. Margin counts the haircut at once and the interest since the last change not at all: a
//! fifth a year on the debts of accounts that still hold base.
use super::ledger::{difference, signed, sum, unsigned};
use super::{MarginAccount, Market};
use crate::errors::MarginError;
use anchor_lang::prelude::*;
use risk::debt::interest_ceil;
use risk::waterfall::{quote_now_floor, Cuttable, Haircut, INDEX_ONE_E18};
use units::QuoteAtoms;

impl MarginAccount {
    /// Since when the account has been in debt, as its balance goes from `before` to `after`. The clock is read only where a debt begins.
    pub(super) fn debt_follow(&mut self, before: i64, after: i64) -> Result<()> {
        if after >= 0 {
            self.debt_unix_s = 0.into();
            self.interest_unix_s = 0.into();
        } else if before >= 0 || self.debt_unix_s.get() == 0 {
            let (_, now_unix_s) = shared::now()?;
            self.debt_unix_s = now_unix_s.into();
            self.interest_unix_s = now_unix_s.into();
        }
        Ok(())
    }

    /// The quote balance after the market's haircuts.
    pub fn quote_now(&self, market: &Market) -> Result<QuoteAtoms> {
        let now = quote_now_floor(bytemuck::cast_ref(self), bytemuck::cast_ref(market));
        Ok(now.map_err(|_| MarginError::AmountOverflow)?)
    }
}

impl Market {
    /// Books what has become due on a balance.
    pub fn balance_refresh(&mut self, account: &mut MarginAccount) -> Result<()> {
        if account.quote_atoms.get() < 0 {
            self.interest_book(account)?;
        }
        self.cut_book(account)
    }

    /// Interest runs against base: a debt with nothing behind it is a loss already, and interest on it would be insurance that is not there.
    fn interest_book(&mut self, account: &mut MarginAccount) -> Result<()> {
        let (_, now_unix_s) = shared::now()?;
        let since_unix_s = account.interest_unix_s.get();
        account.interest_unix_s = now_unix_s.into();
        if account.debt_unix_s.get() == 0 {
            // A debt of the time before debts had clocks begins now.
            account.debt_unix_s = now_unix_s.into();
        }
        if since_unix_s == 0 || account.base_atoms.get() == 0 {
            return Ok(());
        }
        let seconds = u64::try_from(now_unix_s.saturating_sub(since_unix_s)).unwrap_or(0);
        let seconds = seconds.saturating_mul(u64::from(self.time_divisor.get()));
        let balance = account.quote_atoms.get();
        let debt = QuoteAtoms(balance.checked_neg().ok_or(MarginError::AmountOverflow)?);
        let interest = interest_ceil(debt, seconds).map_err(|_| MarginError::AmountOverflow)?;
        self.insurance_atoms = sum(self.insurance_atoms.get(), unsigned(interest.0)?)?.into();
        self.quote_write(account, difference(balance, interest.0)?)
    }

    /// What haircuts took of this balance pays what they raised; the dust beyond it goes to insurance.
    fn cut_book(&mut self, account: &mut MarginAccount) -> Result<()> {
        if account.segregated == 1 || account.index_lost_e18 == self.index_lost_e18 {
            return Ok(());
        }
        let after = account.quote_now(self)?.0;
        let cut = unsigned(difference(account.quote_atoms.get(), after)?)?;
        let paid = cut.min(self.haircut_due_atoms.get());
        // BOUND: both are at most the cut.
        let (dust, due) = (cut.saturating_sub(paid), self.haircut_due_atoms.get().saturating_sub(paid));
        self.haircut_due_atoms = due.into();
        self.clearing_atoms =
            self.clearing_atoms.get().checked_add(signed(paid)?).ok_or(MarginError::AmountOverflow)?.into();
        self.insurance_atoms = sum(self.insurance_atoms.get(), dust)?.into();
        account.index_lost_e18 = self.index_lost_e18;
        self.quote_write(account, after)
    }

    /// The positive balances that a haircut can fall on: all but vaults' escrow, and that of the insolvent account that it is for, which is up
    /// to date. What that account lost would be missing once more.
    pub fn cuttable(&self, but: &MarginAccount) -> Result<Cuttable> {
        let exempt = u64::try_from(but.quote_atoms.get()).unwrap_or(0);
        let stored = self.positive_balances_atoms.get().checked_sub(exempt).ok_or(MarginError::AmountOverflow)?;
        Ok(Cuttable {
            index_e18: index(self.index_lost_e18.get()),
            stored: QuoteAtoms(signed(stored)?),
            due: QuoteAtoms(signed(self.haircut_due_atoms.get())?),
            accounts: self.accounts_opened.get(),
        })
    }

    /// Moves what a haircut raises to insurance, ahead of its collection; `but` goes to the new index as it is.
    pub fn haircut_book(&mut self, haircut: &Haircut, but: &mut MarginAccount) -> Result<()> {
        let raised = unsigned(haircut.raised.0)?;
        self.index_lost_e18 = INDEX_ONE_E18.saturating_sub(haircut.index_e18).into();
        but.index_lost_e18 = self.index_lost_e18;
        self.haircut_due_atoms = sum(self.haircut_due_atoms.get(), raised)?.into();
        self.clearing_atoms = difference(self.clearing_atoms.get(), haircut.raised.0)?.into();
        self.insurance_atoms = sum(self.insurance_atoms.get(), raised)?.into();
        Ok(())
    }
}

fn index(lost_e18: u64) -> u64 {
    INDEX_ONE_E18.saturating_sub(lost_e18)
}
