//! From quotes of one expiry to the raw SVI surface that its publishers post. Off chain only: feature `fit`, needs std and floating point.
//!
//! 1. Quasi-explicit start (De Marco & Martini 2009, "Quasi-explicit calibration of Gatheral's SVI model", Zeliade Systems): with m and sigma
//!    given, w = a + d y + c sqrt(y^2 + 1), y = (k - m) / sigma, is linear in a, d = rho b sigma, c = b sigma, and least squares over the
//!    paper's polygon of (d, c) has a solution in closed form. m and sigma come from a grid and a compass search.
//! 2. Levenberg-Marquardt (Marquardt 1963) over all five, within bounds. Where the plain optimum is not free of arbitrage, again with a
//!    penalty on each violated bound, ever stronger, from two starts, the better of which counts: density g(k) (Gatheral & Jacquier 2014, eq. 2.1), least variance, slope of the wings
//!    (b (1 + |rho|) <= 2), and the total variance of both neighbouring expiries.
//! 3. If no penalty is enough, the mixture nearest to the fit between it and an anchor: a flat slice, or one between the neighbours.
//!
//! Whatever the route, a result is rounded to the integers that are posted and has then passed [`crate::Slice::check_listed`], the function that
//! the oracle calls, at the listed strikes and at the quoted ones, with some room for the minute until it is posted. Without neighbours there always is a result: a flat slice passes.
//!
//! Deterministic on every machine: arithmetic and square roots of IEEE 754 only; logarithms are the integer ones of this crate.
//! Error: volatilities of an exact SVI slice come back to 2e-7 or to what the posted integers resolve (1e-9 of total variance), whichever
//! is more; `tests/fit.rs` states the cases.
#![expect(
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "off chain; arrays of fixed length under loops of the same length"
)]

mod anchor;
mod error;
mod problem;
mod raw;
mod refine;
mod start;

pub use error::FitError;

use crate::surface::Neighbours;
use crate::svi::Svi;
use problem::Problem;
use raw::Raw;
use units::{PriceE6, VolE9};

/// Most quotes, and most listed strikes, of one fit.
pub const FIT_POINTS_MAX: usize = 256;

/// One market volatility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    pub strike: PriceE6,
    pub vol: VolE9,
    /// Relative to the other quotes; not zero.
    pub weight: u32,
}

/// One expiry to fit.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    pub forward: PriceE6,
    /// To expiry: the time that the surface will be posted for.
    pub seconds: u64,
    /// In any order; several of one strike count each.
    pub quotes: &'a [Quote],
    /// Ascending; the surface must be free of arbitrage here and at the quotes' strikes.
    pub listed: &'a [PriceE6],
    pub neighbours: Neighbours<'a>,
}

/// A surface that may be posted, and how far it is from its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitted {
    pub svi: Svi,
    /// Weighted root of the mean square difference in volatility, and the largest difference.
    pub rms_e9: u64,
    pub worst_e9: u64,
    /// The quotes' own best slice admits arbitrage; this is the nearest found that does not.
    pub projected: bool,
}

/// Fits one expiry. Errors: see [`FitError`].
pub fn fit(input: &Fit<'_>) -> Result<Fitted, FitError> {
    let problem = Problem::new(input)?;
    let plain = refine::refine(&problem, start::start(&problem, refine::PLAIN), refine::PLAIN);
    if let Ok(svi) = problem.accept(&plain) {
        return Ok(problem.report(svi, false));
    }
    // From the quotes' own best slice, and from the best of a search that counts the bounds from the beginning: either may end in a
    // minimum that is only local.
    let fresh = start::start(&problem, refine::FIRST);
    let projected = [plain, fresh].into_iter().filter_map(|from| refine::penalised(&problem, from));
    let best = projected.min_by(|one, other| problem.cost(&one.0).total_cmp(&problem.cost(&other.0)));
    match best {
        Some((_, svi)) => Ok(problem.report(svi, true)),
        None => anchor::nearest(&problem, &plain).map(|svi| problem.report(svi, true)),
    }
}
