//! Keys from names: the same in every run, so addresses, bumps and compute units repeat.

use client::ballots::P256Key;
use sha2::{Digest, Sha256};
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// The keypair that belongs to a name.
pub fn keypair(name: &str) -> Keypair {
    let seed = Sha256::new().chain_update(b"bastion:test:").chain_update(name).finalize();
    Keypair::new_from_array(seed.into())
}

/// The address that belongs to a name.
pub fn key(name: &str) -> Pubkey {
    keypair(name).pubkey()
}

/// The P-256 key that belongs to a name.
pub fn p256_key(name: &str) -> P256Key {
    let scalar = Sha256::new().chain_update(b"bastion:test:p256:").chain_update(name).finalize();
    P256Key::from_scalar(&scalar.into()).expect("a scalar, but for one name in 2^32")
}
