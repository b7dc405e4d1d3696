//! What a page of margin's accounts holds, read from raw bytes: nothing of what an upgrade replaces has a say in it.
use crate::GovernorError;
use abi::margin::{MarginAccount, Market};
use abi::token::account_atoms;
use anchor_lang::prelude::*;
use anchor_lang::solana_program::hash::hashv;
use policy::snapshot::{account_digest, market_digest, page_of, Sums};

pub struct Content {
    pub count: u8,
    /// sha256 over the addresses.
    pub keys_digest: [u8; 32],
    /// sha256 over the digests of the contents.
    pub digest: [u8; 32],
    pub sums: Sums,
}

pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    hashv(parts).to_bytes()
}

/// sha256 over the accounts' addresses.
pub fn keys_digest(accounts: &[AccountView]) -> [u8; 32] {
    let keys: Vec<&[u8]> = accounts.iter().map(|account| account.address().as_ref()).collect();
    sha256(&keys)
}

impl Content {
    /// Reads the accounts of page `number` of a market: margin's, of this market, by ascending registry index, none twice.
    pub fn of(accounts: &[AccountView], market: &Address, number: u32) -> Result<Self> {
        let mut digests = Vec::with_capacity(accounts.len());
        let (mut sums, mut next_index) = (Sums::default(), 0_u64);
        for view in accounts {
            let account = shared::read::<MarginAccount, _>(view, &abi::ids::MARGIN, |_| GovernorError::AccountForeign)?;
            require!(account.market == *market.as_array(), GovernorError::AccountForeign);
            let index = account.index.get();
            let placed = index >= next_index && page_of(index) == Some(number.into());
            require!(placed, GovernorError::AccountOutOfOrder);
            next_index = index.checked_add(1).ok_or(GovernorError::CounterOverflow)?;
            let own = Sums::of(&account, sha256).map_err(|_| GovernorError::CounterOverflow)?;
            sums = sums.plus(own).map_err(|_| GovernorError::CounterOverflow)?;
            digests.push(account_digest(view.address().as_array(), &account, sha256));
        }
        Ok(Self {
            count: u8::try_from(accounts.len()).map_err(|_| GovernorError::AccountOutOfOrder)?,
            keys_digest: keys_digest(accounts),
            digest: sha256(&[digests.as_flattened()]),
            sums,
        })
    }
}

/// Digest of one account's content.
pub fn account_content(view: &AccountView) -> Result<[u8; 32]> {
    let account = shared::read::<MarginAccount, _>(view, &abi::ids::MARGIN, |_| GovernorError::AccountForeign)?;
    Ok(account_digest(view.address().as_array(), &account, sha256))
}

/// Digest of a market's content.
pub fn market_content(view: &AccountView) -> Result<[u8; 32]> {
    let market = shared::read::<Market, _>(view, &abi::ids::MARGIN, |_| GovernorError::MarketUnreadable)?;
    Ok(market_digest(view.address().as_array(), &market, sha256))
}

/// Atoms in a token account; the caller has checked the address.
pub fn tokens_atoms(view: &AccountView) -> Result<u64> {
    require!(view.owned_by(&TOKEN) || view.owned_by(&TOKEN_2022), GovernorError::TokensSwapped);
    let data = view.try_borrow()?;
    Ok(account_atoms(&data).ok_or(GovernorError::TokensSwapped)?)
}

const TOKEN: Address = Address::new_from_array(abi::ids::TOKEN);
const TOKEN_2022: Address = Address::new_from_array(abi::ids::TOKEN_2022);
