//! From an idea to a queued proposal: propose, approve, object, cancel, queue.

use super::{
    Decision, Desk,
    decision::encoded,
    desk::{FIRST_INDEX, council_rules, decision, rules},
};
use crate::{
    Error,
    deploy::{buffer_fill, deployed, elf_hash, hex},
    p256::P256Signer,
};
use abi::governor::{Adoption, Proposal};
use client::{addresses, governor as calls, proposals};
use policy::{
    Evidence, Upgrade,
    ballot::Voice,
    proposal::{self, Moment, Reason, State},
};
use solana_pubkey::Pubkey;

/// New code, with what was done to trust it.
#[derive(Clone, Debug)]
pub struct NewCode {
    pub program: Pubkey,
    pub name: String,
    pub elf: Vec<u8>,
    pub evidence: Evidence,
    pub forward_only: bool,
    pub emergency: bool,
}

impl NewCode {
    fn arguments(&self) -> Result<calls::UpgradeProposeArgs, Error> {
        Ok(calls::UpgradeProposeArgs {
            elf_hash: elf_hash(&self.elf),
            elf_len: u32::try_from(self.elf.len()).map_err(|_| Error::ElfTooLong { name: "the new code" })?,
            source_commit: self.evidence.source_commit,
            recipe_hash: self.evidence.recipe_hash,
            audit_hash: self.evidence.audit_hash,
            migration_hash: self.evidence.migration_hash,
            schema_from: self.evidence.schema_from,
            schema_to: self.evidence.schema_to,
            forward_only: self.forward_only,
            emergency: self.emergency,
        })
    }
}

