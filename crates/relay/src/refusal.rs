//! Why a relay refuses: each reason with a code that stays, an HTTP status, and a message that says the bound or the remedy.

use abi::quote::{MAX_LEGS, MESSAGE_MAX, QuoteError};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Bytes of a request's body.
pub const BODY_MAX: usize = 65_536;
/// Quotes of one batch.
pub const BATCH_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the body has more than {BODY_MAX} bytes: post fewer quotes at once")]
    BodyTooLarge,
    #[error("the body is not the JSON of a quote: {0}")]
    Malformed(String),
    #[error("a batch has 1 to {BATCH_MAX} quotes, this one has {0}")]
    BatchSize(usize),
    #[error("`maker` is not an address in base58")]
    MakerInvalid,
    #[error("`message` is not base64 of at most {MESSAGE_MAX} bytes")]
    MessageEncoding,
    #[error("`signature` is not base64 of 64 bytes")]
    SignatureEncoding,
    #[error("`message` has not the length of a quote and its legs")]
    MessageLength,
    #[error("`message` is not a quote of version 2: it begins with another domain")]
    DomainWrong,
    #[error("a quote has 1 to {MAX_LEGS} legs, as many as its header says")]
    LegCountWrong,
    #[error("reserved bytes of `message` must be zero")]
    ReservedNotZero,
    #[error("the quote is for another program than {}", solana_pubkey::Pubkey::from(abi::ids::MARGIN))]
    ProgramWrong,
    #[error("the quote is for a cluster with another genesis hash than {0}")]
    ClusterWrong(String),
    #[error("`maker` has not signed exactly this message")]
    SignatureWrong,
    #[error("a quote is for one package at least")]
    SizeZero,
    #[error("leg {0}: side is 0 (the maker buys) or 1 (sells), kind 1 (call) or 2 (put), ratio 1 or more")]
    LegWrong(usize),
    #[error("leg {0}: its price or strike is out of bounds")]
    PriceOutOfBounds(usize),
    #[error("leg {0} is of the series of an earlier leg: net them")]
    DuplicateLeg(usize),
    #[error("the quote's last slot {expiry} has passed: the cluster is at {slot}")]
    Expired { expiry: u64, slot: u64 },
    #[error("the quote's last slot {expiry} is more than {most} slots after {slot}: sign a shorter quote and renew it")]
    ExpiryTooFar { expiry: u64, slot: u64, most: u64 },
    #[error("no margin account {0} on this cluster")]
    AccountUnknown(String),
    #[error("the margin account is of another market than the quote")]
    MarketWrong,
    #[error("`maker` is neither the margin account's owner nor its delegate with the right to trade")]
    MakerUnauthorised,
    #[error("nonce {nonce} is below the account's floor {floor}: the quote is cancelled")]
    Superseded { nonce: u64, floor: u64 },
    #[error("another quote of this account has nonce {0}: one nonce is one message")]
    NonceTaken(u64),
    #[error(
        "the key has {0} quotes here, the most there is room for: wait for some to expire, or raise the nonce floor"
    )]
    MakerFull(u64),
    #[error("the relay holds {0} quotes, the most there is room for: try later, or another relay")]
    RelayFull(u64),
    #[error("too many quotes of this key: wait a second")]
    MakerTooFast,
    #[error("too many requests from this address: wait a second")]
    AddressTooFast,
    #[error("too many streams are open: try later, or another relay")]
    StreamsFull,
    #[error("`market` is not an address in base58")]
    MarketInvalid,
    #[error("no such quote here")]
    NotFound,
    #[error("the relay cannot see the cluster now: try later, or another relay")]
    ChainUnseen,
}

