//! A wrapped series' mint: Token-2022 with its own metadata, so that any wallet shows what the tokens are.
//!
//! The wrapped series' account is the authority to mint and to close, and there is no freeze authority: nobody but this program mints, and
//! nobody can stop a holder.
use crate::errors::MarginError;
use crate::state::Wrapped;
use abi::margin::{WRAPPED_MINT_SEED, WRAPPED_SEED};
use anchor_lang::pinocchio::instruction::InstructionAccount;
use anchor_lang::pinocchio::sysvars::{rent::Rent, Sysvar};
use anchor_lang::prelude::*;
use anchor_lang::system_program::{transfer, Transfer};
use anchor_lang::{create_account_signed, unchecked_invoke_signed_fixed, CpiHandle};
use risk::series_name::{Named, Text};

pub const TOKEN_2022: Address = Address::new_from_array(abi::ids::TOKEN_2022);

/// A mint with its two fixed extensions: 165 bytes and the account's kind, then a metadata pointer and a close authority.
const SPACE: usize = 166 + (4 + 64) + (4 + 32);
/// What metadata adds beside its texts: the entry's head, two addresses, three lengths and the number of further fields.
const METADATA_SPACE: usize = 4 + 32 + 32 + 4 * 4;

/// The head of "spl_token_metadata_interface:initialize_account", hashed.
const METADATA_INITIALIZE: [u8; 8] = [210, 225, 30, 162, 88, 184, 77, 141];

/// Token-2022's instructions, by number.
const TAG_MINT_TO: u8 = 7;
const TAG_BURN: u8 = 8;
const TAG_CLOSE: u8 = 9;
const TAG_INITIALIZE_MINT: u8 = 20;
const TAG_CLOSE_AUTHORITY: u8 = 25;
const TAG_METADATA_POINTER: u8 = 39;

/// Creates the mint of a wrapped series at its PDA.
#[inline(never)]
pub fn create(
    wrapped: &Account<Wrapped>,
    mint: &mut UncheckedAccount,
    payer: &mut Signer,
    system_program: &Address,
    named: &Named<'_>,
) -> Result<()> {
    let authority = wrapped.address();
    let (name, symbol) = (named.name(), named.symbol());
    let texts = name.as_bytes().len().saturating_add(symbol.as_bytes().len());
    // Token-2022 makes room for the metadata itself, and asks for its rent to be there.
    let full = Rent::get()?.try_minimum_balance(SPACE.saturating_add(METADATA_SPACE).saturating_add(texts))?;
    let lacks = full.saturating_sub(mint.account().lamports());
    if lacks > 0 {
        let accounts = Transfer { from: payer.cpi_handle_mut(), to: mint.cpi_handle_mut() };
        transfer(CpiContext::new(system_program, accounts), lacks)?;
    }
    let seeds: [&[u8]; 3] = [WRAPPED_MINT_SEED, authority.as_ref(), &[wrapped.mint_bump]];
    create_account_signed(payer.account(), mint.account(), SPACE, &TOKEN_2022, &seeds)?;
    let (address, authority) = (*mint.address(), *authority);
    invoke(&[&[TAG_METADATA_POINTER, 0], [0; 32].as_slice(), address.as_ref()], [mint.cpi_handle_mut().into()], &[]);
    invoke(&[&[TAG_CLOSE_AUTHORITY, 1], authority.as_ref()], [mint.cpi_handle_mut().into()], &[]);
    // No decimals, no freeze authority.
    invoke(&[&[TAG_INITIALIZE_MINT, 0], authority.as_ref(), &[0]], [mint.cpi_handle_mut().into()], &[]);
    describe(wrapped, mint, &name, &symbol)
}

