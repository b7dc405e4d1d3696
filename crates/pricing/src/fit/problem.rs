//! The input in real numbers, and what a slice must pass.

use super::{FIT_POINTS_MAX, Fit, FitError, Fitted, Quote, Raw};
use crate::error::PricingError;
use crate::row::Row;
use crate::svi::{Slice, Svi};
use crate::terms::{SECONDS_MAX, SECONDS_MIN, SECONDS_PER_YEAR, Terms};
use crate::total_vol::RootTime;
use std::vec::Vec;
use units::PriceE6;

/// Quotes of fewer strikes than SVI has parameters do not fix a slice: this small part of the squares draws what they leave open towards
/// flat.
const PRIOR: f64 = 1e-8;
/// A post may be a minute older or younger than its reference time, and the forward may have moved by a thousandth: the density must bear
/// both.
const LATER_S: u64 = 60;
const ASIDE: f64 = 1e-3;
const PARAMETERS: usize = 5;

/// A quote: total variance `w` at k. The weights of all, without the division by w^2, sum to one.
pub(super) struct Point {
    pub k: f64,
    pub w: f64,
    /// Of the square of a difference in w: relative differences count.
    pub weight: f64,
}

/// A strike or midpoint where the slice is checked, and what the neighbours leave of total variance there.
pub(super) struct Check {
    pub k: f64,
    pub floor: f64,
    pub ceiling: f64,
}

pub(super) struct Problem<'a> {
    input: &'a Fit<'a>,
    /// In an order of their own, so that the caller's does not matter.
    quotes: Vec<Quote>,
    /// The quotes' strikes, ascending, each once.
    strikes: Vec<PriceE6>,
    years: f64,
    pub points: Vec<Point>,
    pub checks: Vec<Check>,
    /// Middle and width of the quotes' k, and their mean w.
    pub centre: f64,
    pub span: f64,
    pub level: f64,
    pub prior: f64,
}

impl<'a> Problem<'a> {
    pub fn new(input: &'a Fit<'a>) -> Result<Self, FitError> {
        validate(input)?;
        let years = real(input.seconds) / real(SECONDS_PER_YEAR);
        let mut quotes = input.quotes.to_vec();
        quotes.sort_unstable_by_key(|quote| (quote.strike, quote.vol, quote.weight));
        let total: f64 = quotes.iter().map(|quote| f64::from(quote.weight)).sum();
        let mut points = Vec::with_capacity(quotes.len());
        for quote in &quotes {
            let k = moneyness(input.forward, quote.strike).map_err(FitError::Terms)?;
            let vol = real(quote.vol.0) / 1e9;
            let w = vol * vol * years;
            points.push(Point { k, w, weight: f64::from(quote.weight) / (total * w * w) });
        }
        let mut strikes: Vec<PriceE6> = quotes.iter().map(|quote| quote.strike).collect();
        strikes.dedup();
        let checks = checks(input, &strikes)?;
        let least = points.iter().fold(f64::INFINITY, |least, point| least.min(point.k));
        let most = points.iter().fold(f64::NEG_INFINITY, |most, point| most.max(point.k));
        let level = points.iter().map(|point| point.weight * point.w * point.w * point.w).sum::<f64>();
        Ok(Self {
            prior: if strikes.len() < PARAMETERS { PRIOR } else { 0.0 },
            strikes,
            quotes,
            input,
            years,
            checks,
            centre: (least + most) / 2.0,
            // One strike has no width: one standard deviation then.
            span: if most > least { most - least } else { level.sqrt() },
            level,
            points,
        })
    }

    /// A copy of the problem that asks for other points.
    pub fn with_points(&self, points: Vec<Point>) -> Self {
        Self {
            points,
            quotes: self.quotes.clone(),
            strikes: self.strikes.clone(),
            checks: self.checks.iter().map(|check| Check { ..*check }).collect(),
            ..*self
        }
    }

