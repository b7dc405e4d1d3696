//! Balances. INVARIANT(M-1): for each token, what the custody's vault holds = the sum of balances + insurance + fees + clearing.
//!
//! Every balance changes here and nowhere else, and every change moves the market's running sum by the same amount.
use super::{Expiry, MarginAccount, Market};
use crate::errors::MarginError;
use anchor_lang::prelude::*;
use risk::fill::FillCash;
use units::{BaseAtoms, QuoteAtoms};

/// What is paid for a slice: the price, and the two halves of the fee that comes out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlicePayment {
    pub price: QuoteAtoms,
    pub insurance: QuoteAtoms,
    pub opener: QuoteAtoms,
}

/// One of a market's two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Base,
    Quote,
}

impl Market {
    /// Raises a balance. Against it stands a deposit, or a debit elsewhere.
    pub fn credit(&mut self, account: &mut MarginAccount, token: Token, atoms: u64) -> Result<()> {
        match token {
            Token::Base => {
                account.base_atoms = sum(account.base_atoms.get(), atoms)?.into();
                self.base_balances_atoms = sum(self.base_balances_atoms.get(), atoms)?.into();
                Ok(())
            }
            Token::Quote => self.quote_move(account, QuoteAtoms(signed(atoms)?)),
        }
    }

    /// Lowers a balance. Base never goes below zero; how low quote may go is the caller's check.
    pub fn debit(&mut self, account: &mut MarginAccount, token: Token, atoms: u64) -> Result<()> {
        match token {
            Token::Base => {
                let left = account.base_atoms.get().checked_sub(atoms).ok_or(MarginError::BaseBalanceTooLow)?;
                account.base_atoms = left.into();
                // BOUND: the sum holds this account's balance, which was at least `atoms`.
                let sum = self.base_balances_atoms.get().checked_sub(atoms).ok_or(MarginError::AmountOverflow)?;
                self.base_balances_atoms = sum.into();
                Ok(())
            }
            Token::Quote => {
                let change = signed(atoms)?.checked_neg().ok_or(MarginError::AmountOverflow)?;
                self.quote_move(account, QuoteAtoms(change))
            }
        }
    }

    /// Books the cash of a fill. INVARIANT(M-3): the four amounts sum to zero.
    pub fn fill_book(&mut self, taker: &mut MarginAccount, maker: &mut MarginAccount, cash: &FillCash) -> Result<()> {
        self.quote_move(taker, cash.taker)?;
        self.quote_move(maker, cash.maker)?;
        self.insurance_atoms = sum(self.insurance_atoms.get(), unsigned(cash.insurance.0)?)?.into();
        self.fees_atoms = sum(self.fees_atoms.get(), unsigned(cash.fees.0)?)?.into();
        Ok(())
    }

    /// Passes quote from one account to another; a negative amount is a debt that is taken over.
    pub fn quote_pass(&mut self, from: &mut MarginAccount, to: &mut MarginAccount, amount: QuoteAtoms) -> Result<()> {
        let taken = QuoteAtoms::ZERO.checked_sub(amount).ok_or(MarginError::AmountOverflow)?;
        self.quote_move(from, taken)?;
        self.quote_move(to, amount)
    }

    /// Passes base from one account to another.
    pub fn base_pass(&mut self, from: &mut MarginAccount, to: &mut MarginAccount, amount: BaseAtoms) -> Result<()> {
        self.debit(from, Token::Base, amount.0)?;
        self.credit(to, Token::Base, amount.0)
    }

    /// Books what a slice's taker pays and where it goes. The parts sum to what is paid.
    pub fn slice_book(
        &mut self,
        from: &mut MarginAccount,
        taker: &mut MarginAccount,
        paid: &SlicePayment,
    ) -> Result<()> {
        self.quote_pass(taker, from, paid.price)?;
        let fee = paid.insurance.checked_add(paid.opener).ok_or(MarginError::AmountOverflow)?;
        let charged = QuoteAtoms::ZERO.checked_sub(fee).ok_or(MarginError::AmountOverflow)?;
        self.quote_move(from, charged)?;
        self.insurance_atoms = sum(self.insurance_atoms.get(), unsigned(paid.insurance.0)?)?.into();
        self.clearing_atoms =
            self.clearing_atoms.get().checked_add(paid.opener.0).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }

    /// Pays whoever takes over an insolvent account, out of insurance. INVARIANT(M-8): never more than insurance holds.
    pub fn insolvency_book(&mut self, taker: &mut MarginAccount, payment: u64) -> Result<()> {
        let left = self.insurance_atoms.get().checked_sub(payment).ok_or(MarginError::AmountOverflow)?;
        self.insurance_atoms = left.into();
        self.quote_move(taker, QuoteAtoms(signed(payment)?))
    }

