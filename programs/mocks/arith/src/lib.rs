//! A mock, for tests only: computes on operands that a test sends and returns
//! the results, so that what the compiler made of the arithmetic can be held
//! to big integers on the VM.
//!
//! | bytes | meaning |
//! |---|---|
//! | 0 | the kind of operation (`kinds`) |
//! | 1 | the type: logarithm of its bytes, plus 8 if signed |
//! | 2.. | pairs of operands, 16 bytes each, little endian |
//!
//! Return data: for each pair a value of 16 bytes and an overflow flag.
#![no_std]

pub mod kinds;
mod shapes;
mod typed;

use kinds::{kind, HEADER_BYTES, PAIRS_MAX, PAIR_BYTES, RESULT_BYTES};
use pinocchio::{error::ProgramError, AccountView, Address, ProgramResult};

pub fn process_instruction(_: &Address, _: &mut [AccountView], instruction: &[u8]) -> ProgramResult {
    let mut results = [0u8; RESULT_BYTES * PAIRS_MAX];
    let len = compute(instruction, &mut results).ok_or(ProgramError::InvalidInstructionData)?;
    let results = results.get(..len).ok_or(ProgramError::InvalidInstructionData)?;
    #[cfg(target_os = "solana")]
    // SAFETY: the pointer and the length are those of one slice.
    unsafe {
        solana_define_syscall::definitions::sol_set_return_data(results.as_ptr(), results.len() as u64);
    }
    #[cfg(not(target_os = "solana"))]
    let _ = results;
    Ok(())
}

/// Returns how many bytes of `results` were written.
fn compute(instruction: &[u8], results: &mut [u8]) -> Option<usize> {
    let (header, pairs) = instruction.split_at_checked(HEADER_BYTES)?;
    let (&operation, &ty) = (header.first()?, header.get(1)?);
    let mut len = 0;
    for pair in pairs.chunks_exact(PAIR_BYTES) {
        let a = pair.first_chunk::<16>()?;
        let b = pair.last_chunk::<16>()?;
        let (value, overflow) = if operation < kind::TYPED {
            typed::evaluate(operation, ty, a, b)?
        } else {
            shapes::evaluate(operation, a, b)?
        };
        let result = results.get_mut(len..len + RESULT_BYTES)?;
        let (low, flag) = result.split_at_mut(16);
        low.copy_from_slice(&value.to_le_bytes());
        flag.fill(u8::from(overflow));
        len += RESULT_BYTES;
    }
    Some(len)
}

#[cfg(not(feature = "no-entrypoint"))]
mod entrypoint {
    #[cfg(target_os = "solana")]
    pinocchio::program_entrypoint!(crate::process_instruction, 1);
    pinocchio::default_allocator!();
    // On the host this links std.
    pinocchio::nostd_panic_handler!();
}
