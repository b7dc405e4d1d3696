//! Marks a market's insurance, for falls to be measured against.
use crate::events::InsuranceMarked;
use crate::state::Custody;
use crate::{reads, BreakerError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::trip;

#[derive(Accounts)]
pub struct InsuranceMark {
    /// No seeds: only `custody_open` creates accounts of this kind, and the mark is of this one's market.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
    /// Checked by the handler: the custody's controller.
    pub market: UncheckedAccount,
}

impl InsuranceMark {
    /// Authority: anyone, once a day, and at any time to raise the mark. Nobody lowers a mark that serves.
    /// Effects: the mark is the market's insurance now.
    /// Errors: `CustodyHeld`, `MarketUnreadable`, `InsuranceMarkStands`.
    fn validate(&self, unix_s: i64) -> Result<u64> {
        let insurance_atoms = reads::market(self.market.account(), &self.custody)?.insurance_atoms.get();
        let serves = trip::mark_serves(self.custody.insurance_mark_unix_s.get(), unix_s, TIME_DIVISOR);
        let rises = insurance_atoms > self.custody.insurance_mark_atoms.get();
        require!(!serves || rises, BreakerError::InsuranceMarkStands);
        Ok(insurance_atoms)
    }

    pub fn insurance_mark(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        let insurance_atoms = self.validate(unix_s)?;
        self.custody.insurance_mark_atoms = insurance_atoms.into();
        self.custody.insurance_mark_unix_s = unix_s.into();
        let seq = self.custody.seq_next()?;
        emit!(InsuranceMarked { slot, unix_s, seq, custody: *self.custody.address(), insurance_atoms });
        Ok(())
    }
}
