//! The last resort: from a slice that passes, as far towards the fit as passes.

use super::problem::{Point, Problem};
use super::{FitError, Raw, refine, start};
use crate::svi::Svi;

/// Halvings of the way between the anchor and the fit.
const HALVINGS: usize = 40;

/// The accepted slice nearest to `fit` on the way to it from an anchor. Error: `NoSlice`.
pub(super) fn nearest(problem: &Problem<'_>, fit: &Raw) -> Result<Svi, FitError> {
    let flat = flat(problem, fit);
    let (anchor, mut accepted) = match problem.accept(&flat) {
        Ok(svi) => (flat, svi),
        Err(_) => {
            let between = between(problem);
            (between, problem.accept(&between).map_err(FitError::NoSlice)?)
        }
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let part = (low + high) / 2.0;
        match problem.accept(&anchor.towards(fit, part).bounded()) {
            Ok(svi) => (low, accepted) = (part, svi),
            Err(_) => high = part,
        }
    }
    Ok(accepted)
}

/// The quotes' mean total variance at every strike, within what the neighbours leave everywhere.
fn flat(problem: &Problem<'_>, fit: &Raw) -> Raw {
    let floor = problem.checks.iter().fold(0.0_f64, |most, check| most.max(check.floor));
    let ceiling = problem.checks.iter().fold(f64::INFINITY, |least, check| least.min(check.ceiling));
    Raw::flat(problem.level.max(floor).min(ceiling), fit.m, fit.sigma)
}

/// A slice through the middle of what the neighbours leave.
fn between(problem: &Problem<'_>) -> Raw {
    let parts = problem.checks.len().max(1) as f64;
    let points = problem.checks.iter().map(|check| {
        let w = if check.ceiling.is_finite() { (check.floor + check.ceiling) / 2.0 } else { check.floor * 1.01 };
        Point { k: check.k, w, weight: 1.0 / (parts * w * w) }
    });
    let middle = problem.with_points(points.collect());
    let raw = refine::refine(&middle, start::start(&middle, refine::PLAIN), refine::PLAIN);
    if problem.accept(&raw).is_ok() {
        return raw;
    }
    refine::penalised(&middle, raw).map_or(raw, |found| found.0)
}
