//! A member's P-256 key, as an argument.

use super::parse::p256_public;
use abi::precompile::P256_KEY_LEN;
use clap::Args;
use cli::{Error, deploy::hex, p256::P256Signer};
use client::ballots;
use std::path::PathBuf;

const HEADING: &str = "A member's P-256 key";

/// A member's P-256 key: it signs the ballot, and whoever runs the command pays for the transaction.
#[derive(Args)]
pub struct P256Arguments {
    /// PEM file of the member's P-256 key
    #[arg(long, global = true, help_heading = HEADING, value_name = "FILE", conflicts_with_all = ["p256_public", "p256_signer"])]
    p256_key: Option<PathBuf>,
    /// The member's P-256 key, compressed, in hexadecimal, where an enclave or a token keeps the private one
    #[arg(long, global = true, help_heading = HEADING, value_name = "HEX", value_parser = p256_public)]
    p256_public: Option<[u8; P256_KEY_LEN]>,
    /// Shell command that reads the ballot and writes its ECDSA signature with sha256, in DER or as r and s
    #[arg(long, global = true, help_heading = HEADING, value_name = "COMMAND")]
    p256_signer: Option<String>,
}

impl P256Arguments {
    /// Who signs the ballot, if a P-256 key is to.
    pub fn signer(&self) -> Result<Option<P256Signer>, Error> {
        match (&self.p256_key, self.p256_public, &self.p256_signer) {
            (None, None, None) => Ok(None),
            (Some(path), None, None) => P256Signer::load(path).map(Some),
            (None, Some(public), Some(command)) => Ok(Some(P256Signer::Command { public, command: command.clone() })),
            _ => Err(Error::NoP256Key),
        }
    }

    /// The address under which the key sits in a council; needs no network.
    pub fn member(&self, json: bool) -> Result<String, Error> {
        let public = match (&self.p256_key, self.p256_public) {
            (Some(path), _) => P256Signer::load(path)?.public(),
            (None, Some(public)) => public,
            (None, None) => return Err(Error::NoP256Key),
        };
        let (member, public) = (ballots::member(&public).to_string(), hex(&public));
        Ok(if json {
            serde_json::json!({ "member": member, "p256": public }).to_string()
        } else {
            format!("{member}  (P-256 key {public})")
        })
    }
}
