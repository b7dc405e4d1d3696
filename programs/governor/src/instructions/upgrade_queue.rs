//! Starts the delay of an upgrade that has its approvals, and takes its program's rollout.
use crate::events::ProposalQueued;
use crate::state::{level, now, Adoption, Council, Proposal, Rollout};
use crate::{code, GovernorError, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::{self, Moment, State};
use policy::{Class, Level, Scope, Upgrade};

#[derive(Accounts)]
pub struct UpgradeQueue {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any upgrade of this governor that meets its threshold.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program that the proposal names.
    pub adoption: Account<Adoption>,
    #[account(mut, constraint = rollout.program == adoption.program @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    #[account(address = proposal.rollback_buffer @ GovernorError::RollbackBufferSwapped)]
    pub rollback_buffer: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    #[account(mut, address = crate::BRAKE @ GovernorError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl UpgradeQueue {
    /// Authority: anyone.
    /// Effects: fixes the earliest execution on both clocks; no other upgrade of the program can be queued until this one ends. The freeze
    /// that an emergency patch needs is held until it can have been carried out.
    /// Errors: `NotSysvar`, `DurableNonce`, `ActionOtherKind`, every reason of `queue`, `ProgramSwapped`, `RolloutSwapped`,
    /// `PreviousHashMismatch`, `RollbackNotStaged`, `RollbackBufferSwapped`, `RollbackHashMismatch`, `UpgradeActive`,
    /// `EmergencyWithoutFreeze`, and the breaker's.
    fn validate(&self) -> Result<(Moment, Upgrade)> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        let upgrade = self.proposal.upgrade()?;
        let rules = self.proposal.rules()?;
        let ready =
            proposal::queue(&rules, &self.council.rules(), &now()?, TIME_DIVISOR).map_err(GovernorError::from)?;
        require!(self.adoption.program.to_bytes() == upgrade.program, GovernorError::ProgramSwapped);
        require!(self.adoption.elf_hash == upgrade.previous_hash, GovernorError::PreviousHashMismatch);
        if !upgrade.forward_only {
            self.rollback_check()?;
        }
        Ok((ready, upgrade))
    }

    /// The way back is there before anybody is committed to the way forward.
    fn rollback_check(&self) -> Result<()> {
        require!(self.proposal.rollback_buffer != Address::default(), GovernorError::RollbackNotStaged);
        let (buffer, authority) = (self.rollback_buffer.account(), self.governor_authority.address());
        code::rollback_check(buffer, authority, &self.adoption)
    }

    pub fn upgrade_queue(&mut self) -> Result<()> {
        let (ready, upgrade) = self.validate()?;
        let now = now()?;
        let emergency = self.proposal.class == Class::Emergency.byte();
        // A world without a brake has none to stand at level 3: only an emergency asks.
        let level = if emergency { level(self.brake.account(), now.unix_s)? } else { Level::Normal };
        let scope = Scope::of(&upgrade.program);
        let machine = self.rollout.machine()?.claim(scope, emergency, upgrade.forward_only, level, &now);
        let machine = machine.map_err(GovernorError::from)?;
        let rules = self.proposal.rules()?;
        self.proposal.record(proposal::Proposal { state: State::Queued, ready, objections: 0, ..rules });
        self.rollout.proposal = self.proposal.id;
        let stamp = self.rollout.advance(machine, &mut self.council)?;
        emit!(ProposalQueued {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            id: self.proposal.id.get(),
            ready_slot: ready.slot,
            ready_unix_s: ready.unix_s,
        });
        // Above level 3 a migration runs, which ends in a freeze by itself.
        if emergency && level == Level::Frozen {
            self.freeze_hold()
        } else {
            Ok(())
        }
    }

    fn freeze_hold(&mut self) -> Result<()> {
        let accounts = breaker::cpi::accounts::LevelSet {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            brake: self.brake.cpi_handle_mut(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        breaker::cpi::level_set(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), Level::Frozen.byte())
    }
}
