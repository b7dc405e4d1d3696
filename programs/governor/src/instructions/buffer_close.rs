//! Gives a buffer of an upgrade that is over back.
use crate::events::BufferReclaimed;
use crate::state::{Council, Proposal, Stamp};
use crate::{loader, GovernorError};
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct BufferClose {
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any upgrade of this governor that is over.
    pub proposal: Account<Proposal>,
    /// Checked by the handler: a buffer that the proposal names, of the new code or of the old.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(mut, address = proposal.proposer @ GovernorError::SpillRedirected)]
    pub proposer: UncheckedAccount,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
}

impl BufferClose {
    /// Authority: anyone, for the proposer.
    /// Effects: the buffer is closed and its lamports go to the proposer.
    /// Errors: `ProposalNotCancelled`, `ActionOtherKind`, `BufferSwapped`, `NotBuffer`, `SpillRedirected`.
    fn validate(&self) -> Result<()> {
        // INVARIANT(G-16): whatever ends an upgrade, its buffers come back to the proposer and to nobody else.
        require!(self.proposal.rules()?.state.terminal(), GovernorError::ProposalNotCancelled);
        let buffer = self.proposal.upgrade()?.buffer;
        let named =
            self.buffer.address().to_bytes() == buffer || *self.buffer.address() == self.proposal.rollback_buffer;
        require!(named, GovernorError::BufferSwapped);
        // INVARIANT(G-15): a program's code is never closed, whatever a proposal named.
        require!(self.buffer.account().owned_by(self.loader.address()), GovernorError::NotBuffer);
        abi::loader::buffer(&self.buffer.account().try_borrow()?).map_err(|_| GovernorError::NotBuffer)?;
        Ok(())
    }

    pub fn buffer_close(&mut self) -> Result<()> {
        self.validate()?;
        let (buffer, lamports) = (*self.buffer.address(), self.buffer.account().lamports());
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(BufferReclaimed { slot, unix_s, seq, id: self.proposal.id.get(), buffer, lamports });
        let bump = self.council.authority_bump;
        loader::buffer_close(&mut self.buffer, &mut self.proposer, &self.governor_authority, bump);
        Ok(())
    }
}
