//! A member with a P-256 key: no runtime account signs with one, so that a ballot travels in anybody's transaction, after an instruction
//! of the secp256r1 precompile that verified its signature.
use crate::draft::Draft;
use crate::state::{now, Council, Proposal};
use crate::GovernorError;
use abi::ballot::{member_parts, parse, slot_hash, Ballot};
use abi::passkey::{challenge, PasskeyError};
use abi::precompile::{verified, SignatureError, P256_KEY_LEN};
use anchor_lang::address_eq;
use anchor_lang::pinocchio::sysvars::instructions::Instructions;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::hash::hashv;
use policy::ballot::{Question, Voice};

const SECP256R1: Address = Address::new_from_array(abi::ids::SECP256R1);

/// Where the ballot and its signature are. The caller has checked the addresses of both sysvars.
pub struct Proof<'a> {
    pub instructions: &'a AccountView,
    pub slot_hashes: &'a AccountView,
    /// Place of the precompile's instruction in the transaction.
    pub index: u8,
    /// What a passkey's browser signed in place of the ballot; empty for a key that signs ballots themselves.
    pub client_data: &'a [u8],
}

impl Proof<'_> {
    /// The member who says `voice` by this proof: its address and seat.
    pub fn member(&self, voice: Voice, council: &Council, proposal: &Proposal) -> Result<(Address, u8)> {
        self.answers(&Question::vote(voice, proposal.digest, &proposal.rules()?, &council.rules()), council)
    }

    /// The member who proposes this draft by this proof.
    pub fn proposer(&self, draft: &Draft, council: &Council) -> Result<Address> {
        let (member, _) = self.answers(&Question::proposal(draft.digest, &council.rules()), council)?;
        Ok(member)
    }

    fn answers(&self, question: &Question, council: &Council) -> Result<(Address, u8)> {
        let (key, cast) = self.ballot()?;
        let seat = council.member_index(&key)?;
        let hashes = self.slot_hashes.try_borrow()?;
        let hash = slot_hash(&hashes, cast.slot.get());
        question.counts(&cast, hash, now()?.slot).map_err(GovernorError::from)?;
        Ok((key, seat))
    }

    /// Who signed which ballot. The precompile's success is the runtime's: a transaction whose signature does not verify changes nothing.
    /// What remains is to look at exactly the key and message that this instruction verified.
    fn ballot(&self) -> Result<(Address, Ballot)> {
        let sysvar = Instructions::try_from(self.instructions)?;
        require!(u16::from(self.index) < sysvar.load_current_index(), GovernorError::SignatureInstructionMissing);
        let at = sysvar.load_instruction_at(usize::from(self.index))?;
        require!(address_eq(at.get_program_id(), &SECP256R1), GovernorError::SignatureProgramWrong);
        let signed = verified::<P256_KEY_LEN>(at.get_instruction_data(), u16::from(self.index));
        let signed = signed.map_err(GovernorError::from)?;
        let member = Address::new_from_array(hashv(&member_parts(signed.public_key)).to_bytes());
        if self.client_data.is_empty() {
            return Ok((member, *parse(signed.message).ok_or(GovernorError::SignatureUnproven)?));
        }
        let hash = hashv(&[self.client_data]).to_bytes();
        let message = challenge(signed.message, self.client_data, &hash).map_err(GovernorError::from)?;
        Ok((member, *parse(&message).ok_or(GovernorError::SignatureUnproven)?))
    }
}

impl From<SignatureError> for GovernorError {
    fn from(error: SignatureError) -> Self {
        match error {
            SignatureError::CountNotOne => Self::SignatureCountNotOne,
            SignatureError::ForeignOffsets => Self::SignatureOffsetsForeign,
            SignatureError::OutOfRange => Self::SignatureOffsetsOutOfRange,
        }
    }
}

impl From<PasskeyError> for GovernorError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::OtherClientData => Self::PasskeyClientDataOther,
            PasskeyError::UserNotVerified => Self::PasskeyUserNotVerified,
            PasskeyError::NoBallot => Self::PasskeyNoBallot,
        }
    }
}