    /// Takes tokens that have come in from the global fund.
    pub fn insurance_receive(&mut self, atoms: u64) -> Result<()> {
        self.insurance_atoms = sum(self.insurance_atoms.get(), atoms)?.into();
        Ok(())
    }

    /// Pays an opener what was held back for it.
    pub fn opener_book(&mut self, opener: &mut MarginAccount, fee: u64) -> Result<()> {
        self.clearing_atoms = difference(self.clearing_atoms.get(), signed(fee)?)?.into();
        self.quote_move(opener, QuoteAtoms(signed(fee)?))
    }

    /// Leaves what was held back for an opener that is gone to insurance.
    pub fn opener_forfeit(&mut self, fee: u64) -> Result<()> {
        self.clearing_atoms = difference(self.clearing_atoms.get(), signed(fee)?)?.into();
        self.insurance_receive(fee)
    }

    /// Pays an account's settlement out of the expiry's clearing, or takes it in. The last account's leaves the rounding to insurance.
    pub fn settlement_book(
        &mut self,
        expiry: &mut Expiry,
        account: &mut MarginAccount,
        cash: QuoteAtoms,
    ) -> Result<()> {
        self.quote_move(account, cash)?;
        self.redemption_book(expiry, cash)
    }

    /// Takes what leaves for the holders of tokens out of the expiry's clearing, as [`Self::settlement_book`] does for accounts.
    pub fn redemption_book(&mut self, expiry: &mut Expiry, cash: QuoteAtoms) -> Result<()> {
        let clearing = difference(expiry.clearing_atoms.get(), cash.0)?;
        self.clearing_atoms = difference(self.clearing_atoms.get(), cash.0)?.into();
        if expiry.unsettled_lots.get() > 0 {
            expiry.clearing_atoms = clearing.into();
            return Ok(());
        }
        // BOUND: shorts paid in the ceiling of what longs were paid the floor of, lot for lot, so the rest is not negative.
        self.insurance_atoms = sum(self.insurance_atoms.get(), unsigned(clearing)?)?.into();
        self.clearing_atoms = difference(self.clearing_atoms.get(), clearing)?.into();
        expiry.clearing_atoms = 0.into();
        Ok(())
    }

    /// Takes fees out. Returns what is left.
    pub fn fees_take(&mut self, atoms: u64) -> Result<u64> {
        let left = self.fees_atoms.get().checked_sub(atoms).ok_or(MarginError::FeesBelowAmount)?;
        self.fees_atoms = left.into();
        Ok(left)
    }

    /// Changes a quote balance, after booking what has become due on it.
    fn quote_move(&mut self, account: &mut MarginAccount, change: QuoteAtoms) -> Result<()> {
        self.balance_refresh(account)?;
        let after = account.quote_atoms.get().checked_add(change.0).ok_or(MarginError::AmountOverflow)?;
        self.quote_write(account, after)
    }

    /// The one place where a quote balance and its sums change.
    pub(super) fn quote_write(&mut self, account: &mut MarginAccount, after: i64) -> Result<()> {
        let before = account.quote_atoms.get();
        let change = difference(after, before)?;
        let balances = self.quote_balances_atoms.get().checked_add(change).ok_or(MarginError::AmountOverflow)?;
        // INVARIANT(V-3): haircuts fall on this sum, and on no vault's escrow.
        let cuttable = account.segregated == 0;
        let positive = |balance: i64| u64::try_from(balance).ok().filter(|_| cuttable).unwrap_or(0);
        let raised = sum(self.positive_balances_atoms.get(), positive(after))?;
        // BOUND: the sum holds what was positive before.
        let lowered = raised.checked_sub(positive(before)).ok_or(MarginError::AmountOverflow)?;
        account.debt_follow(before, after)?;
        account.quote_atoms = after.into();
        self.quote_balances_atoms = balances.into();
        self.positive_balances_atoms = lowered.into();
        Ok(())
    }
}

pub(super) fn sum(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| MarginError::AmountOverflow.into())
}

pub(super) fn difference(a: i64, b: i64) -> Result<i64> {
    a.checked_sub(b).ok_or_else(|| MarginError::AmountOverflow.into())
}

pub(super) fn signed(atoms: u64) -> Result<i64> {
    i64::try_from(atoms).map_err(|_| MarginError::AmountOverflow.into())
}

pub(super) fn unsigned(atoms: i64) -> Result<u64> {
    u64::try_from(atoms).map_err(|_| MarginError::AmountOverflow.into())
}
