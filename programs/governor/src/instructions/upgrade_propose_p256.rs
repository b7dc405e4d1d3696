//! A member with a P-256 key proposes new code for an adopted program; whoever sends it gives the buffer that holds it.
use crate::ballot::Proof;
use crate::candidate::{Candidate, Pledge};
use crate::draft::{Draft, Origin};
use crate::state::{Adoption, Council, Proposal};
use crate::GovernorError;
use abi::governor::{AUTHORITY_SEED, COUNCIL_SEED, PROPOSAL_SEED};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct UpgradeProposeP256 {
    /// Whoever owns the buffer: pays the rent and the bond, and is the proposer.
    #[account(mut)]
    pub sponsor: Signer,
    #[account(mut, seeds = [COUNCIL_SEED], bump = council.bump)]
    pub council: Account<Council>,
    /// Names the program to upgrade. Any adoption of this governor will do: the member's ballot says which one.
    pub adoption: Account<Adoption>,
    /// Checked by the handler: a buffer of the sponsor, holding the committed code and no more.
    #[account(mut)]
    pub buffer: UncheckedAccount,
    #[account(init, payer = sponsor, seeds = [PROPOSAL_SEED, &council.proposals.get().to_le_bytes()], bump)]
    pub proposal: Account<Proposal>,
    #[account(seeds = [AUTHORITY_SEED], bump = council.authority_bump)]
    pub governor_authority: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::instructions::INSTRUCTIONS_ID @ GovernorError::NotSysvar)]
    pub instructions: UncheckedAccount,
    #[account(address = anchor_lang::pinocchio::sysvars::slot_hashes::SLOTHASHES_ID @ GovernorError::NotSysvar)]
    pub slot_hashes: UncheckedAccount,
    #[account(address = crate::loader::LOADER @ GovernorError::NotLoader)]
    pub loader: UncheckedAccount,
    pub system_program: Program<System>,
}

impl UpgradeProposeP256 {
    /// Authority: the buffer's authority, with a ballot over this very proposal that a member of the council signed within the last
    /// 150 slots. INVARIANT(G-19)
    /// Effects: those of `upgrade_propose`, with the sponsor as proposer.
    /// Errors: `CodeEmpty`, `SchemaWrong`, `PatchOutOfBounds`, `NotSysvar`, `DurableNonce`, those of a proof
    /// (`SignatureInstructionMissing` to `PasskeyNoBallot`), `NotMember`, `DigestMismatch`, those of a ballot (`BallotEpochOther` to
    /// `BallotSlotHashWrong`), `NotBuffer`, `BufferAuthorityForeign`, `BufferLengthMismatch`, `BufferHashMismatch`.
    fn validate(&self, candidate: &Candidate, draft: &Draft, index: u8, client_data: &[u8]) -> Result<Address> {
        shared::reject_durable_nonce(self.instructions.account(), GovernorError::from)?;
        let (instructions, slot_hashes) = (self.instructions.account(), self.slot_hashes.account());
        let proof = Proof { instructions, slot_hashes, index, client_data };
        let member = proof.proposer(draft, &self.council)?;
        candidate.buffer_check(self.buffer.account(), self.sponsor.address())?;
        Ok(member)
    }

    pub fn upgrade_propose_p256(
        &mut self,
        candidate: &Candidate,
        index: u8,
        client_data: &[u8],
        bumps: &UpgradeProposeP256Bumps,
    ) -> Result<()> {
        let draft = Draft::next(&self.council, &candidate.action(&self.adoption, self.buffer.address()))?;
        let member = self.validate(candidate, &draft, index, client_data)?;
        let origin = Origin { proposer: self.sponsor.address(), member: &member };
        self.proposal.draft(&mut self.council, &draft, bumps.proposal, &origin)?;
        let pledge = Pledge {
            proposer: &mut self.sponsor,
            proposal: &mut self.proposal,
            buffer: &mut self.buffer,
            governor_authority: &self.governor_authority,
            system_program: &self.system_program,
        };
        pledge.take(self.council.authority_bump)
    }
}
