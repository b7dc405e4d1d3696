//! The governor narrows a custody while new code of its controller's is on a canary step, and widens it with each step.
use crate::events::RolloutLimited;
use crate::state::{Config, Custody};
use crate::BreakerError;
use abi::config::CONFIG_SEED;
use anchor_lang::prelude::*;
use policy::rollout::WHOLE_BPS;

#[derive(Accounts)]
pub struct RolloutSet {
    #[account(address = config.authority @ BreakerError::NotAuthority)]
    pub authority: Signer,
    #[account(seeds = [CONFIG_SEED], bump = config.bump)]
    pub config: Account<Config>,
    /// No seeds: only `custody_open` creates accounts of this kind, and any of them may be narrowed.
    #[account(mut, constraint = custody.is_free() @ BreakerError::CustodyHeld)]
    pub custody: Account<Custody>,
}

impl RolloutSet {
    /// Authority: the config's authority, the governor's PDA.
    /// Effects: new risk leads to `lots` of open interest at most, and `window_bps` of each window are open, in windows that run, too. The
    /// whole of them ends the rollout: the custody's own limits hold again.
    /// Errors: `CustodyHeld`, `NotAuthority`, `RolloutShareOutOfBounds`.
    pub fn rollout_set(&mut self, lots: u64, window_bps: u16) -> Result<()> {
        require!((1..=WHOLE_BPS).contains(&window_bps), BreakerError::RolloutShareOutOfBounds);
        let (slot, unix_s) = shared::now()?;
        let ends = window_bps == WHOLE_BPS && lots == u64::MAX;
        self.custody.rollout_lots = if ends { 0 } else { lots }.into();
        self.custody.rollout_window_bps = if ends { 0 } else { window_bps }.into();
        for vault in 0..self.custody.vaults.len() {
            let (flow, limits) = self.custody.flow(vault)?;
            self.custody.flow_record(vault, flow.tightened(&limits))?;
        }
        let seq = self.custody.seq_next()?;
        emit!(RolloutLimited { slot, unix_s, seq, custody: *self.custody.address(), lots, window_bps });
        Ok(())
    }
}