impl Desk<'_> {
    /// Puts a decision before the council; the new proposal's id. Whose right it is: that of whoever runs this, or of the member whose
    /// P-256 key signs a ballot.
    pub fn propose(&self, decision: &Decision, ballot: Option<&P256Signer>) -> Result<u64, Error> {
        let action = decision.bytes()?;
        let council = addresses::council(&self.governor);
        let Some(signer) = ballot else {
            let id = self.council()?.proposals.get();
            let proposal = addresses::proposal(&self.governor, id);
            let create = calls::ProposalCreate { proposer: self.payer(), council, proposal };
            let create = create.instruction_of(self.governor, calls::ProposalCreateArgs { action });
            self.send(&format!("proposed as {id}"), &[create])?;
            return Ok(id);
        };
        self.propose_by_ballot(&action, signer, |id| {
            let proposal = addresses::proposal(&self.governor, id);
            let create = calls::ProposalCreateP256 { sponsor: self.payer(), council, proposal };
            let (action, index, client_data) = (action.clone(), FIRST_INDEX, Vec::new());
            create.instruction_of(self.governor, calls::ProposalCreateP256Args { action, index, client_data })
        })
    }

    /// Puts new code before the council: the bytes go into a buffer, which is the governor's from the proposal on. Cut off, it goes on
    /// where it stopped; the same code is not proposed twice while it is open. As [`Self::propose`] with a P-256 key: then buffer and
    /// bond are still those of whoever runs this.
    pub fn propose_code(&self, code: &NewCode, ballot: Option<&P256Signer>) -> Result<u64, Error> {
        let adoption = self.adoption(&code.program)?;
        let buffer = buffer_fill(self.connection, self.signer, &code.name, &code.elf, self.progress)?;
        self.room_check(code, &adoption)?;
        let args = code.arguments()?;
        let council = addresses::council(&self.governor);
        let adopted = addresses::adoption(&self.governor, &code.program);
        let governor_authority = addresses::authority(&self.governor);
        let Some(signer) = ballot else {
            let id = self.council()?.proposals.get();
            let propose = calls::UpgradePropose {
                proposer: self.payer(),
                council,
                adoption: adopted,
                buffer,
                proposal: addresses::proposal(&self.governor, id),
                governor_authority,
            };
            self.send(&format!("proposed as {id}"), &[propose.instruction_of(self.governor, args)])?;
            return Ok(id);
        };
        let upgrade = proposals::upgrade_action(&args, adoption.program, buffer.to_bytes(), adoption.elf_hash);
        self.propose_by_ballot(&encoded(&upgrade)?, signer, |id| {
            let propose = calls::UpgradeProposeP256 {
                sponsor: self.payer(),
                council,
                adoption: adopted,
                buffer,
                proposal: addresses::proposal(&self.governor, id),
                governor_authority,
            };
            propose.instruction_of(self.governor, proposals::upgrade_by_ballot(&args, FIRST_INDEX, Vec::new()))
        })
    }

    /// Nobody votes on code that does not fit.
    fn room_check(&self, code: &NewCode, adoption: &Adoption) -> Result<(), Error> {
        let state = deployed(self.connection, &Pubkey::from(adoption.program))?;
        let room = state.map_or(0, |state| state.code.len());
        if room < code.elf.len() {
            return Err(Error::NoRoom { name: code.name.clone(), room, len: code.elf.len() });
        }
        Ok(())
    }

    /// The program of an upgrade, and the new code in its buffer: exactly the bytes that the proposal commits to.
    pub fn candidate(&self, id: u64) -> Result<(Pubkey, Vec<u8>), Error> {
        let proposal = self.open(id)?;
        let upgrade = *decision(&proposal)?.upgrade().ok_or(Error::NotUpgrade { id })?;
        let address = Pubkey::from(upgrade.buffer);
        let (_, data) = self.connection.account(&address)?.ok_or(Error::AccountMissing { address })?;
        let code = abi::loader::buffer(&data).map(|buffer| buffer.code.to_vec()).unwrap_or_default();
        if elf_hash(&code) != upgrade.elf_hash {
            return Err(Error::BufferOther { id, buffer: address });
        }
        Ok((Pubkey::from(upgrade.program), code))
    }

    /// Approves exactly the bytes with this digest; what was approved before stays so. A member with a P-256 key signs a ballot, and
    /// whoever runs this pays.
    pub fn approve(&self, id: u64, digest: [u8; 32], ballot: Option<&P256Signer>) -> Result<(), Error> {
        let proposal = self.open(id)?;
        self.meant(&proposal, digest)?;
        // Nobody proposes and approves in one go: the governor asks for a later slot.
        let next = Moment { slot: proposal.created_slot.get().saturating_add(1), unix_s: 0 };
        self.wait("the slot after the proposal's", &next)?;
        if let Some(signer) = ballot {
            return self.cast(&proposal, Voice::Approve, signer);
        }
        let approve = calls::ProposalApprove {
            member: self.payer(),
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
        };
        let approve = approve.instruction_of(self.governor, calls::ProposalApproveArgs { digest });
        self.send(&format!("{} approves", self.payer()), &[approve])
    }

    /// Objects to exactly these bytes: against a draft, or as a veto of what is queued. As [`Self::approve`] with a P-256 key.
    pub fn object(&self, id: u64, digest: [u8; 32], ballot: Option<&P256Signer>) -> Result<(), Error> {
        let proposal = self.open(id)?;
        self.meant(&proposal, digest)?;
        if let Some(signer) = ballot {
            return self.cast(&proposal, Voice::Object, signer);
        }
        let object = calls::ProposalObject {
            member: self.payer(),
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
        };
        let object = object.instruction_of(self.governor, calls::ProposalObjectArgs { digest });
        self.send(&format!("{} objects", self.payer()), &[object])
    }

    fn meant(&self, proposal: &Proposal, digest: [u8; 32]) -> Result<(), Error> {
        if proposal.digest == digest {
            return Ok(());
        }
        Err(Error::DigestOther { id: proposal.id.get(), given: hex(&digest), stored: hex(&proposal.digest) })
    }

    pub fn cancel(&self, id: u64) -> Result<(), Error> {
        self.open(id)?;
        let cancel = calls::ProposalCancel {
            by: self.payer(),
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
        };
        self.send(&format!("proposal {id} cancelled"), &[cancel.instruction_of(self.governor)])
    }

    /// Starts the delay. Of new code the way back is staged first, by its proposer.
    pub fn queue(&self, id: u64) -> Result<(), Error> {
        let proposal = self.open(id)?;
        self.queue_check(&proposal)?;
        let council = addresses::council(&self.governor);
        let address = addresses::proposal(&self.governor, id);
        let what = format!("proposal {id} queued");
        let Some(upgrade) = decision(&proposal)?.upgrade().copied() else {
            let queue = calls::ProposalQueue { council, proposal: address };
            return self.send(&what, &[queue.instruction_of(self.governor)]);
        };
        let program = Pubkey::from(upgrade.program);
        let rollback_buffer = self.rollback_stage(&proposal, &upgrade)?;
        let queue = calls::UpgradeQueue {
            council,
            proposal: address,
            adoption: addresses::adoption(&self.governor, &program),
            rollout: addresses::rollout(&self.governor, &program),
            rollback_buffer,
            governor_authority: addresses::authority(&self.governor),
            config: addresses::config(&abi::ids::BREAKER.into()),
        };
        self.send(&what, &[queue.instruction_of(self.governor)])
    }

    /// Before a buffer is written for it: whether the proposal can be queued at all.
    fn queue_check(&self, proposal: &Proposal) -> Result<(), Error> {
        let council = self.council()?;
        let (rules, members) = (rules(proposal)?, council_rules(&council));
        match proposal::queue(&rules, &members, &self.now()?, super::desk::divisor(&council)) {
            Err(Reason::ApprovalsMissing) => Err(Error::ApprovalsMissing {
                id: proposal.id.get(),
                has: proposal::approvals_counted(&rules, &members),
                needs: rules.class.threshold_ceil(members.members),
            }),
            // The program says the rest, with its own error.
            _ => Ok(()),
        }
    }

    /// The buffer with the code that runs now; written and handed over if it is not there yet.
    fn rollback_stage(&self, proposal: &Proposal, upgrade: &Upgrade) -> Result<Pubkey, Error> {
        let staged = Pubkey::from(proposal.rollback_buffer);
        if upgrade.forward_only || proposal.rollback_buffer != [0; 32] || proposal.state != State::Draft.byte() {
            return Ok(staged);
        }
        let (id, program) = (proposal.id.get(), Pubkey::from(upgrade.program));
        if proposal.proposer != self.payer().to_bytes() {
            return Err(Error::WayBackMissing { id, proposer: Pubkey::from(proposal.proposer) });
        }
        let adoption = self.adoption(&program)?;
        let state = deployed(self.connection, &program)?.ok_or(Error::AccountMissing { address: program })?;
        let len = usize::try_from(adoption.elf_len.get()).unwrap_or_default();
        let running = state.code.get(..len).unwrap_or_default();
        // The proposal in its name: two upgrades from the same code each have a buffer of their own.
        let name = format!("the way back of proposal {id}");
        let buffer = buffer_fill(self.connection, self.signer, &name, running, self.progress)?;
        let stage = calls::RollbackStage {
            proposer: self.payer(),
            council: addresses::council(&self.governor),
            proposal: addresses::proposal(&self.governor, id),
            adoption: addresses::adoption(&self.governor, &program),
            buffer,
            governor_authority: addresses::authority(&self.governor),
        };
        let hash = hex(&adoption.elf_hash);
        self.send(&format!("the way back is staged: {hash}"), &[stage.instruction_of(self.governor)])?;
        Ok(buffer)
    }
}
