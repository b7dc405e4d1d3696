//! Raw reads of accounts that other programs own.
use abi::{Layout, ReadError};
use anchor_lang::pinocchio::account::Ref;
use anchor_lang::prelude::*;

/// The layout `T` in an account of `program`, borrowed in place. The account's address is the caller's to check.
///
/// ```ignore
/// let brake = shared::read::<Brake, _>(self.brake.account(), &abi::ids::BREAKER, |_| MarginError::BrakeUnreadable)?;
/// ```
pub fn read<'a, T: Layout, E: Into<Error>>(
    account: &'a AccountView,
    program: &abi::Address,
    refused: impl FnOnce(ReadError) -> E,
) -> Result<Ref<'a, T>> {
    let owner = account.owner().to_bytes();
    Ref::try_map(account.try_borrow()?, |data| abi::read::<T>(&owner, program, data))
        .map_err(|(_, why)| refused(why).into())
}
