//! Gives one market other limits.
use crate::events::LimitsDecided;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use breaker::LimitTerms;
use policy::proposal::State;
use policy::{CouncilAction, MarketLimits};

#[derive(Accounts)]
pub struct LimitsExecute {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any proposal of this governor that may be executed.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    /// Not checked here: the breaker pins its own accounts.
    pub config: UncheckedAccount,
    /// Checked by the handler: the custody that the proposal names.
    #[account(mut)]
    pub custody: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl LimitsExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: the breaker takes tighter limits at once, and looser ones after its own 48 hours, by `limits_apply`.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `CustodySwapped`.
    fn validate(&self) -> Result<MarketLimits> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        match self.proposal.decision()? {
            CouncilAction::LimitsSet { custody, limits } => {
                require!(self.custody.address().to_bytes() == custody, GovernorError::CustodySwapped);
                Ok(limits)
            }
            _ => Err(GovernorError::ActionOtherKind.into()),
        }
    }

    pub fn limits_execute(&mut self) -> Result<()> {
        let MarketLimits { hour_bps, day_bps, open_interest_cap_lots, base_floor_atoms, quote_floor_atoms } =
            self.validate()?;
        self.proposal.state = State::Executed.byte();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(LimitsDecided {
            slot,
            unix_s,
            seq,
            id: self.proposal.id.get(),
            custody: *self.custody.address(),
            hour_bps,
            day_bps,
            open_interest_cap_lots,
            base_floor_atoms,
            quote_floor_atoms
        });
        let accounts = breaker::cpi::accounts::LimitsSet {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            custody: self.custody.cpi_handle_mut(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        let terms = LimitTerms { hour_bps, day_bps, open_interest_cap_lots, base_floor_atoms, quote_floor_atoms };
        breaker::cpi::limits_set(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), terms)
    }
}
