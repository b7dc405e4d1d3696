//! P-256 keys of council members: in a file, or somewhere that only signs.

use crate::Error;
use abi::precompile::{P256_KEY_LEN, SIGNATURE_LEN};
use base64::{Engine, engine::general_purpose::STANDARD};
use client::ballots::{P256Key, signature_normalise};
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// Who signs ballots.
pub enum P256Signer {
    /// A key in this process.
    Key(P256Key),
    /// A command that reads what is to be signed and writes the signature: an enclave, a token, a security module.
    Command { public: [u8; P256_KEY_LEN], command: String },
}

impl P256Signer {
    /// A key from a PEM file: PKCS #8, or SEC 1 as `openssl ecparam -genkey` writes.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
        let refused = || Error::P256Key { path: path.to_owned() };
        let key = match (pem(&text, "PRIVATE KEY"), pem(&text, "EC PRIVATE KEY")) {
            (Some(der), _) => P256Key::from_pkcs8(&der),
            (None, Some(der)) => P256Key::from_sec1(&der),
            (None, None) => None,
        };
        key.map(Self::Key).ok_or_else(refused)
    }

    /// The public key in compressed form.
    pub fn public(&self) -> [u8; P256_KEY_LEN] {
        match self {
            Self::Key(key) => key.public(),
            Self::Command { public, .. } => *public,
        }
    }

    /// The signature over sha256 of `message`, as the precompile takes it.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], Error> {
        match self {
            Self::Key(key) => Ok(key.sign(message)),
            Self::Command { command, .. } => {
                let written = run(command, message)
                    .map_err(|error| Error::P256Signer { command: command.clone(), reason: error.to_string() })?;
                let reason = "it wrote no ECDSA signature, in DER or as r and s".to_owned();
                signature_normalise(&written).ok_or(Error::P256Signer { command: command.clone(), reason })
            }
        }
    }
}

/// What the shell's command writes when it reads `input`.
fn run(command: &str, input: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut child = Command::new("sh").args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() { Ok(output.stdout) } else { Err(std::io::Error::other(output.status.to_string())) }
}

/// What the first block of this label holds.
fn pem(text: &str, label: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One key of OpenSSL's, in both forms that it writes.
    const PKCS8: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgofzgOsyQi0US2i5z
iosHn9USACY1vaYIOfNp5dtzQZihRANCAASM5k1p0IzsVWB5Ez2yGl2xKFl2YIF3
6Q+6V9VBw54TwPy/OcngaWSLTf2w+Yka+/r5KO7e8A9V5OUSFxjCrwJG
-----END PRIVATE KEY-----
";
    const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIKH84DrMkItFEtouc4qLB5/VEgAmNb2mCDnzaeXbc0GYoAoGCCqGSM49
AwEHoUQDQgAEjOZNadCM7FVgeRM9shpdsShZdmCBd+kPulfVQcOeE8D8vznJ4Glk
i039sPmJGvv6+Sju3vAPVeTlEhcYwq8CRg==
-----END EC PRIVATE KEY-----
";
    const PUBLIC: &str = "028ce64d69d08cec556079133db21a5db1285976608177e90fba57d541c39e13c0";

    fn load(text: &str) -> Result<P256Signer, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        P256Signer::load(file.path())
    }

    #[test]
    fn load_takes_both_forms_and_says_what_is_none() {
        for text in [PKCS8, SEC1] {
            assert_eq!(crate::deploy::hex(&load(text).unwrap().public()), PUBLIC);
        }
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", &PKCS8.replace("MIGH", "MIGG")]
        {
            assert!(matches!(load(text), Err(Error::P256Key { .. })), "{text}");
        }
    }

    #[test]
    fn sign_by_a_command_takes_what_it_writes() {
        let signer = |command: &str| P256Signer::Command { public: [2; P256_KEY_LEN], command: command.to_owned() };
        assert!(signer("cat > /dev/null; printf '%064d' 1").sign(b"ballot").is_ok(), "r and s");
        assert!(matches!(signer("cat").sign(b"ballot"), Err(Error::P256Signer { .. })));
        assert!(matches!(signer("cat > /dev/null; exit 3").sign(b"ballot"), Err(Error::P256Signer { .. })));
    }
}
