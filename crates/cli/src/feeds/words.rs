//! Kinds, severities, flags and refusals as people say them.

use abi::oracle::{SOURCE_CHAINLINK, SOURCE_PYTH, SOURCE_SWITCHBOARD};
use risk::feed::{Refusal, Severity, flag};

pub(super) fn kind(byte: u8) -> &'static str {
    match byte {
        SOURCE_PYTH => "Pyth",
        SOURCE_SWITCHBOARD => "Switchboard",
        SOURCE_CHAINLINK => "Chainlink",
        _ => "unknown kind",
    }
}

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Normal => "normal",
        Severity::Degraded => "degraded",
        Severity::Stale => "stale",
        Severity::Down => "down",
    }
}

/// Why a price is not normal.
pub(super) fn flags(flags: u8) -> Vec<&'static str> {
    let words = [
        (flag::FEW, "too few sources fit for new risk"),
        (flag::DIVERGED, "sources further apart than they claim to be wide"),
        (flag::FAR, "more than 10 % from the average"),
        (flag::CONTESTED, "a dropped source contests the move"),
    ];
    words.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, word)| *word).collect()
}

/// Why a source is not used.
pub(super) const fn refusal(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::OwnerMismatch => "no account of the pinned program",
        Refusal::LengthWrong => "account of the wrong length",
        Refusal::DiscriminatorWrong => "account of another type",
        Refusal::NotFullyVerified => "not fully verified",
        Refusal::FeedIdMismatch => "of another feed",
        Refusal::ScopeMismatch => "of another queue, or with other decimals",
        Refusal::WritableByAuthority => "its owner may write values",
        Refusal::NoSamples => "no samples in the result",
        Refusal::VersionWrong => "header of another version",
        Refusal::LiveLengthWrong => "not one live round",
        Refusal::PriceNotPositive => "price zero or negative",
        Refusal::ExponentOutOfRange => "exponent out of range",
        Refusal::PriceOutOfBounds => "price out of bounds",
        Refusal::ConfidenceTooWide => "wider than 2 % of the price",
        Refusal::PublishedInFuture => "published in the future",
        Refusal::PublishedTooOld => "older than 60 s or 150 slots",
        Refusal::PublishedBackwards => "older than what the feed holds",
        Refusal::Outlier => "away from two that agree",
        Refusal::Outranked => "old or wide, while enough others are better",
        Refusal::Diverged => "apart from the other, further from the average",
        Refusal::Alone => "alone, and not near the average",
        Refusal::Absent => "not pinned",
    }
}
