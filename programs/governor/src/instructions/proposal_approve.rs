//! A member approves what a digest commits to.
use crate::state::{Council, Proposal};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ProposalApprove {
    pub member: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor: the digest says which one the member means.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl ProposalApprove {
    /// Authority: a member of the council.
    /// Effects: sets the member's bit.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `DigestMismatch`, `ProposalNotDraft`, `MembershipStale`, `ProposalExpired`,
    /// `CreatedThisSlot`, `AlreadyApproved`.
    fn validate(&self, digest: &[u8; 32]) -> Result<u16> {
        let member = self.council.member_index(self.member.address())?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        require!(self.proposal.digest == *digest, GovernorError::DigestMismatch);
        self.proposal.approval(&self.council, member)
    }

    pub fn proposal_approve(&mut self, digest: [u8; 32]) -> Result<()> {
        let approvals = self.validate(&digest)?;
        self.proposal.approved(&mut self.council, *self.member.address(), approvals)
    }
}
