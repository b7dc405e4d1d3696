//! Settles the bond of an upgrade that is over.
use crate::events::BondReturned;
use crate::state::{now, Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::{COUNCIL_SEED, INSURANCE_SEED};
use anchor_lang::prelude::*;
use policy::proposal::{self, State};

#[derive(Accounts)]
pub struct BondSettle {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any upgrade of this governor that is over.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(mut, address = proposal.proposer @ GovernorError::RecipientWrong)]
    pub proposer: UncheckedAccount,
    /// Takes the bonds of upgrades that were rolled back.
    #[account(mut, seeds = [INSURANCE_SEED], bump)]
    pub insurance: UncheckedAccount,
}

impl BondSettle {
    /// Authority: anyone.
    /// Effects: the bond goes back to the proposer; of an upgrade that was rolled back it goes to the insurance.
    /// Errors: `RecipientWrong`, `NotOver`, `BondSettled`.
    fn validate(&self) -> Result<State> {
        let rules = self.proposal.rules()?;
        let over = rules.state.terminal() || proposal::dead(&rules, &self.council.rules(), &now()?);
        require!(over, GovernorError::NotOver);
        require!(self.proposal.bond_lamports.get() > 0, GovernorError::BondSettled);
        Ok(rules.state)
    }

    pub fn bond_settle(&mut self) -> Result<()> {
        let forfeited = self.validate()? == State::RolledBack;
        let lamports = self.proposal.bond_lamports.get();
        self.proposal.bond_lamports = 0.into();
        let recipient = if forfeited { *self.insurance.address() } else { self.proposal.proposer };
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(BondReturned { slot, unix_s, seq, id: self.proposal.id.get(), recipient, lamports, forfeited });
        self.proposal.account().sub_lamports(lamports)?;
        let to = if forfeited { self.insurance.account() } else { self.proposer.account() };
        to.add_lamports(lamports)?;
        Ok(())
    }
}
