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
