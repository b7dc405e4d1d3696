//! Replaces the council.
use crate::events::CouncilReplaced;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct CouncilExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl CouncilExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: other members, and a new config epoch, under which no earlier approval counts.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`.
    fn validate(&self) -> Result<&[[u8; 32]]> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        match self.proposal.decision()? {
            CouncilAction::CouncilSet { members } | CouncilAction::CouncilRecover { members } => Ok(members),
            _ => Err(GovernorError::ActionOtherKind.into()),
        }
    }

    pub fn council_execute(&mut self) -> Result<()> {
        let members = self.validate()?.to_vec();
        let config_epoch = self.council.config_epoch.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        self.proposal.state = State::Executed.byte();
        self.council.members_set(&members)?;
        self.council.config_epoch = config_epoch.into();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let members = self.council.members().to_vec();
        emit!(CouncilReplaced { slot, unix_s, seq, id: self.proposal.id.get(), config_epoch, members });
        Ok(())
    }
}
