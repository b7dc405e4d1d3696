//! Instruction data of the Ed25519 precompile, as the instructions sysvar shows it.
//!
//! Layout (public runtime documentation): count u8, padding u8, then for each signature seven u16 LE: signature offset and instruction,
//! public key offset and instruction, message offset, size and instruction. The precompile has verified whatever these point to, so
//! a reader must look at exactly the bytes they point to.

use crate::Address;

/// An instruction index that means "this instruction".
const SAME_INSTRUCTION: u16 = u16::MAX;
const HEADER_LEN: usize = 2;
const OFFSETS_LEN: usize = 14;
const SIGNATURE_LEN: usize = 64;

/// The one key and message that an instruction verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    pub public_key: &'a Address,
    pub message: &'a [u8],
}

/// Why an instruction proves nothing about a single message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ed25519Error {
    /// Not exactly one signature.
    CountNotOne,
    /// Key, signature or message lie in another instruction.
    ForeignOffsets,
    /// Offsets leave the data.
    OutOfRange,
}

/// What the instruction with this `data`, at `index` in its transaction, verified.
pub fn verified(data: &[u8], index: u16) -> Result<Verified<'_>, Ed25519Error> {
    let (header, rest) = data.split_at_checked(HEADER_LEN).ok_or(Ed25519Error::OutOfRange)?;
    if header.first() != Some(&1) {
        return Err(Ed25519Error::CountNotOne);
    }
    let offsets: &[[u8; 2]] = bytemuck::cast_slice(rest.get(..OFFSETS_LEN).ok_or(Ed25519Error::OutOfRange)?);
    let [_, signature_in, key_at, key_in, message_at, message_len, message_in] = *offsets else {
        return Err(Ed25519Error::OutOfRange);
    };
    let own =
        |instruction: [u8; 2]| matches!(u16::from_le_bytes(instruction), at if at == SAME_INSTRUCTION || at == index);
    if !own(signature_in) || !own(key_in) || !own(message_in) {
        return Err(Ed25519Error::ForeignOffsets);
    }
    let from = |at: [u8; 2]| data.get(usize::from(u16::from_le_bytes(at))..).ok_or(Ed25519Error::OutOfRange);
    let public_key = from(key_at)?.first_chunk().ok_or(Ed25519Error::OutOfRange)?;
    let message =
        from(message_at)?.get(..usize::from(u16::from_le_bytes(message_len))).ok_or(Ed25519Error::OutOfRange)?;
    Ok(Verified { public_key, message })
}

/// Where [`verified`] expects the parts when signature, key and message follow each other after the offsets: for builders of such data.
pub const SIGNATURE_AT: usize = HEADER_LEN + OFFSETS_LEN;
pub const PUBLIC_KEY_AT: usize = SIGNATURE_AT + SIGNATURE_LEN;
pub const MESSAGE_AT: usize = PUBLIC_KEY_AT + size_of::<Address>();

#[cfg(test)]
mod tests {
    use super::*;

    fn data(message: &[u8]) -> Vec<u8> {
        let mut data = vec![1, 0];
        for (at, within) in [(SIGNATURE_AT, None), (PUBLIC_KEY_AT, None), (MESSAGE_AT, Some(message.len()))] {
            data.extend((at as u16).to_le_bytes());
            data.extend(
                within.map(|len| (len as u16).to_le_bytes()).unwrap_or_default().iter().take(if within.is_some() {
                    2
                } else {
                    0
                }),
            );
            data.extend(u16::MAX.to_le_bytes());
        }
        data.extend([7; SIGNATURE_LEN]);
        data.extend([8; 32]);
        data.extend(message);
        data
    }

    #[test]
    fn verified_returns_the_key_and_message_pointed_to() {
        let bytes = data(b"hello");
        assert_eq!(verified(&bytes, 3), Ok(Verified { public_key: &[8; 32], message: b"hello" }));
    }

    #[test]
    fn verified_accepts_its_own_index_by_name() {
        let mut bytes = data(b"hello");
        for at in [4, 8, 14] {
            bytes[at..at + 2].copy_from_slice(&3u16.to_le_bytes());
        }
        assert!(verified(&bytes, 3).is_ok());
        assert_eq!(verified(&bytes, 2), Err(Ed25519Error::ForeignOffsets));
    }

    #[test]
    fn verified_refuses_each_part_in_another_instruction() {
        for at in [4, 8, 14] {
            let mut bytes = data(b"hello");
            bytes[at..at + 2].copy_from_slice(&0u16.to_le_bytes());
            assert_eq!(verified(&bytes, 1), Err(Ed25519Error::ForeignOffsets), "offset {at}");
        }
    }

    #[test]
    fn verified_refuses_counts_and_ranges() {
        for count in [0, 2, 255] {
            let mut bytes = data(b"hello");
            bytes[0] = count;
            assert_eq!(verified(&bytes, 0), Err(Ed25519Error::CountNotOne));
        }
        let bytes = data(b"hello");
        for len in 0..bytes.len() {
            assert!(verified(&bytes[..len], 0).is_err(), "{len} bytes");
        }
    }
}
