//! A new proposal, whatever its action.
use crate::events::ProposalCreated;
use crate::state::{Council, Proposal, Stamp, MIN_READER, VERSION};
use crate::{GovernorError, ID, TIME_DIVISOR};
use abi::governor::ACTION_LEN;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::hash::hashv;
use policy::{proposal, Class, CouncilAction};

/// The council's next proposal, before anything of it is stored.
pub struct Draft {
    id: u64,
    class: Class,
    action: [u8; ACTION_LEN],
    action_len: u16,
    /// What members approve, and what a member with a P-256 key signs to propose it.
    pub digest: [u8; 32],
}

impl Draft {
    pub fn next(council: &Council, action: &CouncilAction) -> Result<Self> {
        let mut bytes = [0; ACTION_LEN];
        let len = action.encode(&mut bytes).map_err(GovernorError::from)?;
        let encoded = bytes.get(..len).ok_or(GovernorError::ActionLengthWrong)?;
        let id = council.proposals.get();
        let digest = hashv(&proposal::digest_parts(ID.as_array(), &id.to_le_bytes(), encoded)).to_bytes();
        let action_len = u16::try_from(len).map_err(|_| GovernorError::ActionLengthWrong)?;
        Ok(Self { id, class: action.class(), action: bytes, action_len, digest })
    }
}

/// Who brings a proposal about.
pub struct Origin<'a> {
    /// Gets bond and buffer back, and may cancel it.
    pub proposer: &'a Address,
    /// By whose right: the proposer itself, or the P-256 member whose ballot it brings.
    pub member: &'a Address,
}

impl Proposal {
    /// Fills a fresh account with the council's next proposal.
    pub fn draft(&mut self, council: &mut Council, draft: &Draft, bump: u8, origin: &Origin) -> Result<()> {
        let Stamp { slot, unix_s, seq } = council.stamp()?;
        let &Draft { id, class, digest, .. } = draft;
        let expires_unix_s = proposal::expiry_unix_s(class, &council.rules(), unix_s, TIME_DIVISOR);
        let expires_unix_s = expires_unix_s.map_err(GovernorError::from)?;

        self.version = VERSION;
        self.min_reader = MIN_READER;
        self.bump = bump;
        self.class = class.byte();
        self.action_len = draft.action_len.into();
        self.id = id.into();
        self.proposer = *origin.proposer;
        self.digest = digest;
        self.config_epoch = council.config_epoch;
        self.created_slot = slot.into();
        self.created_unix_s = unix_s.into();
        self.expires_unix_s = expires_unix_s.into();
        self.action = draft.action;
        council.proposals = id.checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        emit!(ProposalCreated {
            slot,
            unix_s,
            seq,
            id,
            proposer: *origin.proposer,
            class: class.byte(),
            digest,
            expires_unix_s,
            member: *origin.member,
        });
        Ok(())
    }
}
