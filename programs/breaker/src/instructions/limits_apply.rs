//! Applies looser limits that have waited long enough.
use crate::events::LimitsApplied;
use crate::state::Custody;
use crate::BreakerError;
use anchor_lang::prelude::*;
use bytemuck::Zeroable;

#[derive(Accounts)]
pub struct LimitsApply {
    /// No seeds: only `custody_open` creates accounts of this kind.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
}

impl LimitsApply {
    /// Authority: anyone, 48 hours after the limits were proposed.
    /// Effects: the waiting limits replace the present ones.
    /// Errors: `CustodyHeld`, `LimitsNotPending`, `LimitsTooEarly`.
    fn validate(&self, now_unix_s: i64) -> Result<()> {
        let ready_unix_s = self.custody.pending_unix_s.get();
        require!(ready_unix_s != 0, BreakerError::LimitsNotPending);
        require!(now_unix_s >= ready_unix_s, BreakerError::LimitsTooEarly);
        Ok(())
    }

    pub fn limits_apply(&mut self) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(unix_s)?;
        self.custody.limits = self.custody.pending;
        self.custody.pending = Zeroable::zeroed();
        self.custody.pending_unix_s = 0.into();
        let seq = self.custody.seq_next()?;
        emit!(LimitsApplied { slot, unix_s, seq, custody: *self.custody.address() });
        Ok(())
    }
}
