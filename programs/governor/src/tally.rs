//! What a member's word does, whatever key it was given with.
use crate::events::{ProposalApproved, ProposalObjected};
use crate::state::{now, Council, Proposal, Stamp};
use crate::GovernorError;
use anchor_lang::prelude::*;
use policy::proposal::{self, Objection};

impl Proposal {
    /// The approvals after that of the member in this seat.
    pub fn approval(&self, council: &Council, seat: u8) -> Result<u16> {
        Ok(proposal::approve(&self.rules()?, &council.rules(), &now()?, seat).map_err(GovernorError::from)?)
    }

    /// What an objection of the member in this seat does.
    pub fn objection(&self, council: &Council, seat: u8) -> Result<Objection> {
        Ok(proposal::object(&self.rules()?, &council.rules(), &now()?, seat).map_err(GovernorError::from)?)
    }

    /// Stores what [`Proposal::approval`] found.
    pub fn approved(&mut self, council: &mut Council, member: Address, approvals: u16) -> Result<()> {
        self.approvals = approvals.into();
        let approvals = proposal::approvals_counted(&self.rules()?, &council.rules());
        let Stamp { slot, unix_s, seq } = council.stamp()?;
        emit!(ProposalApproved { slot, unix_s, seq, id: self.id.get(), member, approvals });
        Ok(())
    }

    /// Stores what [`Proposal::objection`] found.
    pub fn objected(&mut self, council: &mut Council, member: Address, objection: Objection) -> Result<()> {
        let rules = self.rules()?.objected(objection);
        self.record(rules);
        let Stamp { slot, unix_s, seq } = council.stamp()?;
        emit!(ProposalObjected {
            slot,
            unix_s,
            seq,
            id: self.id.get(),
            member,
            state: self.state,
            objections: rules.objections.count_ones(),
        });
        Ok(())
    }
}
