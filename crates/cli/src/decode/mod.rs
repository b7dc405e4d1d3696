//! `bastion decode`: any account of the protocol, and any proposal, from raw bytes and offline.
//!
//! This decoder is independent of the programs: what a council member reads here follows from the bytes alone.

mod error;
mod input;
mod layouts;
mod proposal;
mod show;
pub(crate) mod units;

pub use client::proposals::digest;
pub use error::DecodeError;
pub use input::{Source, hex_parse};
pub use proposal::{action, proposal_notes};
pub use show::Value;

use abi::{Layout, ReadError};
use solana_pubkey::Pubkey;
use std::fmt;

/// An account, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Name of the layout.
    pub kind: &'static str,
    /// Whose accounts have this layout.
    pub program: &'static str,
    pub fields: Vec<(&'static str, Value)>,
    /// What follows from the fields, in words.
    pub notes: Vec<String>,
}

/// Decodes the data of an account; `owner`, where it is known, must be a program that has such accounts.
pub fn account(data: &[u8], owner: Option<&Pubkey>) -> Result<Decoded, DecodeError> {
    layouts::account(data, owner)
}

impl Decoded {
    pub fn json(&self) -> serde_json::Value {
        let fields: serde_json::Map<_, _> =
            self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.json())).collect();
        serde_json::json!({ "kind": self.kind, "program": self.program, "fields": fields, "notes": self.notes })
    }
}

impl fmt::Display for Decoded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} of {}", self.kind, self.program)?;
        show::write_fields(formatter, self.kind, &self.fields, 1)?;
        self.notes.iter().try_for_each(|note| writeln!(formatter, "  {note}"))
    }
}

/// Reads one layout; errors name it and say what is wrong.
pub(crate) fn layout<'a, T: Layout>(kind: &'static str, data: &'a [u8]) -> Result<&'a T, DecodeError> {
    let any_owner = [0; 32];
    abi::read::<T>(&any_owner, &any_owner, data).map_err(|error| match error {
        ReadError::WrongOwner | ReadError::WrongDiscriminator => {
            DecodeError::UnknownDiscriminator { found: show::hex(data.get(..8).unwrap_or(data)) }
        }
        ReadError::TooShort => DecodeError::TooShort { kind, needs: T::SPACE, has: data.len() },
        ReadError::ReaderTooOld => DecodeError::ReaderTooOld {
            kind,
            version: data.get(abi::DISCRIMINATOR_LEN).copied().unwrap_or_default(),
            min_reader: data.get(abi::DISCRIMINATOR_LEN.saturating_add(1)).copied().unwrap_or_default(),
            ours: T::READER,
        },
    })
}

#[cfg(test)]
mod tests;
