//! What carries a signed quote in a transaction.

use crate::precompile;
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// An Ed25519 precompile instruction that verifies `signature` of `key` over `message`, all parts in its own data.
pub fn ed25519(key: &Pubkey, signature: &[u8; 64], message: &[u8]) -> Instruction {
    precompile::instruction(abi::ids::ED25519, key.as_ref(), signature, message)
}
