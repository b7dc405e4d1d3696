//! Proposes new code for an adopted program, and takes the buffer that holds it.
use crate::candidate::{Candidate, Pledge};
use crate::draft::{Draft, Origin};
use crate::state::{Adoption, Council, Proposal};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;

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
    /// Effects: a draft of the upgrade, or of an emergency patch, and its bond. The buffer's authority moves to the governor's PDA in the same instruction, so its bytes
    /// stand still from here on, and no second proposal can claim it.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `NotBuffer`, `BufferAuthorityForeign`, `BufferLengthMismatch`,
    /// `BufferHashMismatch`, `CodeEmpty`, `SchemaWrong`, `PatchOutOfBounds`.
    fn validate(&self, candidate: &Candidate) -> Result<()> {
        let proposer = self.proposer.address();
        self.council.member_index(proposer)?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        candidate.buffer_check(self.buffer.account(), proposer)
    }

    pub fn upgrade_propose(&mut self, candidate: &Candidate, bumps: &UpgradeProposeBumps) -> Result<()> {
        self.validate(candidate)?;
        let draft = Draft::next(&self.council, &candidate.action(&self.adoption, self.buffer.address()))?;
        let proposer = self.proposer.address();
        self.proposal.draft(&mut self.council, &draft, bumps.proposal, &Origin { proposer, member: proposer })?;
        let pledge = Pledge {
            proposer: &mut self.proposer,
            proposal: &mut self.proposal,
            buffer: &mut self.buffer,
            governor_authority: &self.governor_authority,
            system_program: &self.system_program,
        };
        pledge.take(self.council.authority_bump)
    }
}
