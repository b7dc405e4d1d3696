//! Ends a freeze that led nowhere, and lowers the brake once accounts need not stand still any more.
use crate::state::{level, now, Council, Proposal, Rollout};
use crate::{GovernorError, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::Stage;
use policy::Level;

#[derive(Accounts)]
pub struct FreezeEnd {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// The proposal that holds the rollout, or held it last.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(mut, constraint = rollout.proposal.get() == proposal.id.get() @ GovernorError::RolloutOfAnother)]
    pub rollout: Account<Rollout>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    #[account(mut, address = crate::BRAKE @ GovernorError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl FreezeEnd {
    /// Whether the brake stands at level 4 for this rollout's program: another's freeze is its own to end.
    fn holds_brake(&self) -> bool {
        self.council.frozen_program == self.rollout.program
    }

    /// Authority: anyone.
    /// Effects: a freeze whose time is over, or whose proposal is gone, goes back to where it began; once every account is verified, or
    /// nothing is to be, the brake comes down from level 4 to level 2, never further. INVARIANT(G-8)
    /// Errors: `RolloutOfAnother`, `FreezeRunning`, `NoFreeze`, and the breaker's.
    pub fn freeze_end(&mut self) -> Result<()> {
        let (now, mut machine) = (now()?, self.rollout.machine()?);
        let restored = machine.stage == Stage::RolledBack;
        if machine.stage.frozen() {
            let gone = self.proposal.gone(&self.council, &now)?;
            machine = machine.thaw(gone, &now, TIME_DIVISOR).map_err(GovernorError::from)?;
            if restored {
                self.proposal.state = State::RolledBack.byte();
            }
        } else {
            let migrating = level(self.brake.account(), now.unix_s)? == Level::Migrating;
            require!(migrating && self.holds_brake(), GovernorError::NoFreeze);
        }
        self.rollout.advance(machine, &mut self.council)?;
        if level(self.brake.account(), now.unix_s)? != Level::Migrating || !self.holds_brake() {
            return Ok(());
        }
        self.council.frozen_program = Address::default();
        let accounts = breaker::cpi::accounts::LevelSet {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            brake: self.brake.cpi_handle_mut(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        breaker::cpi::level_set(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), Level::CloseOnly.byte())
    }
}