    /// The slice as it would be posted, if the oracle would take it: now, and a moment later as far as that can be known.
    pub fn accept(&self, raw: &Raw) -> Result<Svi, PricingError> {
        let (svi, seconds) = (raw.rounded(), self.input.seconds);
        let slice = Slice::new(&svi, seconds, seconds)?;
        slice.check_listed(self.input.forward, self.input.listed, &self.input.neighbours)?;
        slice.check_listed(self.input.forward, &self.strikes, &self.input.neighbours)?;
        for seconds in
            [seconds.saturating_sub(LATER_S).max(SECONDS_MIN), seconds.saturating_add(LATER_S).min(SECONDS_MAX)]
        {
            let slice = Slice::new(&svi, self.input.seconds, seconds)?;
            for k in self.checks.iter().flat_map(|check| [check.k - ASIDE, check.k, check.k + ASIDE]) {
                match slice.check_butterfly(q38(k)) {
                    // A strike at the very edge of what is priced has no other side.
                    Ok(()) | Err(PricingError::MoneynessOutOfRange) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(svi)
    }

    /// The weighted sum of squared relative differences from the quotes.
    pub fn cost(&self, raw: &Raw) -> f64 {
        let square = |x: f64| x * x;
        self.points.iter().map(|point| point.weight * square(raw.variance(point.k) - point.w)).sum()
    }

    /// How far an accepted slice is from its quotes.
    pub fn report(&self, svi: Svi, projected: bool) -> Fitted {
        let slice = Slice::new(&svi, self.input.seconds, self.input.seconds);
        let (mut squares, mut weights, mut worst) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (quote, point) in self.quotes.iter().zip(&self.points) {
            let Ok(slice) = &slice else { continue };
            let vol = (variance(slice, point.k).max(0.0) / self.years).sqrt();
            let (difference, weight) = ((vol - real(quote.vol.0) / 1e9).abs(), f64::from(quote.weight));
            squares += weight * difference * difference;
            weights += weight;
            worst = worst.max(difference);
        }
        Fitted { svi, rms_e9: parts_e9((squares / weights).sqrt()), worst_e9: parts_e9(worst), projected }
    }
}

fn validate(input: &Fit<'_>) -> Result<(), FitError> {
    if input.quotes.is_empty() {
        return Err(FitError::QuotesMissing);
    }
    if input.quotes.len() > FIT_POINTS_MAX {
        return Err(FitError::TooManyQuotes);
    }
    if input.listed.len() > FIT_POINTS_MAX {
        return Err(FitError::TooManyStrikes);
    }
    RootTime::new(input.seconds).map_err(FitError::Terms)?;
    if !input.forward.in_bounds() {
        return Err(FitError::Terms(PricingError::ForwardOutOfRange));
    }
    for (index, quote) in input.quotes.iter().enumerate() {
        let Quote { strike, vol, weight } = *quote;
        if weight == 0 {
            return Err(FitError::WeightZero(index));
        }
        let terms = Terms { forward: input.forward, strike, vol, seconds: input.seconds };
        let placed = terms.validate().and_then(|()| moneyness(input.forward, strike));
        placed.map_err(|error| FitError::Quote(index, error))?;
    }
    // Any slice that passes at every strike shows what is wrong with the strikes themselves.
    let plain = Svi { a_e9: 1_000_000_000, b_e9: 0, rho_e9: 0, m_e9: 0, sigma_e9: 1_000_000_000 };
    let plain = Slice::new(&plain, input.seconds, input.seconds).map_err(FitError::Terms)?;
    plain.check_listed(input.forward, input.listed, &Default::default()).map_err(FitError::Listed)
}

fn checks(input: &Fit<'_>, strikes: &[PriceE6]) -> Result<Vec<Check>, FitError> {
    let mut checks = Vec::new();
    for list in [input.listed, strikes] {
        let between = list.windows(2).map(|pair| PriceE6(pair[0].0.midpoint(pair[1].0)));
        for strike in list.iter().copied().chain(between) {
            let k = moneyness(input.forward, strike).map_err(FitError::Listed)?;
            let floor = input.neighbours.earlier.map_or(0.0, |slice| variance(slice, k));
            let ceiling = input.neighbours.later.map_or(f64::INFINITY, |slice| variance(slice, k));
            if floor > ceiling * (1.0 + 1e-6) {
                return Err(FitError::NeighboursCross);
            }
            checks.push(Check { k, floor, ceiling });
        }
    }
    checks.sort_unstable_by(|one, other| one.k.total_cmp(&other.k));
    checks.dedup_by(|one, other| one.k == other.k);
    Ok(checks)
}

const Q38: f64 = (1_u64 << 38) as f64;
const Q56: f64 = (1_u64 << 56) as f64;

/// ln(K/F), by the crate's own logarithm.
fn moneyness(forward: PriceE6, strike: PriceE6) -> Result<f64, PricingError> {
    Ok(signed(Row::new(forward, strike)?.moneyness_q38()) / Q38)
}

fn variance(slice: &Slice, k: f64) -> f64 {
    signed(slice.variance_q56(q38(k))) / Q56
}

#[expect(clippy::cast_possible_truncation, reason = "BOUND: |k| < 10, so 2^42 in Q38")]
fn q38(k: f64) -> i64 {
    (k * Q38) as i64
}

#[expect(clippy::cast_precision_loss, reason = "53 bits are more than the kernels have")]
fn signed(x: i64) -> f64 {
    x as f64
}

#[expect(clippy::cast_precision_loss, reason = "53 bits are more than the kernels have")]
fn real(x: u64) -> f64 {
    x as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a volatility; a conversion saturates")]
fn parts_e9(x: f64) -> u64 {
    (x * 1e9).round() as u64
}
