//! Deploys the code that the council approved, and reads it back.
use crate::events::ProgramUpgraded;
use crate::loader::Upgrade;
use crate::state::{Adoption, Council, Proposal, Stamp};
use crate::{code, loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use abi::loader::PROGRAM_DATA_HEADER_LEN;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

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
    #[account(mut, address = adoption.program @ GovernorError::ProgramSwapped)]
    pub program: UncheckedAccount,
    #[account(mut, address = adoption.program_data @ GovernorError::ProgramDataSwapped)]
    pub program_data: UncheckedAccount,
    /// Checked by the handler: the buffer that the proposal names.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    /// Takes the buffer's lamports.
    #[account(mut, address = proposal.proposer @ GovernorError::SpillRedirected)]
    pub spill: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
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
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: the program runs the approved bytes from the next slot on; the buffer's lamports go to the proposer.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `ProgramSwapped`, `BufferSwapped`,
    /// `NotBuffer`, `BufferAuthorityLost`, `BufferLengthMismatch`, `BufferHashMismatch`, `ProgramDataTooSmall`, and after the call
    /// `TailNotZero`, `DeployedHashMismatch`.
    fn validate(&self) -> Result<([u8; 32], u32)> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        let CouncilAction::Upgrade { program, buffer, elf_hash, elf_len } = self.proposal.decision()? else {
            return Err(GovernorError::ActionOtherKind.into());
        };
        require!(self.adoption.program.to_bytes() == program, GovernorError::ProgramSwapped);
        require!(self.buffer.address().to_bytes() == buffer, GovernorError::BufferSwapped);
        let authority = self.governor_authority.address();
        code::buffer_check(self.buffer.account(), authority, &elf_hash, elf_len, GovernorError::BufferAuthorityLost)?;
        let room = self.program_data.account().data_len().saturating_sub(PROGRAM_DATA_HEADER_LEN);
        require!(usize::try_from(elf_len).is_ok_and(|len| len <= room), GovernorError::ProgramDataTooSmall);
        Ok((elf_hash, elf_len))
    }

    pub fn upgrade_execute(&mut self) -> Result<()> {
        let (elf_hash, elf_len) = self.validate()?;
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let (program, previous_hash) = (self.adoption.program, self.adoption.elf_hash);
        self.proposal.state = State::Executed.byte();
        self.adoption.previous_hash = previous_hash;
        self.adoption.elf_hash = elf_hash;
        self.adoption.elf_len = elf_len.into();
        self.adoption.upgrades =
            self.adoption.upgrades.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        self.adoption.upgraded_slot = slot.into();
        emit!(ProgramUpgraded {
            slot,
            unix_s,
            seq,
            id: self.proposal.id.get(),
            program,
            previous_hash,
            elf_hash,
            elf_len
        });
        self.upgrade();
        self.deployed_check(&elf_hash, elf_len)
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

    /// INVARIANT(G-3): what is deployed is what was approved, as read from the account that will run.
    fn deployed_check(&self, elf_hash: &[u8; 32], elf_len: u32) -> Result<()> {
        let data = self.program_data.account().try_borrow()?;
        let state = abi::loader::program_data(&data).map_err(|_| GovernorError::ProgramDataMismatch)?;
        require!(code::hash_with_zero_tail(state.code, elf_len)? == *elf_hash, GovernorError::DeployedHashMismatch);
        Ok(())
    }
}
