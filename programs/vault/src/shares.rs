//! Shares: a Token-2022 mint whose name and symbol stand in the mint itself, so that any wallet can say what it holds (ADR 20).
//!
//! The vault's PDA alone mints and burns, nobody can freeze, and no extension touches a transfer.
use crate::errors::VaultError;
use crate::state::{SignerSeeds, Vault};
use anchor_lang::cpi::{rent_exempt_lamports, InstructionAccount};
use anchor_lang::prelude::*;
use anchor_lang::system_program::{transfer, Transfer};
use anchor_lang::{create_account_signed, unchecked_invoke_signed_fixed};

pub const TOKEN_2022: Address = Address::new_from_array(abi::ids::TOKEN_2022);

const MINT_TO: u8 = 7;
const BURN: u8 = 8;
const TRANSFER_CHECKED: u8 = 12;
const INITIALIZE_ACCOUNT_3: u8 = 18;
const INITIALIZE_MINT_2: u8 = 20;
const METADATA_POINTER: [u8; 2] = [39, 0];
/// First eight bytes of sha256("spl_token_metadata_interface:initialize_account").
const METADATA_INITIALIZE: [u8; 8] = [210, 225, 30, 162, 88, 184, 77, 141];

/// A mint with a metadata pointer: base, account type, and the extension's head and body.
const MINT_LEN: usize = 165 + 1 + 4 + 64;
/// What metadata take beyond their texts: head, authority, mint, three lengths of texts and one of a list.
const METADATA_LEN: usize = 4 + 32 + 32 + 4 * 4;
pub const TOKENS_LEN: usize = 165;

/// Name and symbol of a vault's shares.
pub struct Label {
    pub name: String,
    pub symbol: String,
}

/// Accounts of a new mint.
pub struct MintCreate<'a> {
    pub payer: &'a mut Signer,
    pub mint: &'a mut UncheckedAccount,
    pub vault: &'a Account<Vault>,
    pub system_program: &'a Program<System>,
}

impl MintCreate<'_> {
    /// Creates the mint at its PDA, with its metadata inside.
    pub fn call(self, decimals: u8, label: &Label, mint_seeds: &[&[u8]]) -> Result<()> {
        create_account_signed(self.payer.account(), self.mint.account(), MINT_LEN, &TOKEN_2022, mint_seeds)?;
        let texts = label.name.len().saturating_add(label.symbol.len());
        let whole = MINT_LEN.saturating_add(METADATA_LEN).saturating_add(texts);
        let missing = rent_exempt_lamports(whole)?.saturating_sub(self.mint.account().lamports());
        let accounts = Transfer { from: self.payer.cpi_handle_mut(), to: self.mint.cpi_handle_mut() };
        transfer(CpiContext::new(self.system_program.address(), accounts), missing)?;

        // No authority over the pointer, and none to freeze.
        let mint = *self.mint.address();
        let pointer = [METADATA_POINTER.as_slice(), &[0; 32], mint.as_ref()].concat();
        invoke(&pointer, &[self.mint.cpi_handle_mut().into()], &[]);
        let initialise = [[INITIALIZE_MINT_2, decimals].as_slice(), self.vault.address().as_ref(), &[0]].concat();
        invoke(&initialise, &[self.mint.cpi_handle_mut().into()], &[]);
        let seeds = self.vault.signer_seeds();
        let seeds = seeds.parts();
        let (handle, authority): (CpiHandle, CpiHandle) = (self.mint.cpi_handle_mut().into(), self.vault.cpi_handle());
        invoke(&label.initialise()?, &[handle, authority, handle, authority.as_signer()], &[&seeds]);
        Ok(())
    }
}

impl Label {
    /// Metadata without a link: what the shares are is on chain.
    fn initialise(&self) -> Result<Vec<u8>> {
        let mut data = METADATA_INITIALIZE.to_vec();
        for text in [self.name.as_str(), self.symbol.as_str(), ""] {
            let len = u32::try_from(text.len()).map_err(|_| VaultError::AmountOverflow)?;
            data.extend_from_slice(&len.to_le_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        Ok(data)
    }
}

/// Creates the token account in which shares wait, owned by the vault's PDA.
pub fn tokens_create(
    payer: &Signer,
    tokens: &mut UncheckedAccount,
    mint: &UncheckedAccount,
    vault: &Address,
    seeds: &[&[u8]],
) -> Result<()> {
    create_account_signed(payer.account(), tokens.account(), TOKENS_LEN, &TOKEN_2022, seeds)?;
    let data = [[INITIALIZE_ACCOUNT_3].as_slice(), vault.as_ref()].concat();
    invoke(&data, &[tokens.cpi_handle_mut().into(), mint.cpi_handle()], &[]);
    Ok(())
}

/// Mints shares to the account in which they wait.
pub fn mint_to(
    mint: &mut UncheckedAccount,
    tokens: &mut UncheckedAccount,
    authority: CpiHandle,
    amount: u64,
    seeds: &SignerSeeds,
) {
    let handles = [mint.cpi_handle_mut().into(), tokens.cpi_handle_mut().into(), authority.as_signer()];
    invoke(&with_amount(MINT_TO, amount), &handles, &[&seeds.parts()]);
}

/// Burns shares that wait.
pub fn burn(
    mint: &mut UncheckedAccount,
    tokens: &mut UncheckedAccount,
    authority: CpiHandle,
    amount: u64,
    seeds: &SignerSeeds,
) {
    let handles = [tokens.cpi_handle_mut().into(), mint.cpi_handle_mut().into(), authority.as_signer()];
    invoke(&with_amount(BURN, amount), &handles, &[&seeds.parts()]);
}

/// A transfer of shares.
pub struct ShareTransfer<'a> {
    pub from: &'a mut UncheckedAccount,
    pub mint: &'a UncheckedAccount,
    pub to: &'a mut UncheckedAccount,
    pub decimals: u8,
    pub amount: u64,
}

impl ShareTransfer<'_> {
    /// Out of the vault's hands: its PDA signs.
    pub fn signed(self, authority: CpiHandle, seeds: &SignerSeeds) {
        self.call(authority.as_signer(), &[&seeds.parts()]);
    }

    /// Into the vault's hands: the owner has signed the transaction.
    pub fn by_owner(self, owner: CpiHandle) {
        self.call(owner, &[]);
    }

    fn call(self, authority: CpiHandle, signer: &[&[&[u8]]]) {
        let mut data = with_amount(TRANSFER_CHECKED, self.amount).to_vec();
        data.push(self.decimals);
        let handles =
            [self.from.cpi_handle_mut().into(), self.mint.cpi_handle(), self.to.cpi_handle_mut().into(), authority];
        invoke(&data, &handles, signer);
    }
}

fn with_amount(instruction: u8, amount: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = amount.to_le_bytes();
    [instruction, a, b, c, d, e, f, g, h]
}

fn invoke<const N: usize>(data: &[u8], handles: &[CpiHandle; N], signer: &[&[&[u8]]]) {
    let metas =
        handles.map(|handle| InstructionAccount::new(handle.address(), handle.is_writable(), handle.is_signer()));
    // A failed call ends the transaction: nothing is returned.
    unchecked_invoke_signed_fixed(&TOKEN_2022, data, &metas, handles, signer);
}
