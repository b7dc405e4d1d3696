//! Hashes, commits, levels, programs and delays in words.

use abi::precompile::P256_KEY_LEN;
use cli::{decode::hex_parse, keys::PROGRAMS};
use policy::{Class, Level};
use solana_pubkey::Pubkey;

pub fn hash(text: &str) -> Result<[u8; 32], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    bytes.try_into().map_err(|_| "a sha256 has 64 hexadecimal digits".to_owned())
}

pub fn p256_public(text: &str) -> Result<[u8; P256_KEY_LEN], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    let key = bytes.try_into().ok().filter(|key: &[u8; P256_KEY_LEN]| matches!(key.first(), Some(2 | 3)));
    key.ok_or_else(|| {
        "a compressed P-256 key has 66 hexadecimal digits, of which the first two are 02 or 03".to_owned()
    })
}

pub fn commit(text: &str) -> Result<[u8; 20], String> {
    let bytes = hex_parse(text).map_err(|error| error.to_string())?;
    bytes.try_into().map_err(|_| "a commit has 40 hexadecimal digits".to_owned())
}

pub fn level(text: &str) -> Result<Level, String> {
    let digit = text.trim_start_matches(['L', 'l']).parse().ok();
    let level = digit.and_then(Level::from_byte).filter(|level| *level != Level::Migrating);
    level.ok_or_else(|| "a level is 0 to 3: nothing is lowered to level 4".to_owned())
}

pub fn program(text: &str) -> Result<Pubkey, String> {
    match PROGRAMS.iter().find(|known| known.name == text) {
        Some(known) => Ok(known.id),
        None => text.parse().map_err(|_| format!("`{text}` is no program's name and no address")),
    }
}

pub fn delay(text: &str) -> Result<(Class, u32), String> {
    const NAMES: [&str; policy::CLASSES] =
        ["tighten", "risk", "upgrade", "council", "hand-over", "emergency", "ratify", "recovery"];
    let (name, seconds) = text.split_once('=').ok_or("CLASS=SECONDS, as in upgrade=864000")?;
    let class = Class::ALL.into_iter().zip(NAMES).find(|(_, known)| *known == name);
    let (class, _) = class.ok_or_else(|| format!("classes are {}", NAMES.join(", ")))?;
    Ok((class, seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_other_forms_are_refused_in_words() {
        assert!(hash("ab").unwrap_err().contains("64"));
        assert!(commit("zz").unwrap_err().contains("zz"));
        assert!(p256_public(&"04".repeat(33)).unwrap_err().contains("02 or 03") && p256_public("02").is_err());
        assert_eq!(p256_public(&"02".repeat(33)), Ok([2; 33]));
        assert_eq!(level("L2"), Ok(Level::CloseOnly));
        assert!(level("4").is_err() && level("x").is_err());
        assert_eq!(program("margin"), Ok(Pubkey::from(abi::ids::MARGIN)));
        assert!(program("marjin").unwrap_err().contains("marjin"));
        assert_eq!(delay("hand-over=7"), Ok((Class::HandOver, 7)));
        assert!(delay("upgrade").is_err() && delay("up=1").unwrap_err().contains("tighten, risk"));
    }
}