/// Writes the metadata; no authority can change it afterwards, as no instruction of this program does.
fn describe(wrapped: &Account<Wrapped>, mint: &mut UncheckedAccount, name: &Text, symbol: &Text) -> Result<()> {
    // Mint and metadata are one account.
    let own = UncheckedAccount::load(*mint.account())?;
    let (name, symbol) = (name.as_bytes(), symbol.as_bytes());
    // BOUND: both are at most 56 bytes.
    let length = |text: &[u8]| u32::try_from(text.len()).unwrap_or(0).to_le_bytes();
    // The web address of further metadata is empty.
    let data: [&[u8]; 6] = [&METADATA_INITIALIZE, &length(name), name, &length(symbol), symbol, &[0; 4]];
    let authority = wrapped.cpi_handle();
    let handles = [mint.cpi_handle_mut().into(), authority, own.cpi_handle(), wrapped.cpi_handle().as_signer()];
    Signed::of(wrapped).invoke(&data, handles);
    Ok(())
}

/// Mints one token a lot to `account`, which Token-2022 holds to the mint.
pub fn mint_to(wrapped: &Account<Wrapped>, mint: &mut UncheckedAccount, account: &mut UncheckedAccount, lots: u64) {
    let handles = [mint.cpi_handle_mut().into(), account.cpi_handle_mut().into(), wrapped.cpi_handle().as_signer()];
    Signed::of(wrapped).invoke(&[&[TAG_MINT_TO], &lots.to_le_bytes()], handles);
}

/// Burns a holder's tokens; the holder has signed.
pub fn burn(mint: &mut UncheckedAccount, account: &mut UncheckedAccount, holder: &Signer, lots: u64) {
    let handles = [account.cpi_handle_mut().into(), mint.cpi_handle_mut().into(), holder.cpi_handle().as_signer()];
    invoke(&[&[TAG_BURN], &lots.to_le_bytes()], handles, &[]);
}

/// Closes a mint without tokens; its rent goes to `destination`. Token-2022 refuses while there are any.
pub fn close(wrapped: &Account<Wrapped>, mint: &mut UncheckedAccount, destination: &mut UncheckedAccount) {
    let handles = [mint.cpi_handle_mut().into(), destination.cpi_handle_mut().into(), wrapped.cpi_handle().as_signer()];
    Signed::of(wrapped).invoke(&[&[TAG_CLOSE]], handles);
}

/// Tokens of a mint in existence. Error: `WrongWrappedMint`.
pub fn supply(mint: &UncheckedAccount) -> Result<u64> {
    const SUPPLY_AT: core::ops::Range<usize> = 36..44;
    let data = mint.account().try_borrow()?;
    let bytes: [u8; 8] =
        data.get(SUPPLY_AT).and_then(|bytes| bytes.try_into().ok()).ok_or(MarginError::WrongWrappedMint)?;
    Ok(u64::from_le_bytes(bytes))
}

/// What a wrapped series signs with.
struct Signed {
    expiry: Address,
    strike: [u8; 8],
    kind: [u8; 1],
    bump: [u8; 1],
}

impl Signed {
    fn of(wrapped: &Wrapped) -> Self {
        let strike = wrapped.strike_e6.get().to_le_bytes();
        Self { expiry: wrapped.expiry, strike, kind: [wrapped.kind], bump: [wrapped.bump] }
    }

    fn invoke<const N: usize>(&self, data: &[&[u8]], handles: [CpiHandle<'_>; N]) {
        let seeds: [&[u8]; 5] = [WRAPPED_SEED, self.expiry.as_ref(), &self.strike, &self.kind, &self.bump];
        invoke(data, handles, &[&seeds]);
    }
}

/// Calls Token-2022. What it refuses ends the transaction.
///
/// By hand and not by its interface crate, whose builders of every extension would make the program a third longer.
#[inline(never)]
fn invoke<const N: usize>(data: &[&[u8]], handles: [CpiHandle<'_>; N], signer: &[&[&[u8]]]) {
    let accounts = handles.map(|at| InstructionAccount::new(at.address(), at.is_writable(), at.is_signer()));
    unchecked_invoke_signed_fixed(&TOKEN_2022, &data.concat(), &accounts, &handles, signer);
}
