//! What browsers and authenticators make of a ballot.

use crate::fixture::sha256;
use client::ballots::P256Key;
use solana_instruction::Instruction;
use testkit::signed;

pub const USER_PRESENT: u8 = 1;
pub const USER_VERIFIED: u8 = 4;

/// Client data, as a browser writes it, with these bytes as the challenge.
pub fn client_data(challenge: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = challenge.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let sextets = bits.chunks(6).map(|bits| (0..6).fold(0, |sum, at| sum << 1 | bits.get(at).unwrap_or(&0)));
    let text: String = sextets.map(|value| char::from(ALPHABET[usize::from(value)])).collect();
    format!(r#"{{"type":"webauthn.get","challenge":"{text}","origin":"https://council.example","crossOrigin":false}}"#)
        .into()
}

/// A passkey's proof: its authenticator signs data of its own, with these flags, and the hash of the client data.
pub fn assertion(key: &P256Key, flags: u8, client_data: &[u8]) -> Instruction {
    let authenticator = [&sha256(b"council.example")[..], &[flags], &[0, 0, 0, 1]].concat();
    signed(key, &[authenticator, sha256(client_data).to_vec()].concat())
}
