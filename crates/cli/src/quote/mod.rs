//! `bastion quote` and `bastion fill`: a maker's quote as a file, the same file that the relay and the TypeScript client take.

mod carrier;
mod fill;
mod leg;

pub use carrier::TableChoice;
pub use fill::{Fill, Filled, Side, fill};
pub use leg::LegTerms;

use crate::{Connection, Error, market, status::single};
use abi::margin::PostedQuote;
use abi::quote::{QUOTE_DOMAIN, QuoteHeader, QuoteLeg, parse};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytemuck::{Zeroable, bytes_of, cast_slice};
use client::{addresses, margin, quotes};
use serde::{Deserialize, Serialize};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_pubkey::Pubkey;
use solana_signer::Signer;

/// A signed quote as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedJson {
    /// Base58.
    pub maker: String,
    /// Base64.
    pub message: String,
    pub signature: String,
}

/// A quote of its maker's, verified.
#[derive(Clone, Debug)]
pub struct Signed {
    pub maker: Pubkey,
    pub message: Vec<u8>,
    pub signature: [u8; 64],
    pub header: QuoteHeader,
    pub legs: Vec<QuoteLeg>,
}

/// A quote that can be filled: what it says, and by what the program knows that its maker stands by it.
#[derive(Clone, Debug)]
pub struct Offer {
    pub header: QuoteHeader,
    pub legs: Vec<QuoteLeg>,
    /// The account that holds it, or the runtime's own record of the transaction's instructions.
    source: Pubkey,
    /// Of a signed one: what verifies the signature, first in the transaction.
    proof: Option<Instruction>,
}

impl From<&Signed> for Offer {
    fn from(signed: &Signed) -> Self {
        Self {
            header: signed.header,
            legs: signed.legs.clone(),
            source: Pubkey::from(abi::ids::SYSVAR_INSTRUCTIONS),
            proof: Some(quotes::ed25519(&signed.maker, &signed.signature, &signed.message)),
        }
    }
}

impl Offer {
    /// A posted quote, from its account. Errors: `AccountMissing`, `QuoteInvalid`.
    pub fn posted(connection: &Connection, address: &Pubkey) -> Result<Self, Error> {
        let found = single::<PostedQuote>(connection, "PostedQuote", address)?;
        let posted = found.ok_or(Error::AccountMissing { address: *address })?;
        let message = posted.message.get(..usize::from(posted.message_len.get())).unwrap_or_default();
        let (header, legs) =
            parse(message).map_err(|error| Error::QuoteInvalid { reason: format!("{address}: {error:?}") })?;
        Ok(Self { header: *header, legs: legs.to_vec(), source: *address, proof: None })
    }
}

/// What a maker asks for beyond legs.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub subaccount: u16,
    pub packages: u64,
    pub min_packages: u64,
    /// By default the cluster's time in seconds, above the account's floor.
    pub nonce: Option<u64>,
    /// How many slots the quote lives.
    pub slots: u64,
}

impl Signed {
    /// Errors: `QuoteInvalid`.
    pub fn read(json: &str) -> Result<Self, Error> {
        let invalid = |reason: String| Error::QuoteInvalid { reason };
        let read: SignedJson = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        let maker: Pubkey = read.maker.parse().map_err(|_| invalid("`maker` is no address".to_owned()))?;
        let message = STANDARD.decode(&read.message).map_err(|error| invalid(format!("`message`: {error}")))?;
        let signature = STANDARD.decode(&read.signature).map_err(|error| invalid(format!("`signature`: {error}")))?;
        let signature: [u8; 64] =
            signature.try_into().map_err(|_| invalid("`signature` is not of 64 bytes".to_owned()))?;
        let (header, legs) = parse(&message).map_err(|error| invalid(format!("`message`: {error:?}")))?;
        let (header, legs) = (*header, legs.to_vec());
        if !solana_signature::Signature::from(signature).verify(maker.as_ref(), &message) {
            return Err(invalid("`maker` has not signed exactly this message".to_owned()));
        }
        if header.program != abi::ids::MARGIN {
            return Err(invalid(format!("it is for another program, {}", Pubkey::from(header.program))));
        }
        Ok(Self { maker, message, signature, header, legs })
    }

    pub fn json(&self) -> SignedJson {
        SignedJson {
            maker: self.maker.to_string(),
            message: STANDARD.encode(&self.message),
            signature: STANDARD.encode(self.signature),
        }
    }
}

/// Signs a quote of `maker`'s account. Errors: `LegsWrong`, `AccountMissing`.
pub fn sign(
    market: &market::Market,
    connection: &Connection,
    maker: &Keypair,
    terms: &Terms,
    legs: &[LegTerms],
) -> Result<Signed, Error> {
    let address = addresses::margin_account(&market.address, &maker.pubkey(), terms.subaccount);
    let account = market::account(connection, &address)?;
    let legs = legs.iter().map(|leg| leg.resolve(market)).collect::<Result<Vec<_>, _>>()?;
    let by_time = u64::try_from(market.unix_s).unwrap_or(0);
    let mut header = QuoteHeader::zeroed();
    header.domain = QUOTE_DOMAIN;
    header.program = abi::ids::MARGIN;
    header.genesis_hash = market.market.genesis_hash;
    header.market = market.address.to_bytes();
    header.maker_account = address.to_bytes();
    header.nonce = terms.nonce.unwrap_or_else(|| by_time.max(account.nonce_floor.get())).into();
    header.max_packages = terms.packages.into();
    header.min_fill_packages = terms.min_packages.into();
    header.expiry_slot = market.slot.saturating_add(terms.slots).into();
    header.leg_count = u8::try_from(legs.len()).unwrap_or(u8::MAX);
    let message = [bytes_of(&header), cast_slice(&legs)].concat();
    if parse(&message).is_err() {
        return Err(Error::LegsWrong { reason: format!("a quote has 1 to {} legs", abi::quote::MAX_LEGS) });
    }
    let signature = *maker.sign_message(&message).as_array();
    Ok(Signed { maker: maker.pubkey(), message, signature, header, legs })
}

/// Posts a quote as an account of the program, for takers who read no file. Returns that account's address.
pub fn post(connection: &Connection, maker: &Keypair, signed: &Signed) -> Result<Pubkey, Error> {
    let account = Pubkey::from(signed.header.maker_account);
    let nonce = signed.header.nonce.get();
    let posted = addresses::posted_quote(&account, nonce);
    let accounts = margin::QuotePost {
        authority: maker.pubkey(),
        payer: maker.pubkey(),
        market: Pubkey::from(signed.header.market),
        account,
        posted,
    };
    let post = accounts.instruction(margin::QuotePostArgs { nonce, message: signed.message.clone() });
    connection.send("posting the quote", maker, &[], &[post])?;
    Ok(posted)
}
