//! Deploys the code that the council approved, and reads it back.
use crate::events::ProgramUpgraded;
use crate::loader::Upgrade;
use crate::state::{level, now, Adoption, Council, Proposal, Rollout};
use crate::{code, loader, GovernorError, TIME_DIVISOR};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use abi::loader::PROGRAM_DATA_HEADER_LEN;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::{rollout, Level, Scope};

#[derive(Accounts)]
pub struct UpgradeExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
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
    /// Checked by the handler: the buffer that the proposal names.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(address = proposal.rollback_buffer @ GovernorError::RollbackBufferSwapped)]
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
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
}

impl UpgradeExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry; of a program that holds positions, once every
    /// account is recorded under a freeze.
    /// Effects: the program runs the approved bytes from the next slot on; the buffer's lamports go to the proposer. INVARIANT(G-16)
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `RolloutOfAnother`, `RolloutSwapped`,
    /// `AttestationsMissing`, `ProgramSwapped`, `PreviousHashMismatch`, `BufferSwapped`, `NotBuffer`, `BufferAuthorityLost`,
    /// `BufferLengthMismatch`, `ProgramDataTooSmall`, `RollbackBufferSwapped`, `RolloutStageWrong`, `FreezeOverdue`, `NotMigrating`, and
    /// after the call `TailNotZero`, `DeployedHashMismatch`.
    fn validate(&self) -> Result<(rollout::Rollout, [u8; 32], u32)> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        let upgrade = self.proposal.upgrade()?;
        require!(self.adoption.program.to_bytes() == upgrade.program, GovernorError::ProgramSwapped);
        self.rollout.held_by(&self.proposal)?;
        self.proposal.attested_require(&self.council)?;
        require!(self.adoption.elf_hash == upgrade.previous_hash, GovernorError::PreviousHashMismatch);
        require!(self.buffer.address().to_bytes() == upgrade.buffer, GovernorError::BufferSwapped);
        let (hash, len) = (upgrade.elf_hash, upgrade.elf_len);
        let authority = self.governor_authority.address();
        let lost = GovernorError::BufferAuthorityLost;
        code::buffer_held(self.buffer.account(), authority, len, lost)?;
        if !upgrade.forward_only {
            let lost = GovernorError::BufferAuthorityLost;
            code::buffer_held(self.rollback_buffer.account(), authority, self.adoption.elf_len.get(), lost)?;
        }
        let room = self.program_data.account().data_len().saturating_sub(PROGRAM_DATA_HEADER_LEN);
        require!(usize::try_from(len).is_ok_and(|len| len <= room), GovernorError::ProgramDataTooSmall);
        let (machine, now) = (self.rollout.machine()?, now()?);
        if machine.scope == Scope::Positions {
            // Nobody else sets this level, and one freeze does not follow another within its time: it has stood since the snapshot began.
            let migrating = level(self.brake.account(), now.unix_s)? == Level::Migrating;
            let own = self.council.frozen_program == self.adoption.program;
            require!(migrating && own, GovernorError::NotMigrating);
        }
        Ok((machine.execute(&now, TIME_DIVISOR).map_err(GovernorError::from)?, hash, len))
    }

    pub fn upgrade_execute(&mut self) -> Result<()> {
        let (machine, elf_hash, elf_len) = self.validate()?;
        let (program, previous_hash) = (self.adoption.program, self.adoption.elf_hash);
        self.proposal.state = State::Executed.byte();
        let stamp = self.rollout.advance(machine, &mut self.council)?;
        self.adoption.previous_hash = previous_hash;
        self.adoption.previous_len = self.adoption.elf_len;
        self.adoption.elf_hash = elf_hash;
        self.adoption.elf_len = elf_len.into();
        self.adoption.upgrades =
            self.adoption.upgrades.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        self.adoption.upgraded_slot = stamp.slot.into();
        emit!(ProgramUpgraded {
            slot: stamp.slot,
            unix_s: stamp.unix_s,
            seq: stamp.seq,
            id: self.proposal.id.get(),
            program,
            previous_hash,
            elf_hash,
            elf_len
        });
        self.upgrade();
        code::deployed_check(self.program_data.account(), &elf_hash, elf_len)
    }

    fn upgrade(&mut self) {
        let accounts = Upgrade {
            program_data: &mut self.program_data,
            program: &mut self.program,
            buffer: &mut self.buffer,
            spill: &mut self.spill,
            rent: &self.rent,
            clock: &self.clock,
            authority: &self.governor_authority,
        };
        loader::upgrade(accounts, self.council.authority_bump);
    }
}
