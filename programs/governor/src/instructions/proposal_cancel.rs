//! Ends a proposal without executing it.
use crate::events::ProposalCancelled;
use crate::state::{now, Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::{self, State};

#[derive(Accounts)]
pub struct ProposalCancel {
    /// Who cancels.
    pub by: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that the signer may cancel.
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl ProposalCancel {
    /// Authority: the proposer until execution; anyone once the proposal has expired or the council has changed.
    /// Effects: the proposal is cancelled for good; `buffer_close` then returns its buffer.
    /// Errors: `ProposalClosed`, `NotProposer`.
    fn validate(&self) -> Result<()> {
        let by_proposer = *self.by.address() == self.proposal.proposer;
        let rules = self.proposal.rules()?;
        Ok(proposal::may_cancel(&rules, &self.council.rules(), &now()?, by_proposer).map_err(GovernorError::from)?)
    }

    pub fn proposal_cancel(&mut self) -> Result<()> {
        self.validate()?;
        self.proposal.state = State::Cancelled.byte();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(ProposalCancelled { slot, unix_s, seq, id: self.proposal.id.get(), by: *self.by.address() });
        Ok(())
    }
}
