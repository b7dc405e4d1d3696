//! Holds a settlement back, for a day after the expiry at most.
#![allow(unused_variables, reason = "the derive hands instruction arguments to functions that do not all use them")]
use crate::events::SettlementDelayed;
use crate::guard::{guardian_require, BRAKE};
use crate::state::{Feed, Settlement};
use crate::{OracleError, DELAY_MAX_S};
use abi::oracle::{SETTLEMENT_FINAL, SETTLEMENT_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
#[instruction(expiry_unix_s: i64)]
pub struct SettlementDelay {
    #[account(mut)]
    pub payer: Signer,
    /// One of the breaker's guardians. `dup`: a signer's view gives no access to data, so the guardian may pay.
    #[account(unsafe(dup))]
    pub guardian: Signer,
    #[account(address = BRAKE @ OracleError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    /// No seeds: only `feed_create` creates accounts of this kind, and the settlement is bound to this one.
    #[account(mut, constraint = feed.is_free() @ OracleError::FeedHeld)]
    pub feed: Account<Feed>,
    #[account(
        init_if_needed,
        payer = payer,
        seeds = [SETTLEMENT_SEED, feed.address().as_ref(), &expiry_unix_s.to_le_bytes()],
        bump
    )]
    pub settlement: Account<Settlement>,
    pub system_program: Program<System>,
}

impl SettlementDelay {
    /// Authority: a guardian of the breaker.
    /// Effects: the settlement is not final before `not_before_unix_s`. The window that decides is the same as without the delay: it is
    /// captured by `settlement_finalise` as soon as there is one, and the delay writes no price.
    /// Errors: `FeedHeld`, `NotGuardian`, `SettlementIsFinal`, `DelayNotLonger`, `DelayTooLong`.
    fn validate(&self, expiry_unix_s: i64, not_before_unix_s: i64, now_unix_s: i64) -> Result<()> {
        guardian_require(self.brake.account(), self.guardian.address())?;
        require!(self.settlement.state != SETTLEMENT_FINAL, OracleError::SettlementIsFinal);
        let since = self.settlement.not_before_unix_s.get().max(now_unix_s).max(expiry_unix_s);
        require!(not_before_unix_s > since, OracleError::DelayNotLonger);
        let latest = expiry_unix_s.saturating_add(DELAY_MAX_S);
        require!(not_before_unix_s <= latest, OracleError::DelayTooLong);
        Ok(())
    }

    pub fn settlement_delay(
        &mut self,
        expiry_unix_s: i64,
        not_before_unix_s: i64,
        bumps: &SettlementDelayBumps,
    ) -> Result<()> {
        let (slot, unix_s) = shared::now()?;
        self.validate(expiry_unix_s, not_before_unix_s, unix_s)?;
        if self.settlement.version == 0 {
            self.feed.record_opened()?;
        }
        self.settlement.open(*self.feed.address(), expiry_unix_s, bumps.settlement);
        self.settlement.not_before_unix_s = not_before_unix_s.into();
        emit!(SettlementDelayed {
            slot,
            unix_s,
            seq: self.feed.seq.get(),
            feed: *self.feed.address(),
            settlement: *self.settlement.address(),
            expiry_unix_s,
            not_before_unix_s,
            guardian: *self.guardian.address(),
        });
        Ok(())
    }
}
