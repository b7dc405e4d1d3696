//! Keeps an emergency patch.
use crate::state::{Adoption, Council, Proposal, Rollout};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct RatifyExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program and the code that the proposal names.
    pub adoption: Account<Adoption>,
    #[account(mut, constraint = rollout.program == adoption.program @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
}

impl RatifyExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: the patch may be promoted, and is rolled back only for a failure or by a vote.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `ProgramSwapped`, `RolloutSwapped`,
    /// `DeployedHashMismatch`, `NothingToRatify`, `RolloutStageWrong`.
    fn validate(&self) -> Result<()> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        let CouncilAction::Ratify { program, elf_hash } = self.proposal.decision()? else {
            return Err(GovernorError::ActionOtherKind.into());
        };
        require!(self.adoption.program.to_bytes() == program, GovernorError::ProgramSwapped);
        require!(self.adoption.elf_hash == elf_hash, GovernorError::DeployedHashMismatch);
        Ok(())
    }

    pub fn ratify_execute(&mut self) -> Result<()> {
        self.validate()?;
        let machine = self.rollout.machine()?.ratify().map_err(GovernorError::from)?;
        self.proposal.state = State::Executed.byte();
        self.rollout.advance(machine, &mut self.council)?;
        Ok(())
    }
}
