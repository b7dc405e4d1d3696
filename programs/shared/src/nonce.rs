//! Refusal of transactions signed long ago: with a durable nonce a signature has no expiry, and pre-signed approvals can be collected.
use anchor_lang::pinocchio::sysvars::instructions::{Instructions, INSTRUCTIONS_ID};
use anchor_lang::prelude::*;

/// Why a transaction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceError {
    /// The account is not the instructions sysvar.
    WrongSysvar,
    /// The transaction's first instruction advances a durable nonce.
    DurableNonce,
}

/// INVARIANT(G-6): fails if the transaction lives on a durable nonce. The runtime honours one only in the first instruction.
pub fn reject_durable_nonce<E: Into<Error>>(
    instructions: &AccountView,
    refused: impl FnOnce(NonceError) -> E,
) -> Result<()> {
    if *instructions.address() != INSTRUCTIONS_ID {
        return Err(refused(NonceError::WrongSysvar).into());
    }
    let sysvar = Instructions::try_from(instructions)?;
    let first = sysvar.load_instruction_at(0)?;
    if abi::nonce::is_durable(first.get_program_id().as_array(), first.get_instruction_data()) {
        return Err(refused(NonceError::DurableNonce).into());
    }
    Ok(())
}
