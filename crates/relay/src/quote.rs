//! A signed quote: what is read of JSON, and every check that needs no cluster.

use crate::Refusal;
use abi::Address;
use abi::margin::{KIND_CALL, KIND_PUT};
use abi::quote::{MESSAGE_MAX, QuoteHeader, QuoteLeg, SIDE_BUY, SIDE_SELL, parse};
use bytemuck::pod_read_unaligned;
use serde::{Deserialize, Serialize};
use services::{base64_of, base64_read};
use solana_pubkey::Pubkey;
use solana_signature::Signature;
use std::fmt;
use units::PriceE6;

const SIGNATURE_LEN: usize = 64;

/// A quote's name: one nonce of an account is one message. Ordered by account, then nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuoteId {
    pub account: Address,
    pub nonce: u64,
}

impl fmt::Display for QuoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Pubkey::from(self.account), self.nonce)
    }
}

/// A quote as it is posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedJson {
    pub maker: String,
    pub message: String,
    pub signature: String,
}

/// A quote of a form that the program takes, for one cluster, signed by its maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub maker: Address,
    pub signature: [u8; SIGNATURE_LEN],
    pub message: Vec<u8>,
    pub header: QuoteHeader,
}

impl Signed {
    /// Reads and checks what was posted; the signature last, as it costs most.
    pub fn read(json: &SignedJson, genesis_hash: &[u8; 32]) -> Result<Self, Refusal> {
        let maker: Pubkey = json.maker.parse().map_err(|_| Refusal::MakerInvalid)?;
        let message = base64_read(&json.message).filter(|bytes| bytes.len() <= MESSAGE_MAX);
        let signature = base64_read(&json.signature).and_then(|bytes| bytes.try_into().ok());
        Self::check(
            maker.to_bytes(),
            signature.ok_or(Refusal::SignatureEncoding)?,
            message.ok_or(Refusal::MessageEncoding)?,
            genesis_hash,
        )
    }

    /// The checks of [`Self::read`], on bytes.
    pub fn check(
        maker: Address,
        signature: [u8; SIGNATURE_LEN],
        message: Vec<u8>,
        genesis_hash: &[u8; 32],
    ) -> Result<Self, Refusal> {
        let header = terms_check(&message, genesis_hash)?;
        if !Signature::from(signature).verify(&maker, &message) {
            return Err(Refusal::SignatureWrong);
        }
        Ok(Self { maker, signature, message, header })
    }

    pub fn id(&self) -> QuoteId {
        QuoteId { account: self.header.maker_account, nonce: self.header.nonce.get() }
    }

    pub fn expiry_slot(&self) -> u64 {
        self.header.expiry_slot.get()
    }

    pub fn json(&self) -> SignedJson {
        SignedJson {
            maker: Pubkey::from(self.maker).to_string(),
            message: base64_of(&self.message),
            signature: base64_of(&self.signature),
        }
    }
}

/// What the program refuses whatever the chain's state is, the relay refuses too.
fn terms_check(message: &[u8], genesis_hash: &[u8; 32]) -> Result<QuoteHeader, Refusal> {
    let (header, legs) = parse(message)?;
    if header.program != abi::ids::MARGIN {
        return Err(Refusal::ProgramWrong);
    }
    if header.genesis_hash != *genesis_hash {
        return Err(Refusal::ClusterWrong(Pubkey::from(*genesis_hash).to_string()));
    }
    if header.max_packages.get() == 0 {
        return Err(Refusal::SizeZero);
    }
    for (at, leg) in legs.iter().enumerate() {
        leg_check(at, leg)?;
        if legs.iter().take(at).any(|earlier| is_same_series(earlier, leg)) {
            return Err(Refusal::DuplicateLeg(at));
        }
    }
    Ok(pod_read_unaligned(bytemuck::bytes_of(header)))
}

fn leg_check(at: usize, leg: &QuoteLeg) -> Result<(), Refusal> {
    let sides = matches!(leg.side, SIDE_BUY | SIDE_SELL);
    if !sides || !matches!(leg.kind, KIND_CALL | KIND_PUT) || leg.ratio.get() == 0 {
        return Err(Refusal::LegWrong(at));
    }
    if !PriceE6(leg.price_e6.get()).in_bounds() || !PriceE6(leg.strike_e6.get()).in_bounds() {
        return Err(Refusal::PriceOutOfBounds(at));
    }
    Ok(())
}

fn is_same_series(a: &QuoteLeg, b: &QuoteLeg) -> bool {
    a.strike_e6 == b.strike_e6 && a.kind == b.kind && a.expiry_unix_s == b.expiry_unix_s
}

#[cfg(test)]
pub mod tests;
