//! An account as it was found.

use abi::{Address, Layout};

/// Bytes, and whose they are.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    pub address: Address,
    pub owner: Address,
    pub data: &'a [u8],
}

impl<'a> Account<'a> {
    /// The layout `T` of `program`, if this account is one and this reader understands it.
    pub fn layout<T: Layout>(&self, program: &Address) -> Option<&'a T> {
        abi::read::<T>(&self.owner, program, self.data).ok()
    }
}

/// Offset of the amount in a token account, which SPL Token and Token-2022 share.
const AMOUNT_AT: usize = 64;
/// Bytes of a token account without extensions.
const TOKEN_ACCOUNT_LEN: usize = 165;

/// What a token account's bytes say that it holds. `None` if they are too few for one.
pub fn token_atoms(data: &[u8]) -> Option<u64> {
    if data.len() < TOKEN_ACCOUNT_LEN {
        return None;
    }
    let bytes = data.get(AMOUNT_AT..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}
