//! Sets the delays above their floors.
use crate::events::DelaysReplaced;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::{CouncilAction, Delays};

#[derive(Accounts)]
pub struct DelaysExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl DelaysExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: other delays for what is queued from here on. INVARIANT(G-5): this very change waited the longest of the old ones.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`.
    fn validate(&self) -> Result<Delays> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        match self.proposal.decision()? {
            CouncilAction::DelaysSet { delays } => Ok(delays),
            _ => Err(GovernorError::ActionOtherKind.into()),
        }
    }

    pub fn delays_execute(&mut self) -> Result<()> {
        let Delays { set_s } = self.validate()?;
        self.proposal.state = State::Executed.byte();
        self.council.delays_s = set_s.map(Into::into);
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(DelaysReplaced { slot, unix_s, seq, id: self.proposal.id.get(), delays_s: set_s.to_vec() });
        Ok(())
    }
}
