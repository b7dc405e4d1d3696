//! Instructions of the runtime's signature precompiles.

use abi::precompile::{SIGNATURE_LEN, header};
use solana_instruction::Instruction;
use solana_pubkey::Pubkey;

/// An instruction that verifies one signature, all parts in its own data: signature, key, message.
///
/// BOUND: what the protocol has signed is at most 440 bytes; a message beyond 65 KB gives a header of zeros, which no precompile takes.
pub(crate) fn instruction(
    program: abi::Address,
    key: &[u8],
    signature: &[u8; SIGNATURE_LEN],
    message: &[u8],
) -> Instruction {
    let header = header(key.len(), message.len()).unwrap_or_default();
    let data = [&header[..], signature, key, message].concat();
    Instruction { program_id: Pubkey::from(program), accounts: vec![], data }
}
