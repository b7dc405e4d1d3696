//! Members with P-256 keys: they sign ballots, to vote and to propose, and whoever sends them pays.

use super::{
    Desk,
    desk::{FIRST_INDEX, council_rules, rules},
};
use crate::{Error, p256::P256Signer};
use abi::governor::Proposal;
use bytemuck::bytes_of;
use client::{addresses, ballots, governor as calls};
use policy::ballot::{Question, Voice};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// How often a member signs what it proposes, if others propose meanwhile.
const SIGNATURES: u32 = 2;

impl Desk<'_> {
    /// What the member says of a proposal.
    pub(super) fn cast(&self, proposal: &Proposal, voice: Voice, signer: &P256Signer) -> Result<(), Error> {
        let council = council_rules(&self.council()?);
        let question = Question::vote(voice, proposal.digest, &rules(proposal)?, &council);
        let verb = if voice == Voice::Approve { "approves" } else { "objects" };
        self.answer(&question, verb, signer, self.ballot_call(proposal.id.get(), voice))
    }

    /// Proposes an action in the member's name, whoever runs this being the sponsor; the new proposal's id. `call` makes the instruction
    /// of an id. Whoever proposes in between takes the id that was signed, so that the member signs once more.
    pub(super) fn propose_by_ballot(
        &self,
        action: &[u8],
        signer: &P256Signer,
        call: impl Fn(u64) -> Instruction,
    ) -> Result<u64, Error> {
        for _ in 0..SIGNATURES {
            let council = self.council()?;
            let id = council.proposals.get();
            let digest = self.told(id, action)?;
            let question = ballots::proposal(&self.governor, &council, action);
            let Err(error) = self.answer(&question, &format!("proposes {id}"), signer, call(id)) else {
                return Ok(id);
            };
            if self.council()?.proposals.get() == id {
                return Err(error);
            }
            // It landed though nobody said so, or somebody else proposed the very same.
            if self.proposal(id)?.digest == digest {
                (self.progress)(&format!("proposed as {id}"));
                return Ok(id);
            }
            (self.progress)(&format!("somebody else's proposal is {id} now"));
        }
        Err(Error::ProposedMeanwhile)
    }

    /// Signs a ballot over the latest slot that the network has a hash of, and sends it with the call that it is for.
    fn answer(&self, question: &Question, verb: &str, signer: &P256Signer, call: Instruction) -> Result<(), Error> {
        let key = signer.public();
        let (slot, hash) = self.slot_hash()?;
        let ballot = question.ballot(slot, hash);
        let message = bytes_of(&ballot);
        let proof = ballots::proof(&key, &signer.sign(message)?, message);
        self.send(&format!("{} {verb} with its P-256 key", ballots::member(&key)), &[proof, call])
    }

    /// The call, after the proof and the instruction that asks for units.
    fn ballot_call(&self, id: u64, voice: Voice) -> Instruction {
        let (index, client_data) = (FIRST_INDEX, Vec::new());
        let (council, proposal) = (addresses::council(&self.governor), addresses::proposal(&self.governor, id));
        match voice {
            Voice::Approve => calls::ProposalApproveP256 { council, proposal }
                .instruction_of(self.governor, calls::ProposalApproveP256Args { index, client_data }),
            Voice::Object => calls::ProposalObjectP256 { council, proposal }
                .instruction_of(self.governor, calls::ProposalObjectP256Args { index, client_data }),
        }
    }

    /// A slot with its hash; asked of a network whose runtime verifies P-256 signatures.
    fn slot_hash(&self) -> Result<(u64, [u8; 32]), Error> {
        let (precompile, sysvar) = (Pubkey::from(abi::ids::SECP256R1), Pubkey::from(abi::ids::SYSVAR_SLOT_HASHES));
        let found = self.connection.accounts(&[precompile, sysvar])?;
        let [Some(_), Some((_, hashes))] = found.as_slice() else { return Err(Error::NoP256) };
        abi::ballot::slot_hash_latest(hashes).ok_or(Error::NoP256)
    }
}
