//! Delivery as tokens: margin's series of an epoch, its mint, and the token accounts that take them.
use crate::errors::VaultError;
use crate::reads::MARGIN;
use crate::shares::TOKEN_2022;
use crate::state::{Epoch, Vault};
use abi::ids;
use abi::margin::{Wrapped, WRAPPED_MINT_SEED, WRAPPED_SEED};
use anchor_lang::find_program_address;
use anchor_lang::prelude::*;

/// A token account: 165 bytes of mint, owner and so on, and extensions beyond; a multisig of this length is none.
const TOKEN_LEN: usize = 165;
const MULTISIG_LEN: usize = 355;
const STATE_AT: usize = 108;
const INITIALISED: u8 = 1;

/// What an epoch sells.
pub struct Series {
    expiry: Address,
    strike_e6: u64,
    kind: u8,
}

impl Series {
    pub fn of(vault: &Vault, epoch: &Epoch) -> Result<Self> {
        Ok(Self { expiry: epoch.expiry, strike_e6: epoch.strike_e6.get(), kind: vault.option_kind()? })
    }

    /// The mint of the series' tokens, whether anybody has opened it or not.
    pub fn mint(&self) -> Address {
        let seeds: [&[u8]; 4] = [WRAPPED_SEED, self.expiry.as_array(), &self.strike_e6.to_le_bytes(), &[self.kind]];
        let (wrapped, _) = find_program_address(&seeds, &MARGIN);
        find_program_address(&[WRAPPED_MINT_SEED, wrapped.as_array()], &MARGIN).0
    }

    /// The mint that margin's account of the series names. Only the margin program makes such accounts, so the series pins it.
    /// Error: `WrongWrapped`.
    pub fn mint_of(&self, wrapped: &AccountView) -> Result<Address> {
        let wrapped = shared::read::<Wrapped, _>(wrapped, &ids::MARGIN, |_| VaultError::WrongWrapped)?;
        let is_ours = wrapped.expiry == self.expiry.to_bytes()
            && wrapped.strike_e6.get() == self.strike_e6
            && wrapped.kind == self.kind;
        require!(is_ours, VaultError::WrongWrapped);
        Ok(Address::new_from_array(wrapped.mint))
    }
}

/// Whether Token-2022 would mint to this account: asked before the call, because a refusal there would end the transaction, and a bidder
/// could make himself a way out of a bid.
pub fn takes(holder: &AccountView, mint: &Address) -> bool {
    key_at(holder, 0).is_some_and(|found| found == mint.to_bytes())
}

/// Whether it is `owner`'s.
pub fn is_of(holder: &AccountView, owner: &Address) -> bool {
    key_at(holder, 32).is_some_and(|found| found == owner.to_bytes())
}

/// 32 bytes of a token account that is in use.
fn key_at(holder: &AccountView, at: usize) -> Option<[u8; 32]> {
    if !holder.owned_by(&TOKEN_2022) {
        return None;
    }
    let data = holder.try_borrow().ok()?;
    let is_token = data.len() >= TOKEN_LEN && data.len() != MULTISIG_LEN && data.get(STATE_AT) == Some(&INITIALISED);
    data.get(at..)?.first_chunk().copied().filter(|_| is_token)
}
