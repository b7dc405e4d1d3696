//! Proposes new code for an adopted program, and takes the buffer that holds it.
use crate::state::{Adoption, Council, Proposal};
use crate::{code, loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct UpgradePropose {
    #[account(mut)]
    pub proposer: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Names the program to upgrade. Any adoption of this governor will do: members approve the program it names.
    pub adoption: Account<Adoption>,
    /// Checked by the handler: a buffer of the proposer, holding the committed code and no more.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(init, payer = proposer, seeds = [PROPOSAL_SEED, &council.proposals.get().to_le_bytes()], bump)]
    pub proposal: Account<Proposal>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
    pub system_program: Program<System>,
}

impl UpgradePropose {
    /// Authority: a member of the council who is the buffer's authority.
    /// Effects: a draft of the upgrade. The buffer's authority moves to the governor's PDA in the same instruction, so its bytes
    /// stand still from here on, and no second proposal can claim it.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `NotBuffer`, `BufferAuthorityForeign`, `BufferLengthMismatch`,
    /// `BufferHashMismatch`, `CodeEmpty`.
    fn validate(&self, elf_hash: &[u8; 32], elf_len: u32) -> Result<()> {
        let proposer = self.proposer.address();
        self.council.member_index(proposer)?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        code::buffer_check(self.buffer.account(), proposer, elf_hash, elf_len, GovernorError::BufferAuthorityForeign)
    }

    pub fn upgrade_propose(&mut self, elf_hash: [u8; 32], elf_len: u32, bumps: &UpgradeProposeBumps) -> Result<()> {
        self.validate(&elf_hash, elf_len)?;
        let (program, buffer) = (self.adoption.program.to_bytes(), self.buffer.address().to_bytes());
        let action = CouncilAction::Upgrade { program, buffer, elf_hash, elf_len };
        self.proposal.draft(&mut self.council, bumps.proposal, self.proposer.address(), &action)?;
        loader::authority_take(&mut self.buffer, &self.proposer, &self.governor_authority, self.council.authority_bump);
        Ok(())
    }
}