impl Refusal {
    /// Never changes its meaning.
    pub const fn code(&self) -> &'static str {
        self.parts().0
    }

    pub const fn status(&self) -> StatusCode {
        self.parts().1
    }

    const fn parts(&self) -> (&'static str, StatusCode) {
        use StatusCode as S;
        match self {
            Self::BodyTooLarge => ("body_too_large", S::PAYLOAD_TOO_LARGE),
            Self::Malformed(_) => ("malformed", S::BAD_REQUEST),
            Self::BatchSize(_) => ("batch_size", S::BAD_REQUEST),
            Self::MakerInvalid => ("maker_invalid", S::BAD_REQUEST),
            Self::MessageEncoding => ("message_encoding", S::BAD_REQUEST),
            Self::SignatureEncoding => ("signature_encoding", S::BAD_REQUEST),
            Self::MessageLength => ("message_length", S::BAD_REQUEST),
            Self::DomainWrong => ("domain_wrong", S::BAD_REQUEST),
            Self::LegCountWrong => ("leg_count_wrong", S::BAD_REQUEST),
            Self::ReservedNotZero => ("reserved_not_zero", S::BAD_REQUEST),
            Self::ProgramWrong => ("program_wrong", S::BAD_REQUEST),
            Self::ClusterWrong(_) => ("cluster_wrong", S::BAD_REQUEST),
            Self::SignatureWrong => ("signature_wrong", S::BAD_REQUEST),
            Self::SizeZero => ("size_zero", S::BAD_REQUEST),
            Self::LegWrong(_) => ("leg_wrong", S::BAD_REQUEST),
            Self::PriceOutOfBounds(_) => ("price_out_of_bounds", S::BAD_REQUEST),
            Self::DuplicateLeg(_) => ("duplicate_leg", S::BAD_REQUEST),
            Self::Expired { .. } => ("expired", S::GONE),
            Self::ExpiryTooFar { .. } => ("expiry_too_far", S::BAD_REQUEST),
            Self::AccountUnknown(_) => ("account_unknown", S::UNPROCESSABLE_ENTITY),
            Self::MarketWrong => ("market_wrong", S::UNPROCESSABLE_ENTITY),
            Self::MakerUnauthorised => ("maker_unauthorised", S::FORBIDDEN),
            Self::Superseded { .. } => ("superseded", S::GONE),
            Self::NonceTaken(_) => ("nonce_taken", S::CONFLICT),
            Self::MakerFull(_) => ("maker_full", S::TOO_MANY_REQUESTS),
            Self::RelayFull(_) => ("relay_full", S::SERVICE_UNAVAILABLE),
            Self::MakerTooFast => ("maker_too_fast", S::TOO_MANY_REQUESTS),
            Self::AddressTooFast => ("address_too_fast", S::TOO_MANY_REQUESTS),
            Self::StreamsFull => ("streams_full", S::SERVICE_UNAVAILABLE),
            Self::MarketInvalid => ("market_invalid", S::BAD_REQUEST),
            Self::NotFound => ("not_found", S::NOT_FOUND),
            Self::ChainUnseen => ("chain_unseen", S::SERVICE_UNAVAILABLE),
        }
    }

    pub fn json(&self) -> Value {
        json!({ "error": { "code": self.code(), "message": self.to_string() } })
    }

    /// One of each, for the page that lists them.
    pub fn all() -> Vec<Self> {
        let account = || "<account>".to_owned();
        vec![
            Self::BodyTooLarge,
            Self::Malformed("..".to_owned()),
            Self::BatchSize(65),
            Self::MakerInvalid,
            Self::MessageEncoding,
            Self::SignatureEncoding,
            Self::MessageLength,
            Self::DomainWrong,
            Self::LegCountWrong,
            Self::ReservedNotZero,
            Self::ProgramWrong,
            Self::ClusterWrong("..".to_owned()),
            Self::SignatureWrong,
            Self::SizeZero,
            Self::LegWrong(0),
            Self::PriceOutOfBounds(0),
            Self::DuplicateLeg(1),
            Self::Expired { expiry: 1, slot: 2 },
            Self::ExpiryTooFar { expiry: 20_000, slot: 2, most: 9_000 },
            Self::AccountUnknown(account()),
            Self::MarketWrong,
            Self::MakerUnauthorised,
            Self::Superseded { nonce: 1, floor: 2 },
            Self::NonceTaken(1),
            Self::MakerFull(512),
            Self::RelayFull(4_096),
            Self::MakerTooFast,
            Self::AddressTooFast,
            Self::StreamsFull,
            Self::MarketInvalid,
            Self::NotFound,
            Self::ChainUnseen,
        ]
    }
}

impl From<QuoteError> for Refusal {
    fn from(error: QuoteError) -> Self {
        match error {
            QuoteError::WrongLength => Self::MessageLength,
            QuoteError::WrongDomain => Self::DomainWrong,
            QuoteError::WrongLegCount => Self::LegCountWrong,
            QuoteError::ReservedNotZero => Self::ReservedNotZero,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        metrics::counter!("relay_refusals_total", "code" => self.code()).increment(1);
        (self.status(), Json(self.json())).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn refusals_have_codes_of_their_own_and_stand_in_the_documentation() {
        let page = include_str!("../../../docs/relay.md");
        let codes: BTreeSet<_> = Refusal::all().iter().map(Refusal::code).collect();
        assert_eq!(codes.len(), Refusal::all().len());
        for refusal in Refusal::all() {
            let row = format!("| {} | `{}` |", refusal.status().as_u16(), refusal.code());
            assert!(page.contains(&row), "docs/relay.md lacks a row that begins with {row}");
        }
        assert_eq!(page.lines().filter(|line| line.starts_with("| 4") || line.starts_with("| 5")).count(), codes.len());
    }
}
