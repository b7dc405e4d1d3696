//! Commitment to code: a length and the sha256 of exactly that many bytes.
use crate::state::Adoption;
use crate::GovernorError;
use anchor_lang::prelude::*;

/// sha256 of the first `len` bytes of a program's code account, once everything after them is known to be zero.
///
/// The loader runs the whole account, so bytes behind the hashed ones would run too.
pub fn hash_with_zero_tail(code: &[u8], len: u32) -> Result<[u8; 32]> {
    let len = usize::try_from(len).map_err(|_| GovernorError::ElfLenOutOfRange)?;
    let (elf, tail) = code.split_at_checked(len).ok_or(GovernorError::ElfLenOutOfRange)?;
    require!(!elf.is_empty(), GovernorError::ElfLenOutOfRange);
    require!(is_zero(tail), GovernorError::TailNotZero);
    Ok(sha256(elf))
}

/// Checks that `buffer` is a loader buffer of `authority` holding exactly the committed code. `foreign` names the fact when the
/// authority is another.
pub fn buffer_check(
    buffer: &AccountView,
    authority: &Address,
    elf_hash: &[u8; 32],
    elf_len: u32,
    foreign: GovernorError,
) -> Result<()> {
    buffer_held(buffer, authority, elf_len, foreign)?;
    let data = buffer.try_borrow()?;
    let state = abi::loader::buffer(&data).map_err(|_| GovernorError::NotBuffer)?;
    require!(sha256(state.code) == *elf_hash, GovernorError::BufferHashMismatch);
    Ok(())
}

/// As [`buffer_check`], without reading the code: nobody can have written to a buffer since the governor took it over, as the loader
/// takes writes from its authority at the top level only, where a PDA does not sign. So a transaction hashes code once, and what it
/// hashes is what runs.
pub fn buffer_held(buffer: &AccountView, authority: &Address, elf_len: u32, foreign: GovernorError) -> Result<()> {
    require!(buffer.owned_by(&crate::loader::LOADER), GovernorError::NotBuffer);
    let data = buffer.try_borrow()?;
    let state = abi::loader::buffer(&data).map_err(|_| GovernorError::NotBuffer)?;
    if state.authority != Some(authority.to_bytes()) {
        return Err(foreign.into());
    }
    require!(u32::try_from(state.code.len()) == Ok(elf_len), GovernorError::BufferLengthMismatch);
    Ok(())
}

/// Checks that `buffer` is the governor's and holds the code that runs now: what a rollback would restore.
pub fn rollback_check(buffer: &AccountView, authority: &Address, adoption: &Adoption) -> Result<()> {
    let (hash, len) = (&adoption.elf_hash, adoption.elf_len.get());
    buffer_check(buffer, authority, hash, len, GovernorError::BufferAuthorityLost).map_err(|error| match error {
        error if error == GovernorError::BufferHashMismatch.into() => GovernorError::RollbackHashMismatch.into(),
        error if error == GovernorError::BufferLengthMismatch.into() => GovernorError::RollbackHashMismatch.into(),
        error => error,
    })
}

/// INVARIANT(G-3): what is deployed is what was approved, as read from the account that will run.
pub fn deployed_check(program_data: &AccountView, elf_hash: &[u8; 32], elf_len: u32) -> Result<()> {
    let data = program_data.try_borrow()?;
    let state = abi::loader::program_data(&data).map_err(|_| GovernorError::ProgramDataMismatch)?;
    require!(hash_with_zero_tail(state.code, elf_len)? == *elf_hash, GovernorError::DeployedHashMismatch);
    Ok(())
}

/// Whether all bytes are zero: the first is, and each equals its successor. One call of the runtime compares 250 bytes a unit,
/// where a loop would take hundreds.
fn is_zero(bytes: &[u8]) -> bool {
    match bytes {
        [] => true,
        [first, rest @ ..] => *first == 0 && equal(rest, bytes),
    }
}

#[cfg(target_os = "solana")]
fn equal(bytes: &[u8], with: &[u8]) -> bool {
    let mut order = 1_i32;
    let len = bytes.len().min(with.len());
    // SAFETY: both slices are readable for `len` bytes, and may overlap, since neither is written.
    unsafe { anchor_lang::pinocchio::syscalls::sol_memcmp_(bytes.as_ptr(), with.as_ptr(), len as u64, &mut order) };
    order == 0
}

#[cfg(not(target_os = "solana"))]
fn equal(bytes: &[u8], with: &[u8]) -> bool {
    with.starts_with(bytes)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn is_zero_sees_any_byte() {
        let mut bytes = [0_u8; 33];
        assert!(is_zero(&bytes) && is_zero(&[]) && is_zero(&[0]));
        for at in 0..bytes.len() {
            bytes[at] = 1;
            assert!(!is_zero(&bytes), "{at}");
            bytes[at] = 0;
        }
    }
}
