//! Accounts written back as they were recorded before an upgrade that was rolled back. Code that was replaced cannot have the last word
//! about anyone's position.
use crate::errors::MarginError;
use crate::ID;
use abi::Layout;
use anchor_lang::pinocchio::Resize;
use anchor_lang::prelude::*;
use anchor_lang::{address_eq, create_account_signed, find_program_address};

/// The account recorded at byte `at` of `preimage`. That these bytes are what the snapshot holds is the governor's to know.
pub fn image<T: Layout>(preimage: &AccountView, at: u32) -> Result<T> {
    let at = usize::try_from(at).map_err(|_| MarginError::PreimageUnreadable)?;
    let data = preimage.try_borrow()?;
    let bytes = data.get(at..).and_then(|rest| rest.get(..T::SPACE)).ok_or(MarginError::PreimageUnreadable)?;
    let read = abi::read::<T>(ID.as_array(), ID.as_array(), bytes);
    Ok(*read.map_err(|_| MarginError::PreimageUnreadable)?)
}

/// The bump of the PDA of `seeds`, which `account` must be.
pub fn bump_of(account: &UncheckedAccount, seeds: &[&[u8]]) -> Result<u8> {
    let (address, bump) = find_program_address(seeds, &ID);
    require!(address_eq(&address, account.address()), MarginError::RestoreElsewhere);
    Ok(bump)
}

/// Makes `account` hold `image` and nothing else, whatever is left of it: `seeds` are its PDA's, with the bump.
pub fn write<T: Layout>(payer: &Signer, account: &mut UncheckedAccount, seeds: &[&[u8]], image: &T) -> Result<()> {
    if !account.account().owned_by(&ID) {
        // Closed, and not yet taken by the system program from whoever closed it.
        create_account_signed(payer.account(), account.account(), T::SPACE, &ID, seeds)?;
    }
    let mut view = *account.account();
    if view.data_len() != T::SPACE {
        view.resize(T::SPACE)?;
    }
    let mut data = view.try_borrow_mut()?;
    let (discriminator, fields) =
        data.split_at_mut_checked(abi::DISCRIMINATOR_LEN).ok_or(MarginError::PreimageUnreadable)?;
    discriminator.copy_from_slice(&T::DISCRIMINATOR);
    fields.copy_from_slice(bytemuck::bytes_of(image));
    Ok(())
}
