//! Proposes any action but an upgrade.
use crate::draft::{Draft, Origin};
use crate::state::{Council, Proposal};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct ProposalCreate {
    #[account(mut)]
    pub proposer: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    #[account(init, payer = proposer, seeds = [PROPOSAL_SEED, &council.proposals.get().to_le_bytes()], bump)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    pub system_program: Program<System>,
}

impl ProposalCreate {
    /// Authority: a member of the council.
    /// Effects: a draft of the decoded action.
    /// Errors: `NotMember`, `NotSysvar`, `DurableNonce`, `UpgradeWithoutBuffer`, and one for each way bytes can fail to be an action.
    fn validate(&self, action: &CouncilAction) -> Result<()> {
        self.council.member_index(self.proposer.address())?;
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        require!(action.upgrade().is_none(), GovernorError::UpgradeWithoutBuffer);
        Ok(())
    }

    pub fn proposal_create(&mut self, action: &[u8], bumps: &ProposalCreateBumps) -> Result<()> {
        let action = CouncilAction::decode(action).map_err(GovernorError::from)?;
        self.validate(&action)?;
        let draft = Draft::next(&self.council, &action)?;
        let proposer = self.proposer.address();
        self.proposal.draft(&mut self.council, &draft, bumps.proposal, &Origin { proposer, member: proposer })
    }
}
