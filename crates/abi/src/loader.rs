//! Raw state of the upgradeable loader (loader-v3), read in place.

use crate::Address;

/// Bytes before the ELF in a ProgramData and in a Buffer account.
pub const PROGRAM_DATA_HEADER_LEN: usize = 45;
pub const BUFFER_HEADER_LEN: usize = 37;

const TAG_BUFFER: u32 = 1;
const TAG_PROGRAM: u32 = 2;
const TAG_PROGRAM_DATA: u32 = 3;

/// Why bytes are not the loader state that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoaderError {
    TooShort,
    WrongTag,
}

/// A deployed program's code account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgramData<'a> {
    /// Slot of the last deployment or extension: never by itself a proof of an upgrade.
    pub slot: u64,
    /// `None`: the program is final.
    pub authority: Option<Address>,
    /// The ELF and the zeros after it.
    pub code: &'a [u8],
}

/// A buffer account holding code to be deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer<'a> {
    pub authority: Option<Address>,
    pub code: &'a [u8],
}

/// Address of the ProgramData account, from a program account's bytes.
pub fn program_data_address(data: &[u8]) -> Result<Address, LoaderError> {
    if tag(data)? != TAG_PROGRAM {
        return Err(LoaderError::WrongTag);
    }
    array(data, 4)
}

/// Reads a ProgramData account.
pub fn program_data(data: &[u8]) -> Result<ProgramData<'_>, LoaderError> {
    if tag(data)? != TAG_PROGRAM_DATA {
        return Err(LoaderError::WrongTag);
    }
    Ok(ProgramData {
        slot: u64::from_le_bytes(array(data, 4)?),
        authority: option(data, 12)?,
        code: data.get(PROGRAM_DATA_HEADER_LEN..).ok_or(LoaderError::TooShort)?,
    })
}

/// Reads a Buffer account.
pub fn buffer(data: &[u8]) -> Result<Buffer<'_>, LoaderError> {
    if tag(data)? != TAG_BUFFER {
        return Err(LoaderError::WrongTag);
    }
    Ok(Buffer { authority: option(data, 4)?, code: data.get(BUFFER_HEADER_LEN..).ok_or(LoaderError::TooShort)? })
}

fn tag(data: &[u8]) -> Result<u32, LoaderError> {
    array(data, 0).map(u32::from_le_bytes)
}

fn option(data: &[u8], at: usize) -> Result<Option<Address>, LoaderError> {
    match data.get(at) {
        Some(1) => array(data, at.saturating_add(1)).map(Some),
        Some(0) => Ok(None),
        Some(_) => Err(LoaderError::WrongTag),
        None => Err(LoaderError::TooShort),
    }
}

fn array<const N: usize>(data: &[u8], at: usize) -> Result<[u8; N], LoaderError> {
    data.get(at..).and_then(|rest| rest.first_chunk::<N>()).copied().ok_or(LoaderError::TooShort)
}
