//! Names the attestors of shadow runs.
use crate::events::AttestorsReplaced;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct AttestorsExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl AttestorsExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: three attestors, two of whom must agree on every upgrade from here on.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`.
    fn validate(&self) -> Result<[Address; abi::governor::ATTESTORS]> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        let CouncilAction::AttestorsSet { attestors } = self.proposal.decision()? else {
            return Err(GovernorError::ActionOtherKind.into());
        };
        let attestors: &[[u8; 32]; abi::governor::ATTESTORS] =
            attestors.try_into().map_err(|_| GovernorError::KeyCountWrong)?;
        Ok(attestors.map(Address::new_from_array))
    }

    pub fn attestors_execute(&mut self) -> Result<()> {
        let attestors = self.validate()?;
        self.proposal.state = State::Executed.byte();
        self.council.attestors = attestors;
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let id = self.proposal.id.get();
        emit!(AttestorsReplaced { slot, unix_s, seq, id, attestors: attestors.to_vec() });
        Ok(())
    }
}
