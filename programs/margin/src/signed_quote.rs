//! A maker's quote, as the Ed25519 precompile verified it earlier in the same transaction.
use crate::errors::MarginError;
use abi::ed25519::{verified, Ed25519Error};
use abi::quote::{QuoteError, QuoteHeader, QuoteLeg};
use anchor_lang::address_eq;
use anchor_lang::pinocchio::sysvars::instructions::Instructions;
use anchor_lang::prelude::*;

const ED25519: Address = Address::new_from_array(abi::ids::ED25519);

/// A quote that its maker signed.
pub struct SignedQuote {
    pub header: QuoteHeader,
    pub leg: QuoteLeg,
    /// sha256 of the whole message.
    pub digest: [u8; 32],
}

/// Reads the quote that instruction `index` of this transaction verified, if `key` signed it.
///
/// The precompile's success is the runtime's: a transaction whose signature does not verify never gets here. What remains is to look
/// at exactly the message and key that *this* instruction verified.
pub fn signed_quote_read(instructions: &AccountView, index: u8, key: &Address) -> Result<SignedQuote> {
    let sysvar = Instructions::try_from(instructions).map_err(|_| MarginError::WrongInstructionsSysvar)?;
    let at = sysvar.load_instruction_at(usize::from(index)).map_err(|_| MarginError::SignatureInstructionMissing)?;
    require!(address_eq(at.get_program_id(), &ED25519), MarginError::SignatureProgramWrong);
    let signed = verified(at.get_instruction_data(), u16::from(index)).map_err(|why| match why {
        Ed25519Error::CountNotOne => MarginError::SignatureCountNotOne,
        Ed25519Error::ForeignOffsets => MarginError::SignatureOffsetsForeign,
        Ed25519Error::OutOfRange => MarginError::SignatureOffsetsOutOfRange,
    })?;
    require!(signed.public_key == key.as_array(), MarginError::SignatureOfAnotherKey);
    let (header, legs) = abi::quote::parse(signed.message).map_err(|why| match why {
        QuoteError::WrongDomain => MarginError::QuoteDomainWrong,
        QuoteError::WrongLength | QuoteError::WrongLegCount | QuoteError::ReservedNotZero => {
            MarginError::QuoteMalformed
        }
    })?;
    let [leg] = legs else {
        return Err(MarginError::TooManyLegs.into());
    };
    Ok(SignedQuote { header: *header, leg: *leg, digest: sha256(signed.message) })
}
