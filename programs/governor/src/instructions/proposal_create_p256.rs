//! A member with a P-256 key proposes any action but an upgrade.
use crate::ballot::Proof;
use crate::draft::{Draft, Origin};
use crate::state::{Council, Proposal};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct ProposalCreateP256 {
    /// Anybody: pays the rent, and may cancel as the proposer. The member's ballot says what is proposed.
    #[account(mut)]
    pub sponsor: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(init, payer = sponsor, seeds = [PROPOSAL_SEED, &council.proposals.get().to_le_bytes()], bump)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::slot_hashes::SLOTHASHES_ID @ GovernorError::NotSysvar)]
    pub slot_hashes: UncheckedAccount,
    pub system_program: Program<System>,
}

impl ProposalCreateP256 {
    /// Authority: anyone who brings a ballot over this very proposal that a member of the council signed within the last 150 slots.
    /// INVARIANT(G-19)
    /// Effects: those of `proposal_create`, with the sponsor as proposer.
    /// Errors: `NotSysvar`, `DurableNonce`, `UpgradeWithoutBuffer`, one for each way bytes can fail to be an action, those of a proof
    /// (`SignatureInstructionMissing` to `PasskeyNoBallot`), `NotMember`, `DigestMismatch`, those of a ballot (`BallotEpochOther` to
    /// `BallotSlotHashWrong`).
    fn validate(&self, action: &CouncilAction, draft: &Draft, index: u8, client_data: &[u8]) -> Result<Address> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        require!(action.upgrade().is_none(), GovernorError::UpgradeWithoutBuffer);
        let (instructions, slot_hashes) = (self.instructions.account(), self.slot_hashes.account());
        Proof { instructions, slot_hashes, index, client_data }.proposer(draft, &self.council)
    }

    pub fn proposal_create_p256(
        &mut self,
        action: &[u8],
        index: u8,
        client_data: &[u8],
        bumps: &ProposalCreateP256Bumps,
    ) -> Result<()> {
        let action = CouncilAction::decode(action).map_err(GovernorError::from)?;
        let draft = Draft::next(&self.council, &action)?;
        let member = self.validate(&action, &draft, index, client_data)?;
        let origin = Origin { proposer: self.sponsor.address(), member: &member };
        self.proposal.draft(&mut self.council, &draft, bumps.proposal, &origin)
    }
}
