//! Members of a council with P-256 keys: their addresses, and what proves a ballot in a transaction.

use crate::{precompile, proposals};
use abi::governor::Council;
use abi::precompile::{P256_KEY_LEN, SIGNATURE_LEN};
use policy::{ballot::Question, proposal};
use sha2::{Digest, Sha256};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// The address under which a key, in compressed form, sits in a council.
pub fn member(key: &[u8; P256_KEY_LEN]) -> Pubkey {
    let [domain, key] = abi::ballot::member_parts(key);
    Pubkey::new_from_array(Sha256::new().chain_update(domain).chain_update(key).finalize().into())
}

/// A secp256r1 precompile instruction that verifies `signature` of `key` over `message`: a ballot, or what a passkey signed in its place.
/// It goes before the vote, or before what is proposed.
pub fn proof(key: &[u8; P256_KEY_LEN], signature: &[u8; SIGNATURE_LEN], message: &[u8]) -> Instruction {
    precompile::instruction(abi::ids::SECP256R1, key, signature, message)
}

/// What a member is asked who proposes `action`, as bytes: whether it is the council's next proposal. Whatever is proposed in between has
/// the id that was signed, so that the ballot counts for nothing and is signed anew.
pub fn proposal(governor: &Pubkey, council: &Council, action: &[u8]) -> Question {
    let digest = proposals::digest(&governor.to_bytes(), council.proposals.get(), action);
    Question::proposal(digest, &proposal::Council::of(council))
}

#[cfg(feature = "p256")]
pub use key::{P256Key, signature_normalise};

#[cfg(feature = "p256")]
mod key {
    use super::{P256_KEY_LEN, SIGNATURE_LEN};
    use p256::SecretKey;
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};
    use p256::pkcs8::DecodePrivateKey;

    /// A P-256 key that signs in this process.
    pub struct P256Key(SigningKey);

    impl P256Key {
        /// From the scalar: 32 bytes, big endian, neither zero nor beyond the group's order.
        pub fn from_scalar(bytes: &[u8; 32]) -> Option<Self> {
            SecretKey::from_slice(bytes).ok().map(|key| Self(key.into()))
        }

        /// From a PKCS #8 document in DER.
        pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
            SecretKey::from_pkcs8_der(der).ok().map(|key| Self(key.into()))
        }

        /// From a SEC 1 document in DER, as `openssl ecparam -genkey` writes.
        pub fn from_sec1(der: &[u8]) -> Option<Self> {
            SecretKey::from_sec1_der(der).ok().map(|key| Self(key.into()))
        }

        /// The public key in compressed form.
        pub fn public(&self) -> [u8; P256_KEY_LEN] {
            let point = self.0.verifying_key().to_sec1_point(true);
            let mut key = [0; P256_KEY_LEN];
            // BOUND: a compressed point is 33 bytes long.
            key.iter_mut().zip(point.as_bytes()).for_each(|(place, byte)| *place = *byte);
            key
        }

        /// The signature over sha256 of `message`, r and s, with the lower of the two s that verify: the precompile takes no other.
        pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
            let signature: Signature = self.0.sign(message);
            signature.normalize_s().to_bytes().into()
        }
    }

    /// A signature that some other signer wrote, in DER or as r and s, as the precompile takes it.
    pub fn signature_normalise(bytes: &[u8]) -> Option<[u8; SIGNATURE_LEN]> {
        let signature = Signature::from_der(bytes).or_else(|_| Signature::from_slice(bytes)).ok()?;
        Some(signature.normalize_s().to_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The address computed apart, as sha256 of domain and key.
    #[test]
    fn member_is_the_hash_of_domain_and_key() {
        let mut key = [7; P256_KEY_LEN];
        key[0] = 2;
        let parts = [b"bastion:p256key:".as_slice(), &key].concat();
        assert_eq!(member(&key).to_bytes(), <[u8; 32]>::from(Sha256::digest(parts)));
        assert_ne!(member(&key), member(&[3; P256_KEY_LEN]));
    }
}
