//! `bastion surface fit`: a surface from quotes, by the fitter that publishers use. The file is described in docs/quotes.md.

mod read;
mod show;

pub use read::File;

use crate::{decimal, input::InputError};
use pricing::fit::{Fit, FitError, fit};
use pricing::{Neighbours, Slice, Svi};
use risk::average::RunningAverage;
use risk::mark::vol_floor;
use risk::portfolio::Expiry;
use serde::Serialize;

const PLACES: u32 = 9;

/// What `bastion surface fit` answers; its JSON has these fields in this order. Decimals are strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub svi: Parameters,
    /// The time to expiry that the surface is for.
    pub svi_reference_s: u64,
    /// The quotes' own best surface admits arbitrage; this is the nearest found that does not.
    pub projected: bool,
    pub rms: String,
    pub worst: String,
    pub quotes: Vec<Row>,
}

/// As a portfolio file and the oracle take them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parameters {
    pub a: String,
    pub b: String,
    pub rho: String,
    pub m: String,
    pub sigma: String,
}

/// One quote and what the surface says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub strike: String,
    pub vol: String,
    pub fitted: String,
    pub difference: String,
}

impl From<&Svi> for Parameters {
    fn from(svi: &Svi) -> Self {
        let text = |value: i64| decimal::trimmed(value.into(), PLACES);
        Self {
            a: text(svi.a_e9),
            b: text(svi.b_e9),
            rho: text(svi.rho_e9),
            m: text(svi.m_e9),
            sigma: text(svi.sigma_e9),
        }
    }
}

/// Fits the quotes of a JSON text. Errors: every [`InputError`] of one field, `Surface` for a neighbour, `Fit`.
pub fn fitted(json: &str) -> Result<Answer, InputError> {
    let file = File::read(json)?;
    let slice = |place: &'static str, neighbour: Option<&read::Neighbour>| {
        let Some(neighbour) = neighbour else { return Ok(None) };
        let refused = |reason| InputError::Surface { path: place.to_owned(), reason };
        Slice::new(&neighbour.svi, neighbour.reference_s, neighbour.seconds).map(Some).map_err(refused)
    };
    let (earlier, later) = (slice("earlier", file.earlier.as_ref())?, slice("later", file.later.as_ref())?);
    let input = Fit {
        forward: file.forward,
        seconds: file.seconds,
        quotes: &file.quotes,
        listed: &file.listed,
        neighbours: Neighbours { earlier: earlier.as_ref(), later: later.as_ref() },
    };
    let found = fit(&input).map_err(|reason| InputError::Fit { path: place(&reason), reason })?;
    let expiry = Expiry {
        forward: file.forward,
        seconds: file.seconds.cast_signed(),
        svi: found.svi,
        reference_s: file.seconds,
        average: RunningAverage::NOT_BEGUN,
    };
    let text = |e9: i128| decimal::full(e9, PLACES);
    let quotes = file.quotes.iter().map(|quote| {
        let fitted = vol_floor(&expiry, quote.strike).unwrap_or_default().0;
        Row {
            strike: decimal::trimmed(quote.strike.0.into(), 6),
            vol: text(quote.vol.0.into()),
            fitted: text(fitted.into()),
            difference: text(i128::from(fitted).saturating_sub(quote.vol.0.into())),
        }
    });
    Ok(Answer {
        svi: Parameters::from(&found.svi),
        svi_reference_s: file.seconds,
        projected: found.projected,
        rms: text(found.rms_e9.into()),
        worst: text(found.worst_e9.into()),
        quotes: quotes.collect(),
    })
}

/// Where in the file a refusal belongs.
fn place(reason: &FitError) -> String {
    match reason {
        FitError::WeightZero(index) | FitError::Quote(index, _) => format!("quotes[{index}]"),
        FitError::Listed(_) | FitError::TooManyStrikes => "listed".to_owned(),
        FitError::NeighboursCross | FitError::NoSlice(_) => "earlier, later".to_owned(),
        FitError::QuotesMissing | FitError::TooManyQuotes | FitError::Terms(_) => "quotes".to_owned(),
    }
}

#[cfg(test)]
mod tests;
