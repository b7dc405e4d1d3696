//! A new proposal, whatever its action.
use crate::events::ProposalCreated;
use crate::state::{Council, Proposal, Stamp, MIN_READER, VERSION};
use crate::{GovernorError, ID, TIME_DIVISOR};
use abi::governor::ACTION_LEN;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::hash::hashv;
use policy::{proposal, CouncilAction};

impl Proposal {
    /// Fills a fresh account with the council's next proposal.
    pub fn draft(&mut self, council: &mut Council, bump: u8, proposer: &Address, action: &CouncilAction) -> Result<()> {
        let mut bytes = [0; ACTION_LEN];
        let len = action.encode(&mut bytes).map_err(GovernorError::from)?;
        let encoded = bytes.get(..len).ok_or(GovernorError::ActionLengthWrong)?;
        let Stamp { slot, unix_s, seq } = council.stamp()?;
        let (id, class) = (council.proposals.get(), action.class());
        let expires_unix_s = proposal::expiry_unix_s(class, &council.rules(), unix_s, TIME_DIVISOR);
        let expires_unix_s = expires_unix_s.map_err(GovernorError::from)?;
        let digest = hashv(&proposal::digest_parts(ID.as_array(), &id.to_le_bytes(), encoded)).to_bytes();

        self.version = VERSION;
        self.min_reader = MIN_READER;
        self.bump = bump;
        self.class = class.byte();
        self.action_len = u16::try_from(len).map_err(|_| GovernorError::ActionLengthWrong)?.into();
        self.id = id.into();
        self.proposer = *proposer;
        self.digest = digest;
        self.config_epoch = council.config_epoch;
        self.created_slot = slot.into();
        self.created_unix_s = unix_s.into();
        self.expires_unix_s = expires_unix_s.into();
        self.action = bytes;
        council.proposals = id.checked_add(1).ok_or(GovernorError::CounterOverflow)?.into();
        emit!(ProposalCreated {
            slot,
            unix_s,
            seq,
            id,
            proposer: *proposer,
            class: class.byte(),
            digest,
            expires_unix_s
        });
        Ok(())
    }
}
