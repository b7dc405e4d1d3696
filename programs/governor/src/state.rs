//! The program's accounts: layouts from `abi`, under Anchor's attribute, and what the pure rules see of them.
use crate::{GovernorError, TIME_DIVISOR};
use anchor_lang::prelude::*;
use policy::proposal::{self, Moment, State};
use policy::{Class, CouncilAction};

abi::council_layout!(#[account]);
abi::proposal_layout!(#[account]);
abi::adoption_layout!(#[account]);

/// Layout version that this code writes, and the oldest reader that may rely on it.
pub const VERSION: u8 = 1;
pub const MIN_READER: u8 = 1;

/// Where an event stands.
pub struct Stamp {
    pub slot: u64,
    pub unix_s: i64,
    pub seq: u64,
}

impl Stamp {
    pub fn moment(&self) -> Moment {
        Moment { slot: self.slot, unix_s: self.unix_s }
    }
}

/// The current moment, as the pure rules take it.
pub fn now() -> Result<Moment> {
    let (slot, unix_s) = shared::now()?;
    Ok(Moment { slot, unix_s })
}

impl Council {
    /// Numbers the next event. Also restates the divisor of the code that runs, which another build may have written.
    pub fn stamp(&mut self) -> Result<Stamp> {
        let (slot, unix_s) = shared::now()?;
        let seq = self.seq.get().checked_add(1).ok_or(GovernorError::CounterOverflow)?;
        self.seq = seq.into();
        self.time_divisor = TIME_DIVISOR.get().into();
        Ok(Stamp { slot, unix_s, seq })
    }

    /// The members that are set.
    pub fn members(&self) -> &[Address] {
        self.members.get(..usize::from(self.member_count)).unwrap_or(&[])
    }

    /// The position of a member.
    pub fn member_index(&self, key: &Address) -> Result<u8> {
        let index = self.members().iter().position(|member| member == key).ok_or(GovernorError::NotMember)?;
        u8::try_from(index).map_err(|_| GovernorError::NotMember.into())
    }

    /// Replaces all members; the caller has validated the keys.
    pub fn members_set(&mut self, members: &[[u8; 32]]) -> Result<()> {
        self.member_count = u8::try_from(members.len()).map_err(|_| GovernorError::KeyCountWrong)?;
        self.members = [Address::default(); abi::governor::MEMBERS];
        for (seat, member) in self.members.iter_mut().zip(members) {
            *seat = Address::new_from_array(*member);
        }
        Ok(())
    }

    pub fn rules(&self) -> proposal::Council {
        proposal::Council { members: self.member_count, config_epoch: self.config_epoch.get() }
    }
}

impl Proposal {
    pub fn rules(&self) -> Result<proposal::Proposal> {
        Ok(proposal::Proposal {
            state: State::from_byte(self.state).ok_or(GovernorError::StateUnknown)?,
            class: Class::from_byte(self.class).ok_or(GovernorError::StateUnknown)?,
            config_epoch: self.config_epoch.get(),
            created_slot: self.created_slot.get(),
            expires_unix_s: self.expires_unix_s.get(),
            ready: Moment { slot: self.ready_slot.get(), unix_s: self.ready_unix_s.get() },
            approvals: self.approvals.get(),
        })
    }

    /// The action, from its bytes.
    pub fn decision(&self) -> Result<CouncilAction<'_>> {
        let bytes = self.action.get(..usize::from(self.action_len.get())).ok_or(GovernorError::ActionLengthWrong)?;
        Ok(CouncilAction::decode(bytes).map_err(GovernorError::from)?)
    }

    /// Fails unless the proposal may be executed now by anyone: INVARIANT(G-1), INVARIANT(G-2).
    pub fn executable(&self, council: &Council) -> Result<()> {
        Ok(proposal::may_execute(&self.rules()?, &council.rules(), &now()?).map_err(GovernorError::from)?)
    }
}
