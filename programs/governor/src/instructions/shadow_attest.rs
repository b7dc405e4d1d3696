//! An attestor posts the result of a shadow run of an upgrade.
use crate::events::ShadowAttested;
use crate::state::{Council, Proposal, Stamp};
use crate::GovernorError;
use abi::governor::COUNCIL_SEED;
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct ShadowAttest {
    pub attestor: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Any upgrade of this governor that is not closed: the digest says which one was run.
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl ShadowAttest {
    /// Authority: an attestor. It is an attestation, not a proof: whoever runs the same gets the same result.
    /// Effects: records the root of the results, once for each attestor.
    /// Errors: `NotAttestor`, `DigestMismatch`, `ActionOtherKind`, `ProposalClosed`, `RootZero`, `AlreadyAttested`.
    fn validate(&self, digest: &[u8; 32], root: &[u8; 32]) -> Result<usize> {
        let place = self.council.attestors.iter().position(|attestor| attestor == self.attestor.address());
        let place = place.ok_or(GovernorError::NotAttestor)?;
        require!(self.proposal.digest == *digest, GovernorError::DigestMismatch);
        self.proposal.upgrade()?;
        require!(self.proposal.rules()?.state.open(), GovernorError::ProposalClosed);
        require!(*root != [0; 32], GovernorError::RootZero);
        require!(self.proposal.shadow_roots.get(place) == Some(&[0; 32]), GovernorError::AlreadyAttested);
        Ok(place)
    }

    pub fn shadow_attest(&mut self, digest: [u8; 32], root: [u8; 32]) -> Result<()> {
        let place = self.validate(&digest, &root)?;
        if let Some(posted) = self.proposal.shadow_roots.get_mut(place) {
            *posted = root;
        }
        let Stamp { slot, unix_s, seq } = self.council.stamp()?;
        emit!(ShadowAttested {
            slot,
            unix_s,
            seq,
            id: self.proposal.id.get(),
            attestor: *self.attestor.address(),
            root
        });
        Ok(())
    }
}
