//! Replaces the monitors of the brake.
use crate::events::MonitorsReplaced;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct MonitorsExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    #[account(mut)]
    pub brake: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl MonitorsExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: other monitors; their hour begins now.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`.
    fn validate(&self) -> Result<Vec<Address>> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        match self.proposal.decision()? {
            CouncilAction::MonitorsSet { monitors } => {
                Ok(monitors.iter().copied().map(Address::new_from_array).collect())
            }
            _ => Err(GovernorError::ActionOtherKind.into()),
        }
    }

    pub fn monitors_execute(&mut self) -> Result<()> {
        let monitors = self.validate()?;
        self.proposal.state = State::Executed.byte();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(MonitorsReplaced { slot, unix_s, seq, id: self.proposal.id.get(), monitors: monitors.clone() });
        let accounts = breaker::cpi::accounts::MonitorsSet {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            brake: self.brake.cpi_handle_mut(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        breaker::cpi::monitors_set(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), monitors)
    }
}
