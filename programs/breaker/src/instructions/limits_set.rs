//! Changes a custody's limits: tighter at once, looser after a delay.
use crate::events::LimitsChanged;
use crate::limits::LimitTerms;
use crate::state::{Config, Custody};
use crate::{BreakerError, TIME_DIVISOR};
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use bytemuck::Zeroable;
use policy::LOOSEN_S;

#[derive(Accounts)]
pub struct LimitsSet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    /// No seeds: only `custody_open` creates accounts of this kind, and any of them may be changed.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
}

impl LimitsSet {
    /// Authority: the config's authority.
    /// Effects: limits no looser than the present ones take effect at once, in windows that run, too, and end whatever waits; others wait
    /// for 48 hours.
    /// Errors: `CustodyHeld`, `NotAuthority`, `WindowOutOfBounds`, `OpenInterestCapZero`.
    pub fn limits_set(&mut self, limits: &LimitTerms) -> Result<()> {
        limits.validate()?;
        let (slot, unix_s) = shared::now()?;
        let tightens = limits.within(&self.custody.limits);
        let ready_unix_s = if tightens {
            self.custody.limits = limits.stored();
            self.custody.pending = Zeroable::zeroed();
            for vault in 0..self.custody.vaults.len() {
                let (flow, limits) = self.custody.flow(vault)?;
                self.custody.flow_record(vault, flow.tightened(&limits))?;
            }
            0
        } else {
            self.custody.pending = limits.stored();
            let delay_s = policy::scaled(LOOSEN_S, TIME_DIVISOR);
            unix_s.checked_add(delay_s).ok_or(BreakerError::TimeOverflow)?
        };
        self.custody.pending_unix_s = ready_unix_s.into();
        let seq = self.custody.seq_next()?;
        emit!(LimitsChanged { slot, unix_s, seq, custody: *self.custody.address(), ready_unix_s });
        Ok(())
    }
}
