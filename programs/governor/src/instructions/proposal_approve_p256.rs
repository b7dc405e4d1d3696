//! A member with a P-256 key approves what a digest commits to.
use crate::ballot::Proof;
use crate::state::{Council, Proposal};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::ballot::Voice;

#[derive(Accounts)]
pub struct ProposalApproveP256 {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor: the ballot's digest says which one the member means.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::slot_hashes::SLOTHASHES_ID @ GovernorError::NotSysvar)]
    pub slot_hashes: UncheckedAccount,
}

impl ProposalApproveP256 {
    /// Authority: anyone who brings a ballot that a member of the council signed within the last 150 slots. INVARIANT(G-19)
    /// Effects: sets the member's bit.
    /// Errors: `NotSysvar`, `DurableNonce`, those of a proof (`SignatureInstructionMissing` to `PasskeyNoBallot`), `NotMember`,
    /// `DigestMismatch`, those of a ballot (`BallotEpochOther` to `BallotSlotHashWrong`), `ProposalNotDraft`, `MembershipStale`,
    /// `ProposalExpired`, `CreatedThisSlot`, `AlreadyApproved`.
    fn validate(&self, index: u8, client_data: &[u8]) -> Result<(Address, u16)> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        let (instructions, slot_hashes) = (self.instructions.account(), self.slot_hashes.account());
        let proof = Proof { instructions, slot_hashes, index, client_data };
        let (member, seat) = proof.member(Voice::Approve, &self.council, &self.proposal)?;
        Ok((member, self.proposal.approval(&self.council, seat)?))
    }

    pub fn proposal_approve_p256(&mut self, index: u8, client_data: &[u8]) -> Result<()> {
        let (member, approvals) = self.validate(index, client_data)?;
        self.proposal.approved(&mut self.council, member, approvals)
    }
}
