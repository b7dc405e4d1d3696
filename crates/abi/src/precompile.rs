//! Instruction data of the signature precompiles, as the instructions sysvar shows it: Ed25519 and secp256r1 share one layout and differ
//! in the length of a key.
//!
//! Layout (public runtime documentation): count u8, padding u8, then for each signature seven u16 LE: signature offset and instruction,
//! public key offset and instruction, message offset, size and instruction. The precompile has verified whatever these point to, so
//! a reader must look at exactly the bytes they point to.

/// An instruction index that means "this instruction".
const SAME_INSTRUCTION: u16 = u16::MAX;
const HEADER_LEN: usize = 2;
const OFFSETS_LEN: usize = 14;

/// Bytes of a signature of either kind.
pub const SIGNATURE_LEN: usize = 64;
/// Bytes of an Ed25519 key.
pub const ED25519_KEY_LEN: usize = 32;
/// Bytes of a P-256 key in compressed form (SEC 1, 2.3.3): the only form that the precompile takes.
pub const P256_KEY_LEN: usize = 33;

/// The one key and message that an instruction verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'a, const KEY_LEN: usize> {
    pub public_key: &'a [u8; KEY_LEN],
    pub message: &'a [u8],
}

/// Why an instruction proves nothing about a single message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// Not exactly one signature.
    CountNotOne,
    /// Key, signature or message lie in another instruction.
    ForeignOffsets,
    /// Offsets leave the data.
    OutOfRange,
}

/// What the instruction with this `data`, at `index` in its transaction, verified.
pub fn verified<const KEY_LEN: usize>(data: &[u8], index: u16) -> Result<Verified<'_, KEY_LEN>, SignatureError> {
    let (header, rest) = data.split_at_checked(HEADER_LEN).ok_or(SignatureError::OutOfRange)?;
    if header.first() != Some(&1) {
        return Err(SignatureError::CountNotOne);
    }
    let offsets: &[[u8; 2]] = bytemuck::cast_slice(rest.get(..OFFSETS_LEN).ok_or(SignatureError::OutOfRange)?);
    let [_, signature_in, key_at, key_in, message_at, message_len, message_in] = *offsets else {
        return Err(SignatureError::OutOfRange);
    };
    let own =
        |instruction: [u8; 2]| matches!(u16::from_le_bytes(instruction), at if at == SAME_INSTRUCTION || at == index);
    if !own(signature_in) || !own(key_in) || !own(message_in) {
        return Err(SignatureError::ForeignOffsets);
    }
    let from = |at: [u8; 2]| data.get(usize::from(u16::from_le_bytes(at))..).ok_or(SignatureError::OutOfRange);
    let public_key = from(key_at)?.first_chunk().ok_or(SignatureError::OutOfRange)?;
    let message =
        from(message_at)?.get(..usize::from(u16::from_le_bytes(message_len))).ok_or(SignatureError::OutOfRange)?;
    Ok(Verified { public_key, message })
}

/// What goes before signature, key and message where these follow each other in one instruction: for builders of such data. `None` for a
/// message that offsets cannot say.
pub fn header(key_len: usize, message_len: usize) -> Option<[u8; SIGNATURE_AT]> {
    let key_at = SIGNATURE_AT.checked_add(SIGNATURE_LEN)?;
    let message_at = key_at.checked_add(key_len)?;
    let [signature_at, key_at, message_at, message_len] =
        [SIGNATURE_AT, key_at, message_at, message_len].map(|value| u16::try_from(value).ok());
    let this = SAME_INSTRUCTION;
    let fields = [signature_at?, this, key_at?, this, message_at?, message_len?, this];
    let mut header = [0; SIGNATURE_AT];
    let (count, offsets) = header.split_first_mut()?;
    *count = 1;
    let (offsets, _) = offsets.get_mut(1..)?.as_chunks_mut::<2>();
    for (place, field) in offsets.iter_mut().zip(fields) {
        *place = field.to_le_bytes();
    }
    Some(header)
}

/// Where [`header`] puts the signature.
pub const SIGNATURE_AT: usize = HEADER_LEN + OFFSETS_LEN;

#[cfg(test)]
mod tests {
    use super::*;

    fn data<const KEY_LEN: usize>(message: &[u8]) -> Vec<u8> {
        let mut data = header(KEY_LEN, message.len()).unwrap().to_vec();
        data.extend([7; SIGNATURE_LEN]);
        data.extend([8; KEY_LEN]);
        data.extend(message);
        data
    }

    #[test]
    fn verified_returns_the_key_and_message_pointed_to() {
        let bytes = data::<ED25519_KEY_LEN>(b"hello");
        assert_eq!(verified(&bytes, 3), Ok(Verified { public_key: &[8; ED25519_KEY_LEN], message: b"hello" }));
        let bytes = data::<P256_KEY_LEN>(b"hello");
        assert_eq!(verified(&bytes, 3), Ok(Verified { public_key: &[8; P256_KEY_LEN], message: b"hello" }));
        assert_eq!(header(32, usize::from(u16::MAX) + 1), None);
    }

    #[test]
    fn verified_accepts_its_own_index_by_name() {
        let mut bytes = data::<P256_KEY_LEN>(b"hello");
        for at in [4, 8, 14] {
            bytes[at..at + 2].copy_from_slice(&3u16.to_le_bytes());
        }
        assert!(verified::<P256_KEY_LEN>(&bytes, 3).is_ok());
        assert_eq!(verified::<P256_KEY_LEN>(&bytes, 2), Err(SignatureError::ForeignOffsets));
    }

    #[test]
    fn verified_refuses_each_part_in_another_instruction() {
        for at in [4, 8, 14] {
            let mut bytes = data::<ED25519_KEY_LEN>(b"hello");
            bytes[at..at + 2].copy_from_slice(&0u16.to_le_bytes());
            assert_eq!(verified::<ED25519_KEY_LEN>(&bytes, 1), Err(SignatureError::ForeignOffsets), "offset {at}");
        }
    }

    #[test]
    fn verified_refuses_counts_and_ranges() {
        for count in [0, 2, 255] {
            let mut bytes = data::<P256_KEY_LEN>(b"hello");
            bytes[0] = count;
            assert_eq!(verified::<P256_KEY_LEN>(&bytes, 0), Err(SignatureError::CountNotOne));
        }
        let bytes = data::<P256_KEY_LEN>(b"hello");
        for len in 0..bytes.len() {
            assert!(verified::<P256_KEY_LEN>(&bytes[..len], 0).is_err(), "{len} bytes");
        }
    }
}
