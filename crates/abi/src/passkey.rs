//! Assertions of passkeys (W3C Web Authentication, Level 2): a browser lets a key sign nothing but authenticator data and the sha256 of
//! client data, a JSON text with the challenge in it. The challenge of ours is a ballot.

use crate::ballot::BALLOT_LEN;

/// Client data begins so: the order of its members is fixed (5.8.1.1), for verifiers that read no JSON.
const CLIENT_DATA_HEAD: &[u8] = br#"{"type":"webauthn.get","challenge":""#;
/// The challenge in base64url without padding.
const CHALLENGE_LEN: usize = (BALLOT_LEN * 4).div_ceil(3);
/// Authenticator data (6.1): sha256 of the site's name, flags, a counter, extensions.
const FLAGS_AT: usize = 32;
const AUTHENTICATOR_LEN: usize = 37;
const HASH_LEN: usize = 32;
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;

/// Why an assertion is no ballot of a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// What was signed is not authenticator data and this client data's hash.
    OtherClientData,
    /// The authenticator does not say that a person was there and was recognised.
    UserNotVerified,
    /// Client data of something else than an assertion, or with another challenge than the bytes of a ballot.
    NoBallot,
}

/// The challenge that a passkey signed with `message`, given the client data and its sha256.
///
/// Whose site asked is not looked at: an authenticator uses a key for the site that made it and for no other.
pub fn challenge(
    message: &[u8],
    client_data: &[u8],
    client_data_hash: &[u8; HASH_LEN],
) -> Result<[u8; BALLOT_LEN], PasskeyError> {
    let (authenticator, hash) = message.split_last_chunk::<HASH_LEN>().ok_or(PasskeyError::OtherClientData)?;
    if hash != client_data_hash || authenticator.len() < AUTHENTICATOR_LEN {
        return Err(PasskeyError::OtherClientData);
    }
    let both = USER_PRESENT | USER_VERIFIED;
    if authenticator.get(FLAGS_AT).is_none_or(|flags| flags & both != both) {
        return Err(PasskeyError::UserNotVerified);
    }
    let rest = client_data.strip_prefix(CLIENT_DATA_HEAD).ok_or(PasskeyError::NoBallot)?;
    match rest.split_first_chunk::<CHALLENGE_LEN>() {
        Some((text, [b'"', ..])) => decoded(text).ok_or(PasskeyError::NoBallot),
        _ => Err(PasskeyError::NoBallot),
    }
}

/// The only bytes of which `text` is the base64url form (RFC 4648, 5) without padding.
fn decoded(text: &[u8; CHALLENGE_LEN]) -> Option<[u8; BALLOT_LEN]> {
    let mut out = [0; BALLOT_LEN];
    for (group, place) in text.chunks(4).zip(out.chunks_mut(3)) {
        let mut bits = 0_u32;
        for at in 0..4 {
            bits = (bits << 6) | group.get(at).map_or(Some(0), |letter| sextet(*letter))?;
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        let (bytes, over) = bytes.split_at_checked(place.len())?;
        // Bits that no byte takes: a second text would mean the same.
        if over.iter().any(|byte| *byte != 0) {
            return None;
        }
        place.copy_from_slice(bytes);
    }
    Some(out)
}

/// The letters of base64url, by what they stand for.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const NO_LETTER: u8 = 0xff;
/// What each byte stands for. Looked up, not compared: every ballot costs the same units, whatever its bytes.
const SEXTETS: [u8; 256] = sextets();

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "computed when it is compiled")]
const fn sextets() -> [u8; 256] {
    let mut table = [NO_LETTER; 256];
    let mut value = 0_u8;
    while (value as usize) < ALPHABET.len() {
        table[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    table
}

fn sextet(letter: u8) -> Option<u32> {
    let value = *SEXTETS.get(usize::from(letter))?;
    (value != NO_LETTER).then_some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Written a second time: a wrong letter in one of them is found.
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    fn encoded(bytes: &[u8]) -> String {
        let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        let sextets = bits.chunks(6).map(|bits| (0..6).fold(0, |sum, at| sum << 1 | bits.get(at).unwrap_or(&0)));
        sextets.map(|value| char::from(ALPHABET[usize::from(value)])).collect()
    }

    fn client_data(challenge: &str) -> Vec<u8> {
        format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"https://x.y","crossOrigin":false}}"#)
            .into()
    }

    fn message(flags: u8, hash: [u8; 32]) -> Vec<u8> {
        [&[3; 32][..], &[flags], &[0, 0, 0, 9], &hash].concat()
    }

    fn ballot() -> [u8; BALLOT_LEN] {
        core::array::from_fn(|at| (at * 91) as u8)
    }

    #[test]
    fn challenge_is_what_the_browser_encoded() {
        for bytes in [ballot(), [0; BALLOT_LEN], [0xff; BALLOT_LEN]] {
            let client = client_data(&encoded(&bytes));
            assert_eq!(challenge(&message(5, [4; 32]), &client, &[4; 32]), Ok(bytes));
            // Extensions after the counter, and other flags.
            let longer = [&message(0xff, [4; 32])[..37], &[1, 2, 3], &[4; 32]].concat();
            assert_eq!(challenge(&longer, &client, &[4; 32]), Ok(bytes));
        }
    }

    #[test]
    fn challenge_of_other_client_data_or_of_nobody_is_refused() {
        let client = client_data(&encoded(&ballot()));
        let of = |message: &[u8]| challenge(message, &client, &[4; 32]);
        assert_eq!(of(&message(5, [5; 32])), Err(PasskeyError::OtherClientData));
        assert_eq!(of(&[&[0; 36][..], &[4; 32]].concat()), Err(PasskeyError::OtherClientData));
        assert_eq!(of(&[4; 31]), Err(PasskeyError::OtherClientData));
        for flags in [0, 1, 4, 0xfa] {
            assert_eq!(of(&message(flags, [4; 32])), Err(PasskeyError::UserNotVerified), "flags {flags}");
        }
    }

    #[test]
    fn challenge_in_any_other_text_is_refused() {
        let good = encoded(&ballot());
        let mut spare = good.clone().into_bytes();
        let last = ALPHABET.iter().position(|letter| letter == spare.last().unwrap()).unwrap();
        *spare.last_mut().unwrap() = ALPHABET[last + 1];
        let texts = [
            client_data(&good[1..]),
            client_data(&format!("{good}A")),
            client_data(&format!("+{}", &good[1..])),
            client_data(&String::from_utf8(spare).unwrap()),
            client_data(&good)[1..].to_vec(),
            String::from_utf8(client_data(&good)).unwrap().replace(".get", ".create").into_bytes(),
            client_data(&good)[..CLIENT_DATA_HEAD.len() + CHALLENGE_LEN].to_vec(),
            vec![],
        ];
        for text in texts {
            let refused = challenge(&message(5, [4; 32]), &text, &[4; 32]);
            assert_eq!(refused, Err(PasskeyError::NoBallot), "{}", String::from_utf8_lossy(&text));
        }
    }
}
