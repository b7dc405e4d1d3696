//! What an account of a recorded program holds, read from raw bytes: nothing of what an upgrade replaces has a say in it.
use crate::content::sha256;
use crate::state::Record;
use crate::GovernorError;
use anchor_lang::prelude::*;
use policy::record::{kind_of, record_digest, tokens, Kind, TokenFact, TOKENS};

const TOKEN: Address = Address::new_from_array(abi::ids::TOKEN);
const TOKEN_2022: Address = Address::new_from_array(abi::ids::TOKEN_2022);

/// The kind of an account of `program`'s.
pub fn kind(view: &AccountView, program: &Address) -> Result<&'static Kind> {
    require!(view.owned_by(program), GovernorError::RecordForeign);
    let data = view.try_borrow()?;
    Ok(kind_of(program.as_array(), &data).ok_or(GovernorError::RecordForeign)?)
}

/// Digest of the content of an account of `program`'s.
pub fn content(view: &AccountView, program: &Address) -> Result<[u8; 32]> {
    let kind = kind(view, program)?;
    let digest = record_digest(view.address().as_array(), kind, &view.try_borrow()?, sha256);
    Ok(digest.ok_or(GovernorError::RecordForeign)?)
}

/// Fails unless `after` are the token accounts that the account names, in its order.
pub fn tokens_require(view: &AccountView, program: &Address, after: &[AccountView]) -> Result<()> {
    let (named, count) = tokens(program.as_array(), &view.try_borrow()?);
    let named = named.get(..count).ok_or(GovernorError::TokensSwapped)?;
    let same = after.len() == count && after.iter().zip(named).all(|(is, name)| is.address().as_array() == name);
    require!(same, GovernorError::TokensSwapped);
    Ok(())
}

/// What the token accounts of one account hold.
pub struct Tokens {
    pub digest: [u8; 32],
    /// Supply or balance of each.
    pub atoms: [u64; TOKENS],
    is_mint: [bool; TOKENS],
}

impl Tokens {
    pub fn of(views: &[AccountView]) -> Result<Self> {
        let (mut atoms, mut is_mint, mut digests) = ([0; TOKENS], [false; TOKENS], [[0; 32]; TOKENS]);
        let places = atoms.iter_mut().zip(&mut is_mint).zip(&mut digests);
        for (view, ((atoms, is_mint), digest)) in views.iter().zip(places) {
            require!(view.owned_by(&TOKEN) || view.owned_by(&TOKEN_2022), GovernorError::TokensSwapped);
            let data = view.try_borrow()?;
            let fact = TokenFact::of(&data).ok_or(GovernorError::TokensSwapped)?;
            (*atoms, *is_mint) = (fact.atoms, fact.is_mint);
            let [before, after] = fact.terms;
            let owner = view.owner().to_bytes();
            *digest = sha256(&[view.address().as_array(), &owner, &[fact.is_mint.into()], before, after]);
        }
        Ok(Self { digest: sha256(&[digests.as_flattened()]), atoms, is_mint })
    }

    /// Whether no share was minted, no token has left, and nobody else may spend any.
    pub fn keep(&self, record: &Record) -> bool {
        let mut held = self.atoms.iter().zip(&self.is_mint).zip(&record.token_atoms);
        self.digest == record.tokens_digest
            && held.all(|((atoms, is_mint), was)| {
                TokenFact { is_mint: *is_mint, terms: [&[]; 2], atoms: *atoms }.holds(was.get())
            })
    }
}
