//! Restores the code from before an upgrade.
use crate::events::ProgramRolledBack;
use crate::loader::Upgrade;
use crate::state::{now, Adoption, Council, Proposal, Rollout};
use crate::{code, loader, vote, GovernorError, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::{self, Stage};

#[derive(Accounts)]
pub struct UpgradeRollback {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program that the proposal names.
    #[account(mut)]
    pub adoption: Account<Adoption>,
    #[account(mut, constraint = rollout.program == adoption.program @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    #[account(mut, address = adoption.program @ GovernorError::ProgramSwapped)]
    pub program: UncheckedAccount,
    #[account(mut, address = adoption.program_data @ GovernorError::ProgramDataSwapped)]
    pub program_data: UncheckedAccount,
    /// Checked by the handler: the proposal's, where it has one.
    #[account(mut)]
    pub rollback_buffer: UncheckedAccount,
    /// Takes the buffer's lamports.
    #[account(mut, address = proposal.proposer @ GovernorError::SpillRedirected)]
    pub spill: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = crate::BRAKE @ GovernorError::BrakeUnreadable)]
    pub brake: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::rent::RENT_ID @ GovernorError::NotSysvar)]
    pub rent: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::clock::CLOCK_ID @ GovernorError::NotSysvar)]
    pub clock: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
}

impl UpgradeRollback {
    /// Authority: anyone, after a failed or overdue verification or a missed ratification; or by a vote in the remaining account.
    /// Effects: the program runs the code from before the upgrade from the next slot on. Of a program that holds positions, accounts then
    /// are verified again. INVARIANT(G-10): there is no other code to go back to.
    /// Errors: `RolloutOfAnother`, `RolloutSwapped`, `ProgramSwapped`, `RolloutStageWrong`, `RollbackUnfounded`, `RollForwardOnly`,
    /// `VoteWrong`, `RollbackBufferSwapped`, `NotBuffer`, `BufferAuthorityLost`, `BufferLengthMismatch`, and after the call `TailNotZero`, `DeployedHashMismatch`.
    fn validate(&self, remaining: &[AccountView]) -> Result<(rollout::Rollout, [u8; 32], u32)> {
        self.rollout.held_by(&self.proposal)?;
        let upgrade = self.proposal.upgrade()?;
        require!(self.adoption.program.to_bytes() == upgrade.program, GovernorError::ProgramSwapped);
        let now = now()?;
        let brake = self.brake.account();
        let ground = vote::ground(remaining, &self.council, &self.adoption, &self.rollout, brake, &now)?;
        let machine = self.rollout.machine()?.rollback(ground, &now, TIME_DIVISOR).map_err(GovernorError::from)?;
        let own = *self.rollback_buffer.address() == self.proposal.rollback_buffer;
        require!(own, GovernorError::RollbackBufferSwapped);
        let (hash, len) = (self.adoption.previous_hash, self.adoption.previous_len.get());
        let authority = self.governor_authority.address();
        let lost = GovernorError::BufferAuthorityLost;
        code::buffer_held(self.rollback_buffer.account(), authority, len, lost)?;
        Ok((machine, hash, len))
    }

    pub fn upgrade_rollback(&mut self, remaining: &[AccountView]) -> Result<()> {
        let (machine, elf_hash, elf_len) = self.validate(remaining)?;
        let (program, failed_hash) = (self.adoption.program, self.adoption.elf_hash);
        self.adoption.elf_hash = elf_hash;
        self.adoption.elf_len = elf_len.into();
        if machine.stage == Stage::Idle {
            self.proposal.state = State::RolledBack.byte();
        }
        let stamp = self.rollout.advance(machine, &mut self.council)?;
        self.adoption.upgraded_slot = stamp.slot.into();
        emit!(ProgramRolledBack {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            id: self.proposal.id.get(),
            program,
            elf_hash,
            failed_hash,
        });
        let accounts = Upgrade {
            program_data: &mut self.program_data,
            program: &mut self.program,
            buffer: &mut self.rollback_buffer,
            spill: &mut self.spill,
            rent: &self.rent,
            clock: &self.clock,
            authority: &self.governor_authority,
        };
        loader::upgrade(accounts, self.council.authority_bump);
        code::deployed_check(self.program_data.account(), &elf_hash, elf_len)
    }
}
