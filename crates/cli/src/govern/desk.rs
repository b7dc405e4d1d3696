//! Where the council's papers lie: its accounts over RPC, and sending what changes them.

use crate::{
    Connection, Error, decode,
    deploy::{Progress, hex},
    status::{clock, single},
};
use abi::governor::{Adoption, Council, Proposal, Rollout};
use client::addresses;
use policy::{
    CouncilAction,
    proposal::{self, Moment},
    rollout::Stage,
};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;
use std::{num::NonZeroU32, path::Path, time::Duration};

/// Hashing code costs about 512 units for each KiB of it.
const UNITS: u32 = 1_400_000;
/// Place of the first instruction that [`Desk::send`] is given, in its transaction.
pub const FIRST_INDEX: u8 = 1;
const POLL: Duration = Duration::from_millis(400);

/// One governor, as one signer deals with it.
pub struct Desk<'a> {
    pub connection: &'a Connection,
    /// The governor's program, or its twin's.
    pub governor: Pubkey,
    pub signer: &'a Keypair,
    pub progress: Progress<'a>,
    /// Where the accounts of a snapshot are kept, to be written back if failed code changes them.
    pub preimages: Option<&'a Path>,
}

impl Desk<'_> {
    pub fn council(&self) -> Result<Council, Error> {
        let address = addresses::council(&self.governor);
        let council = single(self.connection, "Council", &address)?;
        council.ok_or(Error::NoCouncil { governor: governor_name(&self.governor) })
    }

    pub fn proposal(&self, id: u64) -> Result<Proposal, Error> {
        let address = addresses::proposal(&self.governor, id);
        let proposal: Option<Proposal> = single(self.connection, "Proposal", &address)?;
        proposal.ok_or(Error::ProposalMissing { id, governor: governor_name(&self.governor) })
    }

    pub fn adoption(&self, program: &Pubkey) -> Result<Adoption, Error> {
        let adoption = single(self.connection, "Adoption", &addresses::adoption(&self.governor, program))?;
        adoption.ok_or(Error::NotAdopted { program: *program, governor: governor_name(&self.governor) })
    }

    pub fn rollout(&self, program: &Pubkey) -> Result<Rollout, Error> {
        let address = addresses::rollout(&self.governor, program);
        single(self.connection, "Rollout", &address)?.ok_or(Error::AccountMissing { address })
    }

    pub fn now(&self) -> Result<Moment, Error> {
        clock(self.connection).map(|(slot, unix_s)| Moment { slot, unix_s })
    }

    /// The proposal, after it was said what it decides: nothing is done to one whose digest is not its action's.
    pub fn open(&self, id: u64) -> Result<Proposal, Error> {
        let proposal = self.proposal(id)?;
        let bytes = action_bytes(&proposal)?;
        let own = self.told(id, bytes)?;
        if own != proposal.digest {
            return Err(Error::DigestForged { id, stored: hex(&proposal.digest), own: hex(&own) });
        }
        Ok(proposal)
    }

    /// Says what an action decides, as this proposal; its digest, which is said too.
    pub fn told(&self, id: u64, action: &[u8]) -> Result<[u8; 32], Error> {
        let decision = CouncilAction::decode(action).map_err(decode::DecodeError::Action)?;
        (self.progress)(&format!("proposal {id} of {}: {}", governor_name(&self.governor), decision.describe()));
        let digest = decode::digest(&self.governor.to_bytes(), id, action);
        (self.progress)(&format!("digest {}", hex(&digest)));
        Ok(digest)
    }

    /// Sends one transaction, and says what it did.
    pub fn send(&self, what: &str, instructions: &[Instruction]) -> Result<(), Error> {
        let units = ComputeBudgetInstruction::set_compute_unit_limit(UNITS);
        let all: Vec<_> = std::iter::once(units).chain(instructions.iter().cloned()).collect();
        self.connection.send(what, self.signer, &[], &all)?;
        (self.progress)(what);
        Ok(())
    }

    /// Waits until both of the cluster's clocks have reached `moment`.
    pub fn wait(&self, what: &str, moment: &Moment) -> Result<(), Error> {
        let mut said = None;
        loop {
            let now = self.now()?;
            let seconds = moment.unix_s.saturating_sub(now.unix_s).max(0);
            let slots = moment.slot.saturating_sub(now.slot);
            if seconds == 0 && slots == 0 {
                return Ok(());
            }
            // One line for each time that the remainder has halved.
            let left = u64::try_from(seconds).unwrap_or_default().max(slots).checked_ilog2();
            if said != left {
                (self.progress)(&format!("{what}: {seconds} s and {slots} slots to go"));
                said = left;
            }
            std::thread::sleep(POLL);
        }
    }

    pub fn payer(&self) -> Pubkey {
        self.signer.pubkey()
    }
}

/// The encoded action of a proposal.
pub fn action_bytes(proposal: &Proposal) -> Result<&[u8], Error> {
    let len = proposal.action_len.get();
    let room = proposal.action.len();
    Ok(proposal.action.get(..usize::from(len)).ok_or(decode::DecodeError::ActionLen { len, room })?)
}

/// What a proposal decides.
pub fn decision(proposal: &Proposal) -> Result<CouncilAction<'_>, Error> {
    Ok(CouncilAction::decode(action_bytes(proposal)?).map_err(decode::DecodeError::Action)?)
}

/// What of a proposal decides its life.
pub fn rules(proposal: &Proposal) -> Result<proposal::Proposal, Error> {
    proposal::Proposal::of(proposal).ok_or_else(|| Error::ProposalUnknown { id: proposal.id.get() })
}

/// What of a council counts.
pub fn council_rules(council: &Council) -> proposal::Council {
    proposal::Council::of(council)
}

pub fn divisor(council: &Council) -> NonZeroU32 {
    NonZeroU32::new(council.time_divisor.get()).unwrap_or(NonZeroU32::MIN)
}

pub fn stage(rollout: &Rollout) -> Result<Stage, Error> {
    Stage::from_byte(rollout.stage).ok_or(Error::ProposalUnknown { id: rollout.proposal.get() })
}

/// A governor as people know it.
pub fn governor_name(governor: &Pubkey) -> &'static str {
    if governor.to_bytes() == abi::ids::GOVERNOR_TWIN { "the governor's twin" } else { "the governor" }
}
