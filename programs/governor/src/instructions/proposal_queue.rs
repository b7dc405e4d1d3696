//! Starts the delay of a proposal that has its approvals.
use crate::events::ProposalQueued;
use crate::state::{now, Council, Proposal, Stamp};
use crate::{GovernorError, TIME_DIVISOR};
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::{self, Moment, State};

#[derive(Accounts)]
pub struct ProposalQueue {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that meets its threshold.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl ProposalQueue {
    /// Authority: anyone.
    /// Effects: fixes the earliest execution on both clocks.
    /// Errors: `NotSysvar`, `DurableNonce`, `UpgradeQueuedElsewhere`, `ProposalNotDraft`, `MembershipStale`, `ProposalExpired`, `ApprovalsMissing`,
    /// `QueuedTooLate`.
    fn validate(&self) -> Result<Moment> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        let rules = self.proposal.rules()?;
        require!(self.proposal.decision()?.upgrade().is_none(), GovernorError::UpgradeQueuedElsewhere);
        Ok(proposal::queue(&rules, &self.council.rules(), &now()?, TIME_DIVISOR).map_err(GovernorError::from)?)
    }

    pub fn proposal_queue(&mut self) -> Result<()> {
        let ready = self.validate()?;
        let rules = self.proposal.rules()?;
        self.proposal.record(proposal::Proposal { state: State::Queued, ready, objections: 0, ..rules });
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let (ready_slot, ready_unix_s) = (ready.slot, ready.unix_s);
        emit!(ProposalQueued { slot, unix_s, seq, id: self.proposal.id.get(), ready_slot, ready_unix_s });
        Ok(())
    }
}
