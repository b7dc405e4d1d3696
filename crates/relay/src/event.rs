//! What a stream says, as text that is written once for all who hear it.

use crate::book::{Change, Entry};
use crate::{QuoteId, Signed};
use abi::Address;
use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use solana_pubkey::Pubkey;

/// A frame, and the market that it is about; `None` is for everybody.
#[derive(Clone, Debug)]
pub struct Event {
    pub market: Option<Address>,
    pub text: Utf8Bytes,
}

/// A quote as a relay sends it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QuoteJson {
    id: String,
    #[serde(flatten)]
    signed: crate::SignedJson,
    filled_packages: String,
}

impl QuoteJson {
    pub fn new(signed: &Signed, filled_packages: u64) -> Self {
        Self { id: signed.id().to_string(), signed: signed.json(), filled_packages: filled_packages.to_string() }
    }

    pub fn of(entry: &Entry) -> Self {
        Self::new(&entry.signed, entry.filled_packages)
    }
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Frame {
    Snapshot { seq: u64, slot: u64, genesis_hash: String, quotes: Vec<QuoteJson> },
    Quote { seq: u64, quote: QuoteJson },
    Filled { seq: u64, id: String, filled_packages: String },
    Gone { seq: u64, id: String, reason: &'static str },
    Slot { slot: u64 },
}

impl Frame {
    pub fn text(&self) -> Utf8Bytes {
        // Plain structs of strings and numbers: there is nothing in them that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    pub fn event(seq: u64, change: &Change) -> Event {
        let id = |id: &QuoteId| id.to_string();
        let (market, frame) = match change {
            Change::Added(signed) => (signed.header.market, Self::Quote { seq, quote: QuoteJson::new(signed, 0) }),
            Change::Filled { id: of, market, filled_packages } => {
                (*market, Self::Filled { seq, id: id(of), filled_packages: filled_packages.to_string() })
            }
            Change::Gone { id: of, market, why } => (*market, Self::Gone { seq, id: id(of), reason: why.word() }),
        };
        Event { market: Some(market), text: frame.text() }
    }
}

/// Base58 of a hash.
pub fn base58(bytes: &[u8; 32]) -> String {
    Pubkey::from(*bytes).to_string()
}
