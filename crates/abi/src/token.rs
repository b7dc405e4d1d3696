//! What the two token programs write: what an account holds, and which mints may be held in custody.
//!
//! A mint of SPL Token has no extensions. One of Token-2022 may have those that only describe it; anything that moves, stops, hides or
//! rescales what an account holds breaks custody's books, and is refused by its name. A mint's extensions are fixed when it is created.

use crate::{Address, ids};

/// Bytes of a mint, and of an account, before any extension.
pub const MINT_LEN: usize = 82;
pub const ACCOUNT_LEN: usize = 165;
/// Where an account's amount stands, behind its mint and owner.
const AMOUNT_AT: usize = 64;
/// Where Token-2022 says what an extended account is, and begins its entries of type, length and value.
const KIND_AT: usize = 165;
const KIND_MINT: u8 = 1;
const ENTRIES_AT: usize = 166;
/// A multisig's length, which no extended account may have: Token-2022 pads with an empty entry.
const NONE: u16 = 0;

/// What a token account's bytes say that it holds, in atoms. `None` if they are too few for one. The caller knows whose they are.
pub fn account_atoms(data: &[u8]) -> Option<u64> {
    if data.len() < ACCOUNT_LEN {
        return None;
    }
    let amount = data.get(AMOUNT_AT..)?.first_chunk()?;
    Some(u64::from_le_bytes(*amount))
}

/// Why a mint may not be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MintRefusal {
    /// Of neither token program, or no mint at all.
    NotAMint,
    TransferFee,
    CloseAuthority,
    ConfidentialTransfers,
    FrozenByDefault,
    NonTransferable,
    BearsInterest,
    PermanentDelegate,
    TransferHook,
    ScaledAmounts,
    Pausable,
    /// An extension that this code does not know.
    Unknown,
}

/// Whether the mint in `data`, of `owner`, may be held in custody. Errors: every [`MintRefusal`].
pub fn mint_check(owner: &Address, data: &[u8]) -> Result<(), MintRefusal> {
    if data.len() == MINT_LEN && (*owner == ids::TOKEN || *owner == ids::TOKEN_2022) {
        return Ok(());
    }
    if *owner != ids::TOKEN_2022 || data.get(KIND_AT) != Some(&KIND_MINT) {
        return Err(MintRefusal::NotAMint);
    }
    let mut rest = data.get(ENTRIES_AT..).unwrap_or(&[]);
    // Fewer bytes than an entry's head are padding.
    while let Some(([kind_0, kind_1, length_0, length_1], tail)) = rest.split_first_chunk::<4>() {
        let kind = u16::from_le_bytes([*kind_0, *kind_1]);
        if kind == NONE {
            break;
        }
        extension_check(kind)?;
        let length = usize::from(u16::from_le_bytes([*length_0, *length_1]));
        rest = tail.get(length..).ok_or(MintRefusal::NotAMint)?;
    }
    Ok(())
}

/// By the numbers of Token-2022's `ExtensionType`.
const fn extension_check(kind: u16) -> Result<(), MintRefusal> {
    Err(match kind {
        // Metadata, group and group member: pointers to them, and themselves.
        18..=23 => return Ok(()),
        1 => MintRefusal::TransferFee,
        3 => MintRefusal::CloseAuthority,
        4 | 16 | 24 => MintRefusal::ConfidentialTransfers,
        6 => MintRefusal::FrozenByDefault,
        9 => MintRefusal::NonTransferable,
        10 => MintRefusal::BearsInterest,
        12 => MintRefusal::PermanentDelegate,
        14 => MintRefusal::TransferHook,
        25 => MintRefusal::ScaledAmounts,
        26 => MintRefusal::Pausable,
        _ => MintRefusal::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_atoms_are_read_behind_mint_and_owner() {
        let mut data = vec![0xff; ACCOUNT_LEN];
        data[AMOUNT_AT..AMOUNT_AT + 8].copy_from_slice(&7_u64.to_le_bytes());
        assert_eq!(account_atoms(&data), Some(7));
        assert_eq!(account_atoms(&[data.as_slice(), &[2; 40]].concat()), Some(7));
        assert_eq!(account_atoms(&data[..ACCOUNT_LEN - 1]), None);
    }

    /// A mint with empty extensions of these types and lengths.
    fn mint(extensions: &[(u16, u16)]) -> Vec<u8> {
        let mut data = vec![0; ENTRIES_AT];
        data[KIND_AT] = KIND_MINT;
        for (kind, length) in extensions {
            data.extend(kind.to_le_bytes());
            data.extend(length.to_le_bytes());
            data.extend(vec![0xff; usize::from(*length)]);
        }
        data
    }

    #[test]
    fn mint_check_takes_plain_mints_and_descriptions() {
        for owner in [ids::TOKEN, ids::TOKEN_2022] {
            assert_eq!(mint_check(&owner, &[0; MINT_LEN]), Ok(()));
        }
        assert_eq!(mint_check(&ids::TOKEN_2022, &mint(&[])), Ok(()));
        assert_eq!(
            mint_check(&ids::TOKEN_2022, &mint(&[(18, 64), (19, 200), (20, 64), (21, 80), (22, 64), (23, 72)])),
            Ok(())
        );
        // An empty entry ends the list.
        assert_eq!(mint_check(&ids::TOKEN_2022, &mint(&[(18, 64), (0, 0), (1, 108)])), Ok(()));
    }

    #[test]
    fn mint_check_names_every_other_extension() {
        let refused = [
            (1, MintRefusal::TransferFee),
            (3, MintRefusal::CloseAuthority),
            (4, MintRefusal::ConfidentialTransfers),
            (6, MintRefusal::FrozenByDefault),
            (9, MintRefusal::NonTransferable),
            (10, MintRefusal::BearsInterest),
            (12, MintRefusal::PermanentDelegate),
            (14, MintRefusal::TransferHook),
            (16, MintRefusal::ConfidentialTransfers),
            (24, MintRefusal::ConfidentialTransfers),
            (25, MintRefusal::ScaledAmounts),
            (26, MintRefusal::Pausable),
        ];
        for kind in 1..=u16::MAX {
            let named = refused.iter().find(|(known, _)| *known == kind).map(|(_, why)| *why);
            let expected = match named {
                Some(why) => Err(why),
                None if (18..=23).contains(&kind) => Ok(()),
                None => Err(MintRefusal::Unknown),
            };
            // Behind an extension that is taken, too.
            assert_eq!(mint_check(&ids::TOKEN_2022, &mint(&[(18, 64), (kind, 8)])), expected, "{kind}");
        }
    }

    #[test]
    fn mint_check_refuses_what_is_no_mint() {
        let cut = mint(&[(18, 64)]);
        for (owner, data) in [
            (ids::MARGIN, vec![0; MINT_LEN]),
            (ids::TOKEN, mint(&[])),
            (ids::TOKEN, vec![0; ACCOUNT_LEN]),
            (ids::TOKEN_2022, vec![0; ACCOUNT_LEN]),
            (ids::TOKEN_2022, vec![]),
            (ids::TOKEN_2022, [vec![0; KIND_AT], vec![2]].concat()),
            (ids::TOKEN_2022, cut[..cut.len() - 1].to_vec()),
        ] {
            assert_eq!(mint_check(&owner, &data), Err(MintRefusal::NotAMint));
        }
    }
}
