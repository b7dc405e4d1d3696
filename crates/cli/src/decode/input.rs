//! Where bytes come from: a file, standard input, hexadecimal text, or a network.

use super::DecodeError;
use crate::{Connection, Error};
use base64::{Engine, engine::general_purpose::STANDARD};
use solana_pubkey::Pubkey;
use std::{
    io::Read,
    path::{Path, PathBuf},
};

/// Where an account's bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Raw bytes, or the JSON of `solana account --output json`; `-` is standard input.
    File(PathBuf),
    Hex(String),
    Address(String),
}

impl Source {
    /// The bytes, and their owner where it is known. Only an address needs a network.
    pub fn read(
        &self,
        connect: impl FnOnce() -> Result<Connection, Error>,
    ) -> Result<(Vec<u8>, Option<Pubkey>), Error> {
        match self {
            Self::File(path) => Ok(dump_parse(file_read(path)?)?),
            Self::Hex(text) => Ok((hex_parse(text)?, None)),
            Self::Address(text) => {
                let address = text.parse().map_err(|_| DecodeError::NotAddress(text.clone()))?;
                let (owner, data) = connect()?.account(&address)?.ok_or(Error::AccountMissing { address })?;
                Ok((data, Some(owner)))
            }
        }
    }
}

fn file_read(path: &Path) -> Result<Vec<u8>, Error> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(Error::file(path))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(Error::file(path))
}

/// A file that begins like JSON is an account dump; anything else is the data itself.
fn dump_parse(bytes: Vec<u8>) -> Result<(Vec<u8>, Option<Pubkey>), DecodeError> {
    if bytes.first() != Some(&b'{') {
        return Ok((bytes, None));
    }
    let fail = |reason: &str| DecodeError::NotDump(reason.to_owned());
    let dump: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| fail(&error.to_string()))?;
    let account = dump.get("account").unwrap_or(&dump);
    let owner = account.get("owner").and_then(serde_json::Value::as_str).and_then(|owner| owner.parse().ok());
    let data = account.get("data").and_then(serde_json::Value::as_array).map(Vec::as_slice);
    match data {
        Some([text, encoding]) if encoding == "base64" => {
            let text = text.as_str().ok_or_else(|| fail("data is not text"))?;
            Ok((STANDARD.decode(text).map_err(|error| fail(&error.to_string()))?, owner))
        }
        _ => Err(fail("`data` is not [BYTES, \"base64\"]")),
    }
}

/// Hexadecimal digits, with or without `0x`; blanks are skipped.
pub fn hex_parse(text: &str) -> Result<Vec<u8>, DecodeError> {
    let digits: Vec<char> =
        text.trim().trim_start_matches("0x").chars().filter(|digit| !digit.is_whitespace()).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DecodeError::OddHex);
    }
    let byte = |pair: &[char; 2]| {
        let pair: String = pair.iter().collect();
        u8::from_str_radix(&pair, 16).ok().filter(|_| !pair.starts_with('+')).ok_or(DecodeError::NotHex(pair))
    };
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_parse_takes_prefix_and_blanks() {
        assert_eq!(hex_parse("0x01 fF\n"), Ok(vec![1, 255]));
        assert_eq!(hex_parse(""), Ok(Vec::new()));
    }

    #[test]
    fn hex_parse_of_other_text_fails_naming_the_byte() {
        assert_eq!(hex_parse("01zz"), Err(DecodeError::NotHex("zz".to_owned())));
        assert_eq!(hex_parse("+1"), Err(DecodeError::NotHex("+1".to_owned())));
        assert_eq!(hex_parse("012"), Err(DecodeError::OddHex));
    }

    #[test]
    fn dump_parse_reads_raw_bytes_and_both_forms_of_json() {
        let inner = r#"{"data":["AQI=","base64"],"owner":"11111111111111111111111111111111"}"#;
        let owner = Some(Pubkey::default());
        assert_eq!(dump_parse(vec![1, 2]), Ok((vec![1, 2], None)));
        assert_eq!(dump_parse(inner.into()), Ok((vec![1, 2], owner)));
        assert_eq!(dump_parse(format!(r#"{{"pubkey":"x","account":{inner}}}"#).into()), Ok((vec![1, 2], owner)));
    }

    #[test]
    fn dump_parse_of_other_json_fails_not_dump() {
        for text in ["{", "{}", r#"{"data":["AQI=","base58"]}"#, r#"{"data":["?","base64"]}"#] {
            assert!(matches!(dump_parse(text.into()), Err(DecodeError::NotDump(_))), "{text}");
        }
    }
}
