//! Lowers the level of one market.
use crate::events::MarketRelaxed;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;
use policy::proposal::State;
use policy::CouncilAction;

#[derive(Accounts)]
pub struct MarketRelaxExecute {
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
    /// Not checked here: the breaker pins it to the custody.
    pub market: UncheckedAccount,
    /// Not checked here: the breaker pins both to the custody.
    pub base_tokens: UncheckedAccount,
    pub quote_tokens: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = breaker::ID @ GovernorError::NotBreaker)]
    pub breaker: UncheckedAccount,
}

impl MarketRelaxExecute {
    /// Authority: anyone, once both clocks have passed the delay and before the expiry.
    /// Effects: the market stands at the approved level; no other market changes.
    /// Errors: `NotSysvar`, `DurableNonce`, every reason of `may_execute`, `ActionOtherKind`, `CustodySwapped`; the breaker's own if
    /// that is not lower, or the market's sums do not hold.
    fn validate(&self) -> Result<u8> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        self.proposal.executable(&self.council)?;
        match self.proposal.decision()? {
            CouncilAction::MarketRelax { custody, level } => {
                require!(self.custody.address().to_bytes() == custody, GovernorError::CustodySwapped);
                Ok(level.byte())
            }
            _ => Err(GovernorError::ActionOtherKind.into()),
        }
    }

    pub fn market_relax_execute(&mut self) -> Result<()> {
        let level = self.validate()?;
        self.proposal.state = State::Executed.byte();
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        let (id, custody) = (self.proposal.id.get(), *self.custody.address());
        emit!(MarketRelaxed { slot, unix_s, seq, id, custody, level });
        let accounts = breaker::cpi::accounts::MarketLevelRelax {
            authority: self.governor_authority.cpi_handle().as_signer(),
            config: self.config.cpi_handle(),
            custody: self.custody.cpi_handle_mut(),
            market: self.market.cpi_handle(),
            base_tokens: self.base_tokens.cpi_handle(),
            quote_tokens: self.quote_tokens.cpi_handle(),
        };
        let bump = [self.council.authority_bump];
        let seeds: &[&[&[u8]]] = &[&[AUTHORITY_SEED, &bump]];
        breaker::cpi::market_level_relax(CpiContext::new_with_signer(&breaker::ID, accounts, seeds), level)
    }
}
