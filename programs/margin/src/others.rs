//! Accounts that an instruction takes beyond its named ones, in any order: each is found by what it says, not by its place.
//!
//! An account that is passed and not needed does no harm; one that is needed and not passed is an error. The framework refuses any
//! that stands among the named writable ones too, and of two that are the same the first is used throughout.
use crate::errors::MarginError;
use crate::state::Expiry;
use crate::ID;
use abi::oracle::Surface;
use anchor_lang::pinocchio::account::{Ref, RefMut};
use anchor_lang::prelude::*;

/// The expiry of `market` at `expiry_unix_s`, to read.
pub fn expiry<'a>(others: &'a [AccountView], market: &Address, expiry_unix_s: i64) -> Result<Ref<'a, Expiry>> {
    let view = others.iter().find(|view| is_expiry(view, market, expiry_unix_s));
    let data = view.ok_or(MarginError::QuoteExpiryMismatch)?.try_borrow()?;
    Ref::try_map(data, |data| bytes(data).and_then(|bytes| bytemuck::try_from_bytes(bytes).ok()).ok_or(()))
        .map_err(|_| MarginError::QuoteExpiryMismatch.into())
}

/// As [`expiry`], to change.
pub fn expiry_mut<'a>(
    others: &'a mut [AccountView],
    market: &Address,
    expiry_unix_s: i64,
) -> Result<RefMut<'a, Expiry>> {
    let view = others.iter_mut().find(|view| is_expiry(view, market, expiry_unix_s));
    let view = view.filter(|view| view.is_writable()).ok_or(MarginError::QuoteExpiryMismatch)?;
    let data = view.try_borrow_mut()?;
    RefMut::try_map(data, |data| bytes_mut(data).and_then(|bytes| bytemuck::try_from_bytes_mut(bytes).ok()).ok_or(()))
        .map_err(|_| MarginError::QuoteExpiryMismatch.into())
}

/// The surface of `feed` at `expiry_unix_s`. Nothing but the oracle owns an account of this layout, and it creates one for each.
pub fn surface<'a>(others: &'a [AccountView], feed: &Address, expiry_unix_s: i64) -> Result<Ref<'a, Surface>> {
    for view in others {
        let found = shared::read::<Surface, _>(view, &abi::ids::ORACLE, |_| MarginError::SurfaceMissing);
        if let Ok(surface) = found {
            if surface.expiry_unix_s.get() == expiry_unix_s && surface.feed == *feed.as_array() {
                return Ok(surface);
            }
        }
    }
    Err(MarginError::SurfaceMissing.into())
}

fn is_expiry(view: &AccountView, market: &Address, expiry_unix_s: i64) -> bool {
    let owner = view.owner().to_bytes();
    let Ok(data) = view.try_borrow() else { return false };
    abi::read::<abi::margin::Expiry>(&owner, ID.as_array(), &data)
        .is_ok_and(|held| held.expiry_unix_s.get() == expiry_unix_s && held.market == *market.as_array())
}

fn bytes(data: &[u8]) -> Option<&[u8]> {
    data.get(abi::DISCRIMINATOR_LEN..)?.get(..size_of::<Expiry>())
}

fn bytes_mut(data: &mut [u8]) -> Option<&mut [u8]> {
    data.get_mut(abi::DISCRIMINATOR_LEN..)?.get_mut(..size_of::<Expiry>())
}
