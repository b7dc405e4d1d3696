//! Durable nonces: what makes a signature last for ever.

use crate::Address;

const SYSTEM: Address = [0; 32];
/// `SystemInstruction::AdvanceNonceAccount`, as the runtime itself recognises it: the first four bytes.
const ADVANCE_NONCE_ACCOUNT: [u8; 4] = 4_u32.to_le_bytes();

/// Whether a transaction whose first instruction is this one lives on a durable nonce. The runtime honours one nowhere else.
pub fn is_durable(program: &Address, data: &[u8]) -> bool {
    *program == SYSTEM && data.starts_with(&ADVANCE_NONCE_ACCOUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_system_programs_advance_makes_a_transaction_durable() {
        assert!(is_durable(&SYSTEM, &[4, 0, 0, 0]) && is_durable(&SYSTEM, &[4, 0, 0, 0, 9]));
        assert!(!is_durable(&SYSTEM, &[4, 0, 0]) && !is_durable(&SYSTEM, &[5, 0, 0, 0]));
        assert!(!is_durable(&[1; 32], &[4, 0, 0, 0]));
    }
}
