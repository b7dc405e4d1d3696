//! A member objects: to a draft, or to carrying out what is queued.
use crate::state::{Council, Proposal};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::Objection;

#[derive(Accounts)]
pub struct ProposalObject {
    pub member: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor: the digest says which one the member means.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl ProposalObject {
    /// Authority: a member of the council, until execution. INVARIANT(G-18)
    /// Effects: counts the objection. A draft whose threshold is out of reach is rejected; two objections send a queued proposal back to
    /// draft, once, without its approvals, and reject a recovery.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `DigestMismatch`, `ProposalClosed`, `MembershipStale`, `ProposalExpired`,
    /// `AlreadyObjected`, `VetoSpent`.
    fn validate(&self, digest: &[u8; 32]) -> Result<Objection> {
        let member = self.council.member_index(self.member.address())?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        require!(self.proposal.digest == *digest, GovernorError::DigestMismatch);
        self.proposal.objection(&self.council, member)
    }

    pub fn proposal_object(&mut self, digest: [u8; 32]) -> Result<()> {
        let objection = self.validate(&digest)?;
        self.proposal.objected(&mut self.council, *self.member.address(), objection)
    }
}
