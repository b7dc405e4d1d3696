//! Widens a market to the canary step that its code has reached, and for good once there is no rollout.
use crate::canary::{Narrow, Step};
use crate::state::{Council, Rollout, Snapshot};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::rollout::Stage;

#[derive(Accounts)]
pub struct CanaryApply {
    #[account(seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(constraint = rollout.program == crate::margin::ID @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    /// Checked by the handler: a market of margin.
    pub market: UncheckedAccount,
    /// Checked by the handler on a canary step: the market's snapshot. Not read without a rollout.
    pub snapshot: UncheckedAccount,
    /// Checked by the handler: the market's.
    #[account(mut)]
    pub custody: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl CanaryApply {
    /// Authority: anyone. Until it is called the step before holds, which is narrower.
    /// Effects: the market's cap on new risk and its windows are those of the step.
    /// Errors: `RolloutSwapped`, `RolloutStageWrong`, `SnapshotStale`, `PagesMissing`, `MarketUnreadable`, `CustodyUnreadable`,
    /// `CustodySwapped`, `NotBreaker`, and the breaker's.
    fn validate(&self) -> Result<(Step, u64)> {
        let machine = self.rollout.machine()?;
        match machine.stage {
            Stage::Idle => Ok((Step::NONE, 0)),
            Stage::Canary => {
                let snapshot =
                    Account::<Snapshot>::load(*self.snapshot.account()).map_err(|_| GovernorError::SnapshotStale)?;
                snapshot.current(&self.rollout)?;
                require!(snapshot.sealed != 0, GovernorError::PagesMissing);
                require!(snapshot.market == *self.market.address(), GovernorError::MarketUnreadable);
                let step = Step { cap_bps: machine.canary_bps(), window_bps: machine.window_bps() };
                Ok((step, snapshot.short_lots.get()))
            }
            _ => Err(GovernorError::RolloutStageWrong.into()),
        }
    }

    pub fn canary_apply(&mut self) -> Result<()> {
        let (step, open_lots) = self.validate()?;
        let narrow = Narrow {
            custody: &mut self.custody,
            config: &self.config,
            authority: &self.governor_authority,
            authority_bump: self.council.authority_bump,
        };
        narrow.to(step, self.market.address(), open_lots)
    }
}
