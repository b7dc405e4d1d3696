//! Levenberg-Marquardt over all five parameters.

use super::problem::Problem;
use super::raw::{Raw, WING_MAX};
use crate::svi::Svi;
use std::vec::Vec;

/// How strongly a violated bound counts, and how far inside it a slice must stay not to violate it.
#[derive(Clone, Copy)]
pub(super) struct Penalty {
    strength: f64,
    margin: f64,
}

/// Quotes only.
pub(super) const PLAIN: Penalty = Penalty { strength: 0.0, margin: 0.0 };
/// What a search by penalties starts with.
pub(super) const FIRST: Penalty = PENALTIES[0];
/// Tried in turn. A margin is in units of g, and of one part of total variance.
const PENALTIES: [Penalty; 5] = [
    Penalty { strength: 1e2, margin: 1e-6 },
    Penalty { strength: 1e4, margin: 1e-6 },
    Penalty { strength: 1e6, margin: 1e-5 },
    Penalty { strength: 1e6, margin: 1e-3 },
    Penalty { strength: 1e6, margin: 3e-2 },
];

const ROUNDS: usize = 100;
const DAMPING: (f64, f64) = (1e-12, 1e12);

/// The first slice that the oracle would take, under ever stronger penalties.
pub(super) fn penalised(problem: &Problem<'_>, from: Raw) -> Option<(Raw, Svi)> {
    let mut raw = from;
    PENALTIES.iter().find_map(|penalty| {
        raw = refine(problem, raw, *penalty);
        problem.accept(&raw).ok().map(|svi| (raw, svi))
    })
}

/// The nearest minimum from `from`. Never worse than it.
pub(super) fn refine(problem: &Problem<'_>, from: Raw, penalty: Penalty) -> Raw {
    let mut place = from.bounded();
    let mut residuals = residuals(problem, &place, penalty);
    let mut cost = square(&residuals);
    let mut damping = 1e-4;
    let mut idle = 0_u32;
    for _ in 0..ROUNDS {
        let (matrix, pull) = normal(problem, &place, penalty, &residuals);
        let step = damped(&matrix, &pull, damping);
        let array = place.to_array();
        let next = Raw::from_array(core::array::from_fn(|i| array[i] + step[i])).bounded();
        let there = self::residuals(problem, &next, penalty);
        let lower = square(&there);
        if lower < cost {
            idle = if lower < cost * (1.0 - 1e-9) { 0 } else { idle.saturating_add(1) };
            (place, residuals, cost) = (next, there, lower);
            damping = (damping / 5.0).max(DAMPING.0);
        } else {
            damping *= 4.0;
        }
        if cost < 1e-26 || idle > 3 || damping > DAMPING.1 {
            break;
        }
    }
    place
}

/// Every difference whose square counts; the same number of them everywhere.
fn residuals(problem: &Problem<'_>, raw: &Raw, penalty: Penalty) -> Vec<f64> {
    let quotes = problem.points.iter().map(|point| point.weight.sqrt() * (raw.variance(point.k) - point.w));
    let mut all: Vec<f64> = quotes.collect();
    if problem.prior > 0.0 {
        let root = problem.prior.sqrt();
        all.extend([raw.d / problem.level, raw.c / problem.level].map(|x| x * root));
        all.extend([raw.m - problem.centre, raw.sigma - problem.span].map(|x| x * root / problem.span));
    }
    penalty.violations(problem, raw, &mut all);
    all
}

impl Penalty {
    /// What the slice violates, as residuals; none of a plain fit.
    fn violations(self, problem: &Problem<'_>, raw: &Raw, all: &mut Vec<f64>) {
        let Self { strength, margin } = self;
        if strength == 0.0 {
            return;
        }
        let root = strength.sqrt();
        let mut beyond = |x: f64| all.push(root * x.max(0.0));
        beyond(raw.wing() - WING_MAX * (1.0 - margin));
        beyond(margin - raw.least() / problem.level);
        for check in &problem.checks {
            beyond(margin - raw.density(check.k));
            let w = raw.variance(check.k);
            beyond((check.floor * (1.0 + margin) - w) / problem.level);
            beyond(if check.ceiling.is_finite() { (w - check.ceiling * (1.0 - margin)) / problem.level } else { 0.0 });
        }
    }

    /// The sum of their squares.
    pub fn cost(self, problem: &Problem<'_>, raw: &Raw) -> f64 {
        let mut all = Vec::new();
        self.violations(problem, raw, &mut all);
        square(&all)
    }
}

fn square(residuals: &[f64]) -> f64 {
    residuals.iter().map(|x| x * x).sum()
}

/// Jacobian by central differences, as J'J and J'r.
fn normal(problem: &Problem<'_>, raw: &Raw, penalty: Penalty, residuals: &[f64]) -> ([[f64; 5]; 5], [f64; 5]) {
    let size = problem.level.max(raw.c);
    let steps = [size, size, size, problem.span, raw.sigma].map(|x| x * 1e-6);
    let array = raw.to_array();
    let columns: [Vec<f64>; 5] = core::array::from_fn(|i| {
        let at = |sign: f64| {
            let mut moved = array;
            moved[i] += sign * steps[i];
            self::residuals(problem, &Raw::from_array(moved), penalty)
        };
        let (up, down) = (at(1.0), at(-1.0));
        up.iter().zip(&down).map(|(up, down)| (up - down) / (2.0 * steps[i])).collect()
    });
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let matrix = core::array::from_fn(|i| core::array::from_fn(|j| dot(&columns[i], &columns[j])));
    (matrix, core::array::from_fn(|i| -dot(&columns[i], residuals)))
}

/// (J'J + damping diag J'J) step = -J'r, by elimination with the largest pivot.
fn damped(matrix: &[[f64; 5]; 5], pull: &[f64; 5], damping: f64) -> [f64; 5] {
    // In units in which the diagonal is one: the parameters' own units differ by orders of magnitude.
    let units: [f64; 5] = core::array::from_fn(|i| if matrix[i][i] > 0.0 { matrix[i][i].sqrt() } else { 1.0 });
    let mut rows: [[f64; 6]; 5] = core::array::from_fn(|i| {
        core::array::from_fn(|j| {
            if j == 5 {
                return pull[i] / units[i];
            }
            matrix[i][j] / (units[i] * units[j]) + if i == j { damping } else { 0.0 }
        })
    });
    for column in 0..5 {
        let pivot =
            (column..5).fold(column, |best, i| if rows[i][column].abs() > rows[best][column].abs() { i } else { best });
        rows.swap(column, pivot);
        let head = rows[column];
        if head[column].abs() < 1e-300 {
            return [0.0; 5];
        }
        for (index, row) in rows.iter_mut().enumerate() {
            if index != column {
                let part = row[column] / head[column];
                for (x, y) in row.iter_mut().zip(head) {
                    *x -= part * y;
                }
            }
        }
    }
    core::array::from_fn(|i| rows[i][5] / (rows[i][i] * units[i]))
}
