use crate::decimal::DecimalError;
use pricing::PricingError;
use risk::portfolio::PortfolioError;

/// What is wrong with an input: where (an option's name or a JSON path), what was found and what is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("{name}: `{text}` {reason}")]
    Decimal { name: String, text: String, reason: DecimalError },
    #[error("{name}: {text} is outside {least}..={most}")]
    OutOfRange { name: String, text: String, least: String, most: String },
    #[error("{name}: {reason}")]
    Premium { name: String, reason: PricingError },
    #[error("not JSON: {reason}")]
    NotJson { reason: String },
    #[error("{path} is missing")]
    Missing { path: String },
    #[error("{path} is no known field: here belong {known}")]
    Unknown { path: String, known: String },
    #[error("{path} is given twice")]
    Repeated { path: String },
    #[error("{path}: {found}, where {wanted} belongs")]
    WrongType { path: String, found: &'static str, wanted: &'static str },
    #[error("{path} has {len} entries, and {least}..={most} are accepted")]
    Length { path: String, len: usize, least: usize, most: usize },
    #[error("{path}: `{text}` is none of {choices}")]
    Choice { path: String, text: String, choices: String },
    #[error("{path}: no lots; leave the position out, or give 1..=1000000000 (long) or -1000000000..=-1 (short)")]
    NoLots { path: String },
    #[error("{path}: {expiry_unix_s} is not the time of any of the expiries: {known}")]
    ExpiryUnknown { path: String, expiry_unix_s: i64, known: String },
    #[error("{path}: the expiry at {expiry_unix_s} is given already by expiries[{first}]")]
    ExpiryRepeated { path: String, expiry_unix_s: i64, first: usize },
    #[error("{path}: the same expiry, strike and kind as positions[{first}]; add their lots up")]
    SeriesRepeated { path: String, first: usize },
    #[error("{path}: {seconds} s from now_unix_s is more than two years (63072000 s)")]
    ExpiryTooLate { path: String, seconds: i128 },
    #[error("{path}: {lots} lots are a notional above 2^55 quote atoms at the larger of strike and twice spot")]
    NotionalAboveStandard { path: String, lots: i64 },
    #[error("{path}: {reason}")]
    Surface { path: String, reason: PricingError },
    #[error("{path}: {reason}")]
    Fit { path: String, reason: pricing::fit::FitError },
    #[error("{path}: {reason}")]
    Portfolio { path: String, reason: PortfolioError },
}

impl InputError {
    pub(crate) fn decimal(name: &str, text: &str, reason: DecimalError) -> Self {
        Self::Decimal { name: name.to_owned(), text: text.to_owned(), reason }
    }
}
