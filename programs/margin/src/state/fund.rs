//! The global insurance fund's books. Its tokens equal its balance and what tickets have yet to pay: every change of one is of the other.
use super::{Fund, Stake};
use crate::errors::MarginError;
use crate::TIME_DIVISOR;
use anchor_lang::prelude::*;
use risk::fund::{shares_floor, worth_floor, Draws, FundError, NOTICE_S};

impl From<FundError> for MarginError {
    fn from(error: FundError) -> Self {
        match error {
            FundError::StakeTooSmall => Self::StakeTooSmall,
            FundError::SharesTooMany => Self::SharesTooMany,
            FundError::FundEmpty => Self::FundEmpty,
            FundError::Overflow => Self::AmountOverflow,
        }
    }
}

impl Fund {
    pub fn next_seq(&mut self) -> Result<u64> {
        let seq = plus(self.seq.get(), 1)?;
        self.seq = seq.into();
        Ok(seq)
    }

    /// Counts a stake.
    pub fn record_opened(&mut self) -> Result<()> {
        self.records_open = shared::opened(self.records_open.get()).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }

    /// Counts one less.
    pub fn record_closed(&mut self) -> Result<()> {
        self.records_open = shared::closed(self.records_open.get()).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }

    /// Books a stake. Returns the shares it bought.
    pub fn stake(&mut self, stake: &mut Stake, amount: u64) -> Result<u64> {
        let bought = shares_floor(amount, self.balance_atoms.get(), self.shares.get()).map_err(MarginError::from)?;
        self.balance_atoms = plus(self.balance_atoms.get(), amount)?.into();
        self.shares = plus(self.shares.get(), bought)?.into();
        stake.shares = plus(stake.shares.get(), bought)?.into();
        Ok(bought)
    }

    /// Ends the shares whose notice is over. Returns what they are worth.
    pub fn claim(&mut self, stake: &mut Stake) -> Result<u64> {
        let (balance, shares, leaving) = (self.balance_atoms.get(), self.shares.get(), stake.leaving_shares.get());
        let worth = worth_floor(leaving, balance, shares).map_err(MarginError::from)?;
        // BOUND: `worth_floor` has refused more shares than there are, and pays at most the balance.
        self.balance_atoms = balance.saturating_sub(worth).into();
        self.shares = shares.saturating_sub(leaving).into();
        stake.leaving_shares = 0.into();
        stake.leaving_unix_s = 0.into();
        Ok(worth)
    }

    /// The window of 24 hours that `now` lies in.
    pub fn draws(&self, now_unix_s: i64) -> Draws {
        let stored = Draws {
            since_unix_s: self.window_unix_s.get(),
            opening: self.window_opening_atoms.get(),
            drawn: self.window_drawn_atoms.get(),
        };
        stored.at(self.balance_atoms.get(), now_unix_s, TIME_DIVISOR)
    }

    /// What one event that has taken `taken` may still take now. INVARIANT(M-8): within both caps.
    pub fn available(&self, taken: u64, now_unix_s: i64) -> Result<risk::waterfall::Fund> {
        let available = self.draws(now_unix_s).available(self.balance_atoms.get(), taken, now_unix_s);
        Ok(available.map_err(MarginError::from)?)
    }

    /// Takes a loss out of the fund.
    pub fn draw(&mut self, amount: u64, now_unix_s: i64) -> Result<()> {
        let draws = self.draws(now_unix_s);
        let left = self.balance_atoms.get().checked_sub(amount).ok_or(MarginError::AmountOverflow)?;
        self.window_unix_s = draws.since_unix_s.into();
        self.window_opening_atoms = draws.opening.into();
        self.window_drawn_atoms = plus(draws.drawn, amount)?.into();
        self.balance_atoms = left.into();
        Ok(())
    }
}

impl Stake {
    /// Puts shares on notice; for those that are on it already, the notice begins anew.
    pub fn leave(&mut self, shares: u64, now_unix_s: i64) -> Result<()> {
        let left = self.shares.get().checked_sub(shares).ok_or(MarginError::SharesTooMany)?;
        let notice_s = NOTICE_S.checked_div(i64::from(TIME_DIVISOR)).unwrap_or(NOTICE_S);
        self.shares = left.into();
        self.leaving_shares = plus(self.leaving_shares.get(), shares)?.into();
        self.leaving_unix_s = now_unix_s.checked_add(notice_s).ok_or(MarginError::AmountOverflow)?.into();
        Ok(())
    }
}

fn plus(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| MarginError::AmountOverflow.into())
}
