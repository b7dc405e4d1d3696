//! Calls of the upgradeable loader, signed by the governor's PDA. There is no call here that closes a program's code.
use abi::governor::AUTHORITY_SEED;
use anchor_lang::cpi::InstructionAccount;
use anchor_lang::prelude::*;
use anchor_lang::unchecked_invoke_signed_fixed;

pub const LOADER: Address = Address::new_from_array(abi::ids::LOADER);
const UPGRADE: [u8; 4] = 3_u32.to_le_bytes();
const CLOSE: [u8; 4] = 5_u32.to_le_bytes();
const SET_AUTHORITY_CHECKED: [u8; 4] = 7_u32.to_le_bytes();

/// Accounts of an upgrade.
pub struct Upgrade<'a> {
    pub program_data: &'a mut UncheckedAccount,
    pub program: &'a mut UncheckedAccount,
    pub buffer: &'a mut UncheckedAccount,
    pub spill: &'a mut UncheckedAccount,
    pub rent: &'a UncheckedAccount,
    pub clock: &'a UncheckedAccount,
    pub authority: &'a UncheckedAccount,
}

/// Replaces a program's code by a buffer's.
pub fn upgrade(accounts: Upgrade, bump: u8) {
    let Upgrade { program_data, program, buffer, spill, rent, clock, authority } = accounts;
    let handles: [CpiHandle; 7] = [
        program_data.cpi_handle_mut().into(),
        program.cpi_handle_mut().into(),
        buffer.cpi_handle_mut().into(),
        spill.cpi_handle_mut().into(),
        rent.cpi_handle(),
        clock.cpi_handle(),
        authority.cpi_handle().as_signer(),
    ];
    invoke(&UPGRADE, &handles, bump);
}

/// Moves the authority over a buffer or a program's code from `current`, which signed, to the governor's PDA. The PDA signs too:
/// the authority cannot go to a key that nobody holds.
pub fn authority_take(target: &mut UncheckedAccount, current: &Signer, authority: &UncheckedAccount, bump: u8) {
    let handles: [CpiHandle; 3] =
        [target.cpi_handle_mut().into(), current.cpi_handle(), authority.cpi_handle().as_signer()];
    invoke(&SET_AUTHORITY_CHECKED, &handles, bump);
}

/// Moves the authority over a program's code from the governor's PDA to `new`, which signed.
pub fn authority_give(target: &mut UncheckedAccount, authority: &UncheckedAccount, new: &Signer, bump: u8) {
    let handles: [CpiHandle; 3] =
        [target.cpi_handle_mut().into(), authority.cpi_handle().as_signer(), new.cpi_handle()];
    invoke(&SET_AUTHORITY_CHECKED, &handles, bump);
}

/// Closes a buffer in favour of `recipient`. The caller has checked that it is a buffer.
pub fn buffer_close(
    buffer: &mut UncheckedAccount,
    recipient: &mut UncheckedAccount,
    authority: &UncheckedAccount,
    bump: u8,
) {
    let handles: [CpiHandle; 3] =
        [buffer.cpi_handle_mut().into(), recipient.cpi_handle_mut().into(), authority.cpi_handle().as_signer()];
    invoke(&CLOSE, &handles, bump);
}

fn invoke<const N: usize>(data: &[u8], handles: &[CpiHandle; N], bump: u8) {
    let metas =
        handles.map(|handle| InstructionAccount::new(handle.address(), handle.is_writable(), handle.is_signer()));
    // A failed call ends the transaction: nothing is returned.
    unchecked_invoke_signed_fixed(&LOADER, data, &metas, handles, &[&[AUTHORITY_SEED, &[bump]]]);
}
