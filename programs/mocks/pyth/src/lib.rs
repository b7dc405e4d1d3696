//! A mock, for local networks and tests only: it is loaded *at the address of the Pyth receiver*
//! (`rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ`), so that price accounts have their real owner, length and layout
//! and the oracle reads them exactly as it reads Pyth's. The real receiver writes a price after it has verified a
//! Wormhole message; this one writes whatever the account's writer signs. Nothing here is ever deployed to a public
//! cluster, and no Bastion program knows that it exists.
//!
//! A client creates an account of `PRICE_UPDATE_LEN` bytes with the system program (owner: this program), then moves
//! it with the only instruction:
//!
//! | bytes | meaning |
//! |---|---|
//! | 0 | `0` = write |
//! | 1..3 | offset in the account, u16 little endian |
//! | 3.. | the bytes to store there |
//!
//! Accounts: 0 `[writable]` the price account; 1 `[signer]` its writer, named by the account's own bytes 8..40 (the
//! `write_authority` field of `PriceUpdateV2`). A fresh account, all zero there, takes its first write from any signer.
#![no_std]

use pinocchio::{error::ProgramError, AccountView, Address, ProgramResult};

/// Length of a `PriceUpdateV2` account as the real receiver allocates it.
pub const PRICE_UPDATE_LEN: usize = 134;
/// The one instruction.
pub const WRITE: u8 = 0;

const WRITER_START: usize = 8;
const WRITER_END: usize = 40;

/// Custom error codes, 9900 and up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MockPythError {
    /// The instruction is not `0, offset, bytes` with at least one byte to store.
    InstructionMalformed = 9900,
    /// Two accounts are needed: the price account and its writer.
    AccountsMissing = 9901,
    /// The price account is not owned by this program.
    AccountNotOwned = 9902,
    /// The price account was not passed as writable.
    AccountNotWritable = 9903,
    /// The writer did not sign.
    WriterNotSigner = 9904,
    /// The signer is not the writer that the account names.
    WriterMismatch = 9905,
    /// Offset plus length passes the end of the account.
    WriteOutOfBounds = 9906,
}

impl From<MockPythError> for ProgramError {
    fn from(error: MockPythError) -> Self {
        Self::Custom(error as u32)
    }
}

/// Checks the accounts and stores the bytes.
pub fn process_instruction(program_id: &Address, accounts: &mut [AccountView], instruction: &[u8]) -> ProgramResult {
    let [price, writer, ..] = accounts else {
        return Err(MockPythError::AccountsMissing.into());
    };
    if !price.owned_by(program_id) {
        return Err(MockPythError::AccountNotOwned.into());
    }
    if !price.is_writable() {
        return Err(MockPythError::AccountNotWritable.into());
    }
    if !writer.is_signer() {
        return Err(MockPythError::WriterNotSigner.into());
    }
    let (offset, bytes) = write_parse(instruction)?;
    let mut data = price.try_borrow_mut()?;
    write_apply(&mut data, writer.address().as_array(), offset, bytes)?;
    Ok(())
}

/// Splits an instruction into the offset and the bytes to store.
pub fn write_parse(instruction: &[u8]) -> Result<(usize, &[u8]), MockPythError> {
    match instruction {
        [WRITE, low, high, bytes @ ..] if !bytes.is_empty() => {
            Ok((usize::from(u16::from_le_bytes([*low, *high])), bytes))
        }
        _ => Err(MockPythError::InstructionMalformed),
    }
}

/// Stores `bytes` at `offset` if `writer` may write the account; otherwise changes nothing.
pub fn write_apply(account: &mut [u8], writer: &[u8; 32], offset: usize, bytes: &[u8]) -> Result<(), MockPythError> {
    let named = account.get(WRITER_START..WRITER_END).ok_or(MockPythError::WriteOutOfBounds)?;
    let fresh = named.iter().all(|byte| *byte == 0);
    if !fresh && named != writer {
        return Err(MockPythError::WriterMismatch);
    }
    let end = offset.checked_add(bytes.len()).ok_or(MockPythError::WriteOutOfBounds)?;
    account.get_mut(offset..end).ok_or(MockPythError::WriteOutOfBounds)?.copy_from_slice(bytes);
    Ok(())
}

#[cfg(not(feature = "no-entrypoint"))]
mod entrypoint {
    #[cfg(target_os = "solana")]
    pinocchio::program_entrypoint!(crate::process_instruction, 2);
    pinocchio::no_allocator!();
    // On the host this links std, whose handler serves the unit tests.
    pinocchio::nostd_panic_handler!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const WRITER: [u8; 32] = [7; 32];

    fn owned_by_writer() -> [u8; PRICE_UPDATE_LEN] {
        let mut account = [0; PRICE_UPDATE_LEN];
        account[WRITER_START..WRITER_END].copy_from_slice(&WRITER);
        account
    }

    #[test]
    fn write_parse_returns_offset_and_bytes() {
        assert_eq!(write_parse(&[0, 0x49, 0x01, 5, 6]), Ok((0x0149, &[5, 6][..])));
    }

    #[test]
    fn write_parse_of_unknown_or_empty_instruction_fails_instruction_malformed() {
        for instruction in [&[][..], &[1, 0, 0, 5], &[0, 0], &[0, 0, 0]] {
            assert_eq!(write_parse(instruction), Err(MockPythError::InstructionMalformed));
        }
    }

    #[test]
    fn write_apply_to_fresh_account_takes_any_signer() {
        let mut account = [0; PRICE_UPDATE_LEN];
        assert_eq!(write_apply(&mut account, &WRITER, 0, &owned_by_writer()), Ok(()));
        assert_eq!(account, owned_by_writer());
    }

    #[test]
    fn write_apply_by_another_signer_fails_writer_mismatch() {
        let mut account = owned_by_writer();
        assert_eq!(write_apply(&mut account, &[8; 32], 73, &[1; 8]), Err(MockPythError::WriterMismatch));
        assert_eq!(account, owned_by_writer());
    }

    #[test]
    fn write_apply_past_the_end_fails_write_out_of_bounds() {
        let mut account = owned_by_writer();
        assert_eq!(write_apply(&mut account, &WRITER, 130, &[1; 5]), Err(MockPythError::WriteOutOfBounds));
        assert_eq!(account, owned_by_writer());
        assert_eq!(write_apply(&mut account, &WRITER, 129, &[1; 5]), Ok(()));
    }

    #[test]
    fn write_apply_to_account_without_writer_field_fails_write_out_of_bounds() {
        assert_eq!(write_apply(&mut [0; 39], &WRITER, 0, &[1]), Err(MockPythError::WriteOutOfBounds));
    }
}
