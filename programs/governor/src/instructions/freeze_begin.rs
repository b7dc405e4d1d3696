//! Makes every account of a program stand still: before an upgrade, or before a rollback.
use crate::state::{now, Adoption, Council, Proposal, Rollout};
use crate::{vote, GovernorError, TIME_DIVISOR};
use abi::config::Config;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::rollout::{self, Stage};
use policy::Level;

#[derive(Accounts)]
pub struct FreezeBegin {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Checked by the handler: the proposal that holds the rollout.
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program that the proposal names.
    pub adoption: Account<Adoption>,
    #[account(mut, constraint = rollout.program == adoption.program @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    #[account(address = crate::MARGIN_CONFIG @ GovernorError::NotMarginConfig)]
    pub margin_config: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    #[account(mut, address = crate::BRAKE @ GovernorError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl FreezeBegin {
    /// Authority: anyone, once the upgrade can be executed; or once a rollback is founded, which a vote in the remaining account may do.
    /// Effects: the brake stands at level 4 for this program, and the record of its accounts begins: its ledger, and every market in margin.
    /// Errors: `RolloutOfAnother`, `RolloutSwapped`, every reason of `may_execute`, `AttestationsMissing`, `NotMarginConfig`,
    /// `RolloutStageWrong`, `AttemptTooSoon`, `RollbackUnfounded`, `RollForwardOnly`, `VoteWrong`, and the breaker's.
    fn validate(&self, remaining: &[AccountView]) -> Result<rollout::Rollout> {
        self.rollout.held_by(&self.proposal)?;
        let (machine, now) = (self.rollout.machine()?, now()?);
        let ground = if machine.stage == Stage::Queued {
            self.proposal.executable(&self.council)?;
            self.proposal.attested_require(&self.council)?;
            None
        } else {
            vote::ground(remaining, &self.council, &self.adoption, &self.rollout, self.brake.account(), &now)?
        };
        let config = shared::read::<Config, _>(self.margin_config.account(), &abi::ids::MARGIN, |_| {
            GovernorError::NotMarginConfig
        })?;
        // The ledger of the program's accounts, and each market's positions where the program is margin.
        let markets = if self.rollout.program == crate::margin::ID { config.markets.get() } else { 0 };
        let parts = markets.checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        Ok(machine.freeze(parts, ground, &now, TIME_DIVISOR).map_err(GovernorError::from)?)
    }

    pub fn freeze_begin(&mut self, remaining: &[AccountView]) -> Result<()> {
        let machine = self.validate(remaining)?;
        let attempt = self.rollout.attempt.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        self.rollout.attempt = attempt.into();
        self.council.frozen_program = self.rollout.program;
        self.rollout.advance(machine, &mut self.council)?;
        let accounts = breaker::cpi::accounts::LevelSet {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            brake: self.brake.cpi_handle_mut(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        breaker::cpi::level_set(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), Level::Migrating.byte())
    }
}
