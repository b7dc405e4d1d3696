//! Keys from names: the same in every run, so addresses, bumps and compute units repeat.

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
