//! Carrying out what is queued.

use super::{
    Desk,
    desk::{decision, rules},
};
use crate::{Error, status::single};
use abi::{breaker::Custody, governor::Proposal, margin::Market};
use client::{addresses, governor as calls};
use policy::{CouncilAction, proposal::State};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

impl Desk<'_> {
    /// Carries out a queued proposal, or takes the next steps of an upgrade; with `wait`, once both clocks have passed its delay.
    pub fn execute(&self, id: u64, wait: bool) -> Result<(), Error> {
        let proposal = self.open(id)?;
        self.ready(&proposal, wait)?;
        let action = decision(&proposal)?;
        if let Some(upgrade) = action.upgrade() {
            return self.upgrade(&proposal, upgrade);
        }
        if let CouncilAction::RollBack { .. } = action {
            return Err(Error::VoteOnly { id });
        }
        let execute = self.execute_instruction(id, &action)?;
        self.send(&format!("proposal {id} executed"), &[execute])
    }

    fn ready(&self, proposal: &Proposal, wait: bool) -> Result<(), Error> {
        let rules = rules(proposal)?;
        if rules.state != State::Queued {
            return Ok(());
        }
        if wait {
            return self.wait("the delay", &rules.ready);
        }
        let now = self.now()?;
        let seconds = rules.ready.unix_s.saturating_sub(now.unix_s).max(0);
        let slots = rules.ready.slot.saturating_sub(now.slot);
        if seconds > 0 || slots > 0 {
            return Err(Error::DelayRemains { id: proposal.id.get(), seconds, slots });
        }
        Ok(())
    }

    fn execute_instruction(&self, id: u64, action: &CouncilAction) -> Result<Instruction, Error> {
        let governor = self.governor;
        let (council, proposal) = (addresses::council(&governor), addresses::proposal(&governor, id));
        let governor_authority = addresses::authority(&governor);
        let (config, brake) = (addresses::config(&abi::ids::BREAKER.into()), addresses::brake());
        Ok(match action {
            CouncilAction::BreakerRelax { .. } => {
                calls::RelaxExecute { council, proposal, governor_authority, config, brake }.instruction_of(governor)
            }
            CouncilAction::GuardiansSet { .. } => {
                calls::GuardiansExecute { council, proposal, governor_authority, config, brake }
                    .instruction_of(governor)
            }
            CouncilAction::MonitorsSet { .. } => {
                calls::MonitorsExecute { council, proposal, governor_authority, config, brake }.instruction_of(governor)
            }
            CouncilAction::CouncilSet { .. } | CouncilAction::CouncilRecover { .. } => {
                calls::CouncilExecute { council, proposal }.instruction_of(governor)
            }
            CouncilAction::AttestorsSet { .. } => {
                calls::AttestorsExecute { council, proposal }.instruction_of(governor)
            }
            CouncilAction::DelaysSet { .. } => calls::DelaysExecute { council, proposal }.instruction_of(governor),
            CouncilAction::LimitsSet { custody, .. } => {
                let custody = Pubkey::from(*custody);
                calls::LimitsExecute { council, proposal, governor_authority, config, custody }.instruction_of(governor)
            }
            CouncilAction::MarketRelax { custody, .. } => {
                let custody = Pubkey::from(*custody);
                let (market, state) = self.market_of(&custody)?;
                let accounts = calls::MarketRelaxExecute {
                    council,
                    proposal,
                    governor_authority,
                    config,
                    custody,
                    market,
                    base_tokens: state.base_tokens.into(),
                    quote_tokens: state.quote_tokens.into(),
                };
                accounts.instruction_of(governor)
            }
            CouncilAction::Ratify { program, .. } => {
                let program = Pubkey::from(*program);
                let (adoption, rollout) =
                    (addresses::adoption(&governor, &program), addresses::rollout(&governor, &program));
                calls::RatifyExecute { council, proposal, adoption, rollout }.instruction_of(governor)
            }
            CouncilAction::HandOver { program, authority } => {
                let (program, authority) = (Pubkey::from(*program), Pubkey::from(*authority));
                if authority != self.payer() {
                    return Err(Error::HeirMissing { id, authority });
                }
                let accounts = calls::HandOverExecute {
                    council,
                    proposal,
                    adoption: addresses::adoption(&governor, &program),
                    rollout: addresses::rollout(&governor, &program),
                    program_data: addresses::program_data(&program),
                    authority,
                    governor_authority,
                };
                accounts.instruction_of(governor)
            }
            CouncilAction::Upgrade(_) | CouncilAction::EmergencyPatch(_) | CouncilAction::RollBack { .. } => {
                return Err(Error::VoteOnly { id });
            }
        })
    }

    /// The market that a custody is of.
    fn market_of(&self, custody: &Pubkey) -> Result<(Pubkey, Market), Error> {
        let missing = |address: Pubkey| Error::AccountMissing { address };
        let state: Option<Custody> = single(self.connection, "Custody", custody)?;
        let address = Pubkey::from(state.ok_or_else(|| missing(*custody))?.controller);
        let market = single(self.connection, "Market", &address)?;
        Ok((address, market.ok_or_else(|| missing(address))?))
    }
}
