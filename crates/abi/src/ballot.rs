//! What a member with a P-256 key signs: one proposal, or one approval, objection or veto of one, now.

use crate::{PodU64, precompile::P256_KEY_LEN};
use bytemuck::{Pod, Zeroable};

/// First bytes of every ballot: another protocol's or version's message is never one.
pub const BALLOT_DOMAIN: [u8; 16] = *b"bastion:ballot:1";
/// First bytes of what a P-256 member's address is the sha256 of.
pub const MEMBER_DOMAIN: &[u8; 16] = b"bastion:p256key:";

/// `Ballot::kind`: approve a draft, object to a draft, veto what is queued, propose what there is not yet.
pub const APPROVE: u8 = 1;
pub const OBJECT: u8 = 2;
pub const VETO: u8 = 3;
pub const PROPOSE: u8 = 4;

/// A ballot, byte for byte as it is signed.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Ballot {
    pub domain: [u8; 16],
    /// The proposal's, which commits to its governor, its id and its action; of a proposal that is made by it, the digest that it will have.
    pub digest: [u8; 32],
    /// The council's.
    pub config_epoch: PodU64,
    /// A slot of the last minute, with its hash: nobody could sign before it, and no other cluster has it.
    pub slot: PodU64,
    pub slot_hash: [u8; 32],
    pub kind: u8,
    /// Whether a veto has sent the proposal back before, as the proposal stores it; zero where it is made.
    pub vetoed: u8,
}

/// Bytes of a ballot.
pub const BALLOT_LEN: usize = size_of::<Ballot>();
const _: () = assert!(BALLOT_LEN == 98 && align_of::<Ballot>() == 1);

/// What the address of a P-256 member is the sha256 of, in order.
pub const fn member_parts(key: &[u8; P256_KEY_LEN]) -> [&[u8]; 2] {
    [MEMBER_DOMAIN, key]
}

/// The ballot that `message` is, or `None` if it is none.
pub fn parse(message: &[u8]) -> Option<&Ballot> {
    let ballot: &Ballot = bytemuck::try_from_bytes(message).ok()?;
    (ballot.domain == BALLOT_DOMAIN).then_some(ballot)
}

const COUNT_LEN: usize = 8;
const SLOT_LEN: usize = 8;
const ENTRY_LEN: usize = SLOT_LEN.saturating_add(32);

/// The hash of `slot` in the data of the `SlotHashes` sysvar, if it holds it.
pub fn slot_hash(data: &[u8], slot: u64) -> Option<&[u8; 32]> {
    let entries = slot_hashes(data)?;
    let at = entries.binary_search_by(|entry| Some(slot).cmp(&slot_of(entry))).ok()?;
    entries.get(at)?.last_chunk()
}

/// The latest slot in the data of the `SlotHashes` sysvar, and its hash: what a ballot that is signed now names.
pub fn slot_hash_latest(data: &[u8]) -> Option<(u64, [u8; 32])> {
    let latest = slot_hashes(data)?.first()?;
    Some((slot_of(latest)?, *latest.last_chunk()?))
}

/// Count u64 LE, then slot u64 LE and hash of each, from the latest slot down; what follows is unused.
fn slot_hashes(data: &[u8]) -> Option<&[[u8; ENTRY_LEN]]> {
    let (count, entries) = data.split_first_chunk::<COUNT_LEN>()?;
    let (entries, _) = entries.as_chunks::<ENTRY_LEN>();
    entries.get(..usize::try_from(u64::from_le_bytes(*count)).ok()?)
}

fn slot_of(entry: &[u8; ENTRY_LEN]) -> Option<u64> {
    entry.first_chunk().map(|slot| u64::from_le_bytes(*slot))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sysvar with these slots, the hash of each all its low byte.
    fn sysvar(slots: &[u64]) -> Vec<u8> {
        let mut data = (slots.len() as u64).to_le_bytes().to_vec();
        for slot in slots {
            data.extend(slot.to_le_bytes());
            data.extend([*slot as u8; 32]);
        }
        // The account is as long as the longest list.
        data.extend([0; 80]);
        data
    }

    #[test]
    fn slot_hash_finds_every_slot_and_no_other() {
        let slots: Vec<u64> = (1..=512).rev().filter(|slot| slot % 7 != 0).collect();
        let data = sysvar(&slots);
        for slot in 0..=600 {
            let hash = slots.contains(&slot).then_some([slot as u8; 32]);
            assert_eq!(slot_hash(&data, slot), hash.as_ref(), "slot {slot}");
        }
        assert_eq!(slot_hash_latest(&data), Some((512, [0; 32])));
        assert_eq!((slot_hash(&sysvar(&[]), 0), slot_hash_latest(&sysvar(&[]))), (None, None));
    }

    #[test]
    fn slot_hash_of_bytes_that_are_no_sysvar_is_none() {
        let data = sysvar(&[9, 8]);
        assert_eq!(slot_hash(&data[..7], 9), None);
        assert_eq!(slot_hash(&data[..8 + ENTRY_LEN], 9), None, "a count beyond the data");
        assert_eq!(slot_hash(&[0xff; 8], 9), None);
    }

    #[test]
    fn parse_takes_ballots_alone() {
        let ballot = Ballot { domain: BALLOT_DOMAIN, ..Ballot::zeroed() };
        let bytes = bytemuck::bytes_of(&ballot);
        assert_eq!(parse(bytes), Some(&ballot));
        assert_eq!(parse(&bytes[1..]), None);
        assert_eq!(parse(&[bytes, &[0]].concat()), None);
        for at in 0..BALLOT_DOMAIN.len() {
            let mut other = ballot;
            other.domain[at] ^= 1;
            assert_eq!(parse(bytemuck::bytes_of(&other)), None, "byte {at}");
        }
    }
}
