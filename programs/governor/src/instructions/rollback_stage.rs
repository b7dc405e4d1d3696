//! Stages the way back of an upgrade: the code that runs now, in a buffer of the governor's.
use crate::events::RollbackBufferStaged;
use crate::state::{Adoption, Council, Proposal, Stamp};
use crate::{code, loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct RollbackStage {
    #[account(mut, address = proposal.proposer @ GovernorError::NotProposer)]
    pub proposer: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program that the proposal names.
    pub adoption: Account<Adoption>,
    /// Checked by the handler: a buffer of the proposer, holding the code that runs now and no more.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
}

impl RollbackStage {
    /// Authority: the proposer, before the upgrade is queued.
    /// Effects: the proposal names the buffer, which becomes the governor's.
    /// Errors: `NotProposer`, `ProposalNotDraft`, `ActionOtherKind`, `ProgramSwapped`, `PreviousHashMismatch`, `RollForwardOnly`,
    /// `RollbackStaged`, `NotBuffer`, `BufferAuthorityForeign`, `BufferLengthMismatch`, `BufferHashMismatch`.
    fn validate(&self) -> Result<[u8; 32]> {
        require!(self.proposal.rules()?.state == policy::proposal::State::Draft, GovernorError::ProposalNotDraft);
        let upgrade = self.proposal.upgrade()?;
        require!(self.adoption.program.to_bytes() == upgrade.program, GovernorError::ProgramSwapped);
        require!(self.adoption.elf_hash == upgrade.previous_hash, GovernorError::PreviousHashMismatch);
        require!(!upgrade.forward_only, GovernorError::RollForwardOnly);
        require!(self.proposal.rollback_buffer == Address::default(), GovernorError::RollbackStaged);
        let (hash, len) = (self.adoption.elf_hash, self.adoption.elf_len.get());
        let foreign = GovernorError::BufferAuthorityForeign;
        code::buffer_check(self.buffer.account(), self.proposer.address(), &hash, len, foreign)?;
        Ok(hash)
    }

    pub fn rollback_stage(&mut self) -> Result<()> {
        let elf_hash = self.validate()?;
        let buffer = *self.buffer.address();
        self.proposal.rollback_buffer = buffer;
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(RollbackBufferStaged { slot, unix_s, seq, id: self.proposal.id.get(), buffer, elf_hash });
        loader::authority_take(&mut self.buffer, &self.proposer, &self.governor_authority, self.council.authority_bump);
        Ok(())
    }
}
