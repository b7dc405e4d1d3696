//! What carries a signed quote in a transaction.

use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// An Ed25519 precompile instruction that verifies `signature` of `key` over `message`, all parts in its own data.
///
/// BOUND: a quote is at most 440 bytes, so that every offset fits.
pub fn ed25519(key: &Pubkey, signature: &[u8; 64], message: &[u8]) -> Instruction {
    const SIGNATURE_AT: u16 = 16;
    const KEY_AT: u16 = SIGNATURE_AT + 64;
    const MESSAGE_AT: u16 = KEY_AT + 32;
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
    // Offsets within this instruction, whichever it is.
    let this = u16::MAX;
    let mut data = vec![1, 0];
    for field in [SIGNATURE_AT, this, KEY_AT, this, MESSAGE_AT, length, this] {
        data.extend_from_slice(&field.to_le_bytes());
    }
    data.extend_from_slice(signature);
    data.extend_from_slice(key.as_ref());
    data.extend_from_slice(message);
    Instruction { program_id: Pubkey::from(abi::ids::ED25519), accounts: vec![], data }
}
