//! Votes of members with P-256 keys: the member signs a ballot, and whoever sends it pays.

use super::{
    Desk,
    desk::{council_rules, rules},
};
use crate::{Error, p256::P256Signer};
use abi::governor::Proposal;
use bytemuck::bytes_of;
use client::{addresses, ballots, governor as calls};
use policy::ballot::{Question, Voice};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

impl Desk<'_> {
    /// Signs a ballot over the latest slot that the network has a hash of, and sends it.
    pub(super) fn cast(&self, proposal: &Proposal, voice: Voice, signer: &P256Signer) -> Result<(), Error> {
        let key = signer.public();
        let member = ballots::member(&key);
        let latest = self.slot_hash()?;
        let council = council_rules(&self.council()?);
        let question = Question { voice, digest: proposal.digest, proposal: rules(proposal)?, council };
        let ballot = question.ballot(latest.0, latest.1);
        let message = bytes_of(&ballot);
        let proof = ballots::proof(&key, &signer.sign(message)?, message);
        let verb = if voice == Voice::Approve { "approves" } else { "objects" };
        self.send(&format!("{member} {verb} with its P-256 key"), &[proof, self.ballot_call(proposal.id.get(), voice)])
    }

    /// The call, after the proof and the instruction that asks for units.
    fn ballot_call(&self, id: u64, voice: Voice) -> Instruction {
        let (index, client_data) = (super::desk::FIRST_INDEX, Vec::new());
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
