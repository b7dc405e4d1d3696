//! Takes over a program's upgrade authority.
use crate::events::ProgramAdopted;
use crate::state::{Adoption, Council, Rollout, Stamp, MIN_READER, VERSION};
use crate::{code, loader, GovernorError, ID};
use abi::governor::{ADOPTION_SEED, AUTHORITY_SEED, COUNCIL_SEED, ROLLOUT_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ProgramAdopt {
    #[account(mut)]
    pub upgrade_authority: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Not read: the address of its ProgramData is derived from it.
    #[account(constraint = *program.address() != ID @ GovernorError::SelfAdoption)]
    pub program: UncheckedAccount,
    /// Checked by the handler: the program's ProgramData.
    #[account(mut)]
    pub program_data: UncheckedAccount,
    #[account(init, payer = upgrade_authority, seeds = [ADOPTION_SEED, program.address().as_ref()], bump)]
    pub adoption: Account<Adoption>,
    #[account(init, payer = upgrade_authority, seeds = [ROLLOUT_SEED, program.address().as_ref()], bump)]
    pub rollout: Account<Rollout>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
    pub system_program: Program<System>,
}

impl ProgramAdopt {
    /// Authority: the program's upgrade authority, who gives it away for good.
    /// Effects: records length and hash of the code, and an idle rollout; the governor's PDA becomes the upgrade authority.
    /// Errors: `SelfAdoption`, `ProgramDataMismatch`, `ProgramFinal`, `NotUpgradeAuthority`, `ElfLenOutOfRange`, `TailNotZero`.
    fn validate(&self, elf_len: u32) -> Result<[u8; 32]> {
        let (program, authority) = (self.program.address(), self.upgrade_authority.address());
        shared::require_upgrade_authority(program, self.program_data.account(), authority, GovernorError::from)?;
        let data = self.program_data.account().try_borrow()?;
        let state = abi::loader::program_data(&data).map_err(|_| GovernorError::ProgramDataMismatch)?;
        code::hash_with_zero_tail(state.code, elf_len)
    }

    pub fn program_adopt(&mut self, elf_len: u32, bumps: &ProgramAdoptBumps) -> Result<()> {
        let elf_hash = self.validate(elf_len)?;
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let program = *self.program.address();
        self.adoption.version = VERSION;
        self.adoption.min_reader = MIN_READER;
        self.adoption.bump = bumps.adoption;
        self.adoption.program = program;
        self.adoption.program_data = *self.program_data.address();
        self.adoption.elf_hash = elf_hash;
        self.adoption.elf_len = elf_len.into();
        self.adoption.adopted_unix_s = unix_s.into();
        self.rollout.version = VERSION;
        self.rollout.min_reader = MIN_READER;
        self.rollout.bump = bumps.rollout;
        self.rollout.program = program;
        self.rollout.record(policy::rollout::Rollout::IDLE);
        emit!(ProgramAdopted { slot, unix_s, seq, program, elf_hash, elf_len });
        let bump = self.council.authority_bump;
        loader::authority_take(&mut self.program_data, &self.upgrade_authority, &self.governor_authority, bump);
        Ok(())
    }
}
