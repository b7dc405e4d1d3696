//! A file of quotes: every field checked where it stands.

use crate::input::{InputError, Item, Number, document};
use crate::portfolio::svi;
use pricing::fit::{FIT_POINTS_MAX, Quote};
use pricing::{SECONDS_MAX, SECONDS_MIN, Svi};
use units::{PriceE6, VolE9};

pub(super) const ROOT: [&str; 6] = ["forward", "seconds", "quotes", "listed", "earlier", "later"];
pub(super) const QUOTE: [&str; 3] = ["strike", "vol", "weight"];
pub(super) const NEIGHBOUR: [&str; 3] = ["svi", "svi_reference_s", "seconds"];

/// Quotes of one expiry, as given.
#[derive(Clone, Debug)]
pub struct File {
    pub forward: PriceE6,
    pub seconds: u64,
    pub quotes: Vec<Quote>,
    /// Ascending as the file has them; the quotes' strikes if the file has none.
    pub listed: Vec<PriceE6>,
    pub earlier: Option<Neighbour>,
    pub later: Option<Neighbour>,
}

/// The surface of a neighbouring expiry, and that expiry's time.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    pub svi: Svi,
    pub reference_s: u64,
    pub seconds: u64,
}

impl File {
    /// Reads a file. Errors: every [`InputError`] that one field alone can cause.
    pub fn read(json: &str) -> Result<Self, InputError> {
        let node = document(json)?;
        let root = Item::root(&node).record(&ROOT)?;
        let mut quotes = Vec::new();
        for item in root.field("quotes")?.list(1, FIT_POINTS_MAX)? {
            quotes.push(quote(&item)?);
        }
        let mut listed: Vec<PriceE6> = quotes.iter().map(|quote| quote.strike).collect();
        listed.sort_unstable();
        listed.dedup();
        if let Some(item) = root.optional("listed") {
            listed.clear();
            for item in item.list(1, FIT_POINTS_MAX)? {
                listed.push(PriceE6(item.number(&Number::price())?));
            }
        }
        Ok(Self {
            forward: PriceE6(root.number("forward", &Number::price())?),
            seconds: root.number("seconds", &seconds())?,
            quotes,
            listed,
            earlier: root.optional("earlier").map(|item| neighbour(&item)).transpose()?,
            later: root.optional("later").map(|item| neighbour(&item)).transpose()?,
        })
    }
}

fn seconds() -> Number {
    Number::new(0, SECONDS_MIN, SECONDS_MAX)
}

fn quote(item: &Item<'_>) -> Result<Quote, InputError> {
    let record = item.record(&QUOTE)?;
    Ok(Quote {
        strike: PriceE6(record.number("strike", &Number::price())?),
        vol: VolE9(record.number("vol", &Number::new(9, VolE9::MIN.0, VolE9::MAX.0))?),
        weight: record.number_or("weight", &Number::new(0, 1, u32::MAX), 1)?,
    })
}

fn neighbour(item: &Item<'_>) -> Result<Neighbour, InputError> {
    let record = item.record(&NEIGHBOUR)?;
    let time = record.number("seconds", &seconds())?;
    Ok(Neighbour {
        svi: svi(&record.field("svi")?)?,
        reference_s: record.number_or("svi_reference_s", &seconds(), time)?,
        seconds: time,
    })
}
