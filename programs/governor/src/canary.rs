//! What a canary step of margin's new code lets a market do: kept by the breaker, which margin asks at every fill and which pays every
//! token, so that neither has one account more to read.
use crate::GovernorError;
use abi::breaker::Custody;
use abi::governor::AUTHORITY_SEED;
use anchor_lang::prelude::*;
use policy::rollout::{canary_limit, CANARY_BPS, WHOLE_BPS, WINDOW_BPS};

/// How far a market is narrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Share of the cap on open interest that may be added to what was open at the snapshot.
    pub cap_bps: u16,
    pub window_bps: u16,
}

impl Step {
    /// The lowest: all that there is while accounts are verified, and after.
    pub const FIRST: Self = Self { cap_bps: CANARY_BPS[0], window_bps: WINDOW_BPS[0] };
    /// No rollout.
    pub const NONE: Self = Self { cap_bps: WHOLE_BPS, window_bps: WHOLE_BPS };
}

/// Accounts of the call.
pub struct Narrow<'a> {
    pub custody: &'a mut UncheckedAccount,
    pub config: &'a UncheckedAccount,
    pub authority: &'a UncheckedAccount,
    pub authority_bump: u8,
}

impl Narrow<'_> {
    /// Narrows the custody of `market`, which had `open_lots` of open interest at the snapshot, to a step: the shorts', which are all in
    /// accounts, where tokens may stand for longs. INVARIANT(G-13): never beyond
    /// governance's own cap, which is read where governance set it.
    pub fn to(self, step: Step, market: &Address, open_lots: u64) -> Result<()> {
        let lots = {
            let view = self.custody.account();
            let custody = shared::read::<Custody, _>(view, &abi::ids::BREAKER, |_| GovernorError::CustodyUnreadable)?;
            require!(custody.controller == *market.as_array(), GovernorError::CustodySwapped);
            let cap = custody.limits.open_interest_cap_lots.get();
            if step == Step::NONE {
                u64::MAX
            } else {
                canary_limit(cap, open_lots, step.cap_bps)
            }
        };
        let accounts = breaker::cpi::accounts::RolloutSet {
            authority: self.authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            custody: self.custody.cpi_handle_mut(),
        };
        let bump = [self.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        let context = CpiContext::new_with_signer(&breaker::ID, accounts, seeds);
        breaker::cpi::rollout_set(context, lots, step.window_bps)
    }
}
