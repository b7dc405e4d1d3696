//! Gives a program's upgrade authority away: the only way that it ever leaves the governor.
use crate::events::AuthorityHandedOver;
use crate::state::{Adoption, Council, Proposal, Rollout, Stamp};
use crate::{loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::rollout::Stage;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct HandOverExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Checked by the handler: of the program that the proposal names.
    pub adoption: Account<Adoption>,
    #[account(constraint = rollout.program == adoption.program @ GovernorError::RolloutSwapped)]
    pub rollout: Account<Rollout>,
    #[account(mut, address = adoption.program_data @ GovernorError::ProgramDataSwapped)]
    pub program_data: UncheckedAccount,
    /// Checked by the handler: whom the proposal names. Signs, so that the authority cannot go to a key that nobody holds.
    pub authority: Signer,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
}

impl HandOverExecute {
    /// Authority: the one that the proposal names, once both clocks have passed the delay and before the expiry.
    /// Effects: the program's upgrade authority is that one's, and the governor knows the program no more. INVARIANT(G-15)
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `ProgramSwapped`, `RolloutSwapped`,
    /// `UpgradeActive`, `RecipientWrong`, `ProgramDataSwapped`.
    fn validate(&self) -> Result<()> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        let CouncilAction::HandOver { program, authority } = self.proposal.decision()? else {
            return Err(GovernorError::ActionOtherKind.into());
        };
        require!(self.adoption.program.to_bytes() == program, GovernorError::ProgramSwapped);
        require!(self.rollout.machine()?.stage == Stage::Idle, GovernorError::UpgradeActive);
        require!(*self.authority.address().as_array() == authority, GovernorError::RecipientWrong);
        Ok(())
    }

    pub fn hand_over_execute(&mut self) -> Result<()> {
        self.validate()?;
        self.proposal.state = State::Executed.byte();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let (id, program, authority) = (self.proposal.id.get(), self.adoption.program, *self.authority.address());
        emit!(AuthorityHandedOver { slot, unix_s, seq, id, program, authority });
        let bump = self.council.authority_bump;
        loader::authority_give(&mut self.program_data, &self.governor_authority, &self.authority, bump);
        Ok(())
    }
}
