//! A maker's quote: signed, as the Ed25519 precompile verified it in the same transaction, or posted, as an account of this program
//! holds it. Both are the same bytes, and from here on there is no difference.
use crate::errors::MarginError;
use crate::state::{MarginAccount, PostedQuote};
use crate::ID;
use abi::margin::DELEGATE_TRADE;
use abi::precompile::{verified, SignatureError, ED25519_KEY_LEN};
use abi::quote::{QuoteError, QuoteHeader, QuoteLeg};
use anchor_lang::address_eq;
use anchor_lang::pinocchio::sysvars::instructions::Instructions;
use anchor_lang::prelude::*;

const ED25519: Address = Address::new_from_array(abi::ids::ED25519);
const INSTRUCTIONS: Address = Address::new_from_array(abi::ids::SYSVAR_INSTRUCTIONS);

/// A quote that its maker stands by.
pub struct MakerQuote {
    pub header: QuoteHeader,
    pub legs: Vec<QuoteLeg>,
    /// sha256 of the whole message.
    pub digest: [u8; 32],
}

impl MakerQuote {
    /// Reads the quote from `source`: the instructions sysvar for a signed one, then of instruction `index`, or a posted quote's account.
    pub fn read(source: &AccountView, index: u8, maker: &MarginAccount, maker_address: &Address) -> Result<Self> {
        if address_eq(source.address(), &INSTRUCTIONS) {
            return Self::read_signed(source, index, maker);
        }
        require!(source.owned_by(&ID), MarginError::QuoteSourceWrong);
        let posted = Account::<PostedQuote>::load(*source)?;
        require!(address_eq(&posted.maker_account, maker_address), MarginError::QuoteMakerWrong);
        Self::parse(posted.bytes()?)
    }

    /// The precompile's success is the runtime's: a transaction whose signature does not verify never gets here. What remains is to look
    /// at exactly the message and key that *this* instruction verified.
    fn read_signed(instructions: &AccountView, index: u8, maker: &MarginAccount) -> Result<Self> {
        let sysvar = Instructions::try_from(instructions).map_err(|_| MarginError::QuoteSourceWrong)?;
        let at =
            sysvar.load_instruction_at(usize::from(index)).map_err(|_| MarginError::SignatureInstructionMissing)?;
        require!(address_eq(at.get_program_id(), &ED25519), MarginError::SignatureProgramWrong);
        let signed =
            verified::<ED25519_KEY_LEN>(at.get_instruction_data(), u16::from(index)).map_err(|why| match why {
                SignatureError::CountNotOne => MarginError::SignatureCountNotOne,
                SignatureError::ForeignOffsets => MarginError::SignatureOffsetsForeign,
                SignatureError::OutOfRange => MarginError::SignatureOffsetsOutOfRange,
            })?;
        let key = Address::new_from_array(*signed.public_key);
        require!(maker.may(&key, DELEGATE_TRADE), MarginError::SignatureOfAnotherKey);
        Self::parse(signed.message)
    }

    /// The quote that `message` is.
    pub fn parse(message: &[u8]) -> Result<Self> {
        let (header, legs) = abi::quote::parse(message).map_err(|why| match why {
            QuoteError::WrongDomain => MarginError::QuoteDomainWrong,
            QuoteError::WrongLegCount => MarginError::TooManyLegs,
            QuoteError::WrongLength | QuoteError::ReservedNotZero => MarginError::QuoteMalformed,
        })?;
        Ok(Self { header: *header, legs: legs.to_vec(), digest: sha256(message) })
    }
}
